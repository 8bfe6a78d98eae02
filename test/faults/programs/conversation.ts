// One process with both ends in it, which does a bit of everything; "ok" when all of it came out right.
import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import {
  connect,
  prepareMessage,
  WebSocket,
  type WebSocketConnection,
  WebSocketServer,
} from "plainsocket";
import { defineContract, nothing } from "plainsocket/contract";
import { ConnectionManager } from "plainsocket/manager";

const CHANNELS = [
  "handshake:accepted",
  "connection:opened",
  "connection:closed",
  "connection:backpressure",
];

const HOOK = "a hook of tracing";

let uncaught = 0;
let hookErrors = 0;
const isThrowing = process.env["THROWING"] === "1";
const fail = (): never => {
  throw new Error(HOOK);
};
if (isThrowing) {
  process.on("uncaughtException", (error) => {
    if (error.message !== HOOK) process.stderr.write(`${error.stack}\n`);
    if (error.message !== HOOK) process.exit(1);
    uncaught++;
  });
  for (const name of CHANNELS) subscribe(`plainsocket:${name}`, fail);
}

const tracing = isThrowing ? { onFrame: fail, onHandlerError: () => hookErrors++ } : {};

const takeOne = async (connection: WebSocketConnection): Promise<string> => {
  for await (const message of connection) return message.toString();
  throw new Error("the connection has ended");
};

async function converse(url: string): Promise<void> {
  const client = await connect(url, tracing);
  for (const text of ["hi", "words and words and words and words", "x".repeat(200_000)]) {
    client.send(text);
    assert.equal(await takeOne(client), text);
  }
  client.send(prepareMessage("prepared"));
  assert.equal(await takeOne(client), "prepared");
  await client.sendStream(["in ", "pieces"]);
  assert.equal(await takeOne(client), "in pieces");
  await client.ping();
  client.close(4000, "done");
  const { code, wasClean } = await client.closed;
  assert.deepEqual([code, wasClean], [4000, true]);

  const socket = new WebSocket(url, isThrowing ? { onFrame: fail } : {});
  await once(socket, "open");
  socket.send("as in browsers");
  const [{ data }] = await once(socket, "message");
  assert.equal(data, "as in browsers");
  socket.close();
  await once(socket, "close");
  await assert.rejects(connect(url, { headers: { Origin: "http://evil.example" } }), {
    code: "STATUS_UNEXPECTED",
  });
}

async function inRooms(): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const manager = new ConnectionManager({ server });
  manager.on("connection", (connection) => void manager.room("lobby").join(connection));
  await server.listening();
  const contract = defineContract({ fromClient: { go: nothing }, fromServer: { gone: nothing } });
  const client = await connect(server.url);
  const peer = contract.wrap(new WebSocket(server.url));
  await peer.opened;
  while (manager.room("lobby").size < 2) await new Promise(setImmediate);
  manager.room("lobby").broadcast("to all");
  assert.equal(await takeOne(client), "to all");
  await manager.shutdown({ deadlineMs: 1_000 });
}

const http = createServer();
const servers = [
  new WebSocketServer({ port: 0, host: "127.0.0.1", ...tracing }),
  new WebSocketServer({ server: http, ...tracing }),
];
for (const server of servers) {
  server.on("refused", () => {}); // no warning
  server.on("connection", (connection) => {
    connection.on("message", (message) => connection.send(message));
  });
}
http.listen(0, "127.0.0.1");
for (const server of servers) {
  await server.listening();
  await converse(server.url);
  await server.shutdown({ deadlineMs: 1_000 });
}
http.close();
if (!isThrowing) await inRooms();
else assert.ok(uncaught > 0 && hookErrors > 0);
process.stdout.write("ok\n");
