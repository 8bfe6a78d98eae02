/** Does a byte, a fragment, a message, a connection cost the same among many? */
import {
  connect,
  type ConnectionOptions,
  type WebSocketConnection,
  WebSocketServer,
} from "plainsocket";
import { ConnectionManager } from "plainsocket/manager";
import { ProtocolConnection } from "plainsocket/protocol";
import { nodePlatform } from "../src/node/platform.js";
import { MemorySocket } from "../test/support/wire-memory.js";
import { conclude, growth } from "./linear-growth.js";

const KIB = 1024;
const MIB = 1024 * KIB;

const NO_LIMITS: ConnectionOptions = {
  maxMessageBytes: Infinity,
  maxFragments: Infinity,
  maxQueuedBytes: Infinity,
  maxBufferedBytes: Infinity,
  perMessageDeflate: false,
  pingIntervalMs: Infinity,
};

interface Pair {
  readonly client: WebSocketConnection;
  readonly server: WebSocketConnection;
  /** The client's transport, for bytes that no client of ours would send. */
  readonly wire: MemorySocket;
}

/** Both ends of connections in memory, with `options`, without limits otherwise. */
async function pairs(count: number, options: ConnectionOptions = {}): Promise<Pair[]> {
  const server = new WebSocketServer({ ...NO_LIMITS, maxConnections: Infinity, ...options });
  const accepted: WebSocketConnection[] = [];
  server.on("connection", (connection) => accepted.push(connection));
  const made: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const [wire, transport] = MemorySocket.pair();
    server.accept(transport);
    const createConnection = (): MemorySocket => wire;
    const client = await connect("ws://localhost/", { ...NO_LIMITS, ...options, createConnection });
    made.push({ client, server: accepted[i]!, wire });
  }
  return made;
}

async function pair(options: ConnectionOptions = {}): Promise<Pair> {
  const [only] = await pairs(1, options);
  return only!;
}

/** Resolves when `connection` has received `count` messages. */
function received(connection: WebSocketConnection, count: number): Promise<void> {
  return new Promise((resolve) => {
    connection.on("message", () => {
      if (--count === 0) resolve();
    });
  });
}

/** What a client sends, made by the core, so that it can be cut as the network likes. */
function wireBytes(send: (core: ProtocolConnection) => void): Buffer {
  const core = new ProtocolConnection({ role: "client", platform: nodePlatform });
  send(core);
  return Buffer.concat(core.takeOutput());
}

console.log("\nDoes an item cost the same among four times as many?");

for (const perMessageDeflate of [false, true]) {
  const kind = perMessageDeflate ? "compressed message" : "message";
  await growth(`bytes of one ${kind}`, 4 * MIB, async (count, start) => {
    const { client, server } = await pair({ perMessageDeflate });
    const text = "0123456789abcdef".repeat(count / 16);
    const all = received(server, 1);
    start();
    client.send(text);
    await all;
  });
}

await growth("bytes of one message, a segment each", 16 * KIB, async (count, start) => {
  const { server, wire } = await pair();
  const bytes = wireBytes((core) => core.sendMessage("x".repeat(count)));
  const all = received(server, 1);
  start();
  for (const byte of bytes) wire.write(Uint8Array.of(byte));
  await all;
});

await growth("fragments of one message", 16 * KIB, async (count, start) => {
  const { server, wire } = await pair();
  const bytes = wireBytes((core) => {
    core.startMessage("text");
    for (let i = 1; i < count; i++) core.sendFragment("x", false);
    core.sendFragment("x", true);
  });
  const all = received(server, 1);
  start();
  wire.write(bytes);
  await all;
});

await growth("messages that are answered", 50_000, async (count, start) => {
  const { client, server } = await pair();
  server.on("message", (message) => server.send(message));
  const all = received(client, count);
  start();
  for (let i = 0; i < count; i++) client.send("hello");
  await all;
});

await growth("messages that wait for a listener", 50_000, async (count, start) => {
  const { client, server } = await pair();
  // All of it: to take them takes so little that the collector, with all of them there, would be what is measured.
  start();
  for (let i = 0; i < count; i++) client.send("hello");
  client.close();
  await client.closed;
  await received(server, count);
});

for (const bufferPolicy of ["wait", "dropOldest", String] as const) {
  const policy = typeof bufferPolicy === "string" ? bufferPolicy : "conflate";
  await growth(`messages to who does not read, ${policy}`, 25_000, async (count, start) => {
    const { server, wire } = await pair({ bufferPolicy, maxBufferedBytes: 32 * MIB });
    wire.removeAllListeners("data").pause();
    server.send(Buffer.alloc(33 * MIB));
    const done = new Promise<void>((resolve) => server.once("drain", resolve));
    start();
    for (let i = 0; i < count; i++) server.send(`${i}`);
    wire.resume();
    await done;
  });
}

await growth("pings under way", 10_000, async (count, start) => {
  const { client } = await pair();
  start();
  await Promise.all(Array.from({ length: count }, () => client.ping()));
});

await growth("connections, from opening to closing", 2_500, async (count, start) => {
  start();
  const made = await pairs(count);
  for (const { client } of made) client.close(1000);
  await Promise.all(made.map(({ server }) => server.closed));
});

await growth("members of a broadcast", 2_500, async (count, start) => {
  const made = await pairs(count);
  const all = made.map(({ client }) => received(client, 1));
  start();
  for (const { server } of made) server.send("to all");
  await Promise.all(all);
});

await growth("rooms of a member, from join to leave", 2_500, async (count, start) => {
  const { server } = await pair();
  const manager = new ConnectionManager({ maxRoomsPerConnection: Infinity });
  manager.add(server);
  start();
  for (let i = 0; i < count; i++) void manager.room(`room ${i}`).join(server);
  for (const room of manager.rooms) manager.room(room).broadcast("to the room");
  for (let i = 0; i < count; i++) manager.room(`room ${i}`).leave(server);
});

await growth("members of a room, from join to leave", 2_500, async (count, start) => {
  const made = await pairs(count);
  const manager = new ConnectionManager();
  for (const { server } of made) manager.add(server);
  const lobby = manager.room("lobby");
  const all = made.map(({ client }) => received(client, 1));
  start();
  for (const { server } of made) void lobby.join(server);
  lobby.broadcast("to the room");
  await Promise.all(all);
  for (const { server } of made) lobby.leave(server);
});

conclude();
