import { expect, it } from "vitest";
import { connect, type WebSocketConnection, WebSocketServer } from "../../src/index.js";
import { MemorySocket } from "../support/wire-memory.js";

/** Makes `socket` write in two pieces, cut behind byte `at` of everything it writes; or in single bytes. */
function cutAt(socket: MemorySocket, at: number | "every byte"): { written: () => number } {
  const write = socket._write.bind(socket);
  let offset = 0;
  const pieces = (chunk: Uint8Array): Uint8Array[] => {
    if (at === "every byte") return Array.from(chunk, (byte) => Uint8Array.of(byte));
    const cut = at - offset;
    return cut > 0 && cut < chunk.length ? [chunk.subarray(0, cut), chunk.subarray(cut)] : [chunk];
  };
  socket._write = (chunk: Uint8Array, encoding, done) => {
    const all = pieces(chunk);
    offset += chunk.length;
    const next = (error?: Error): void => {
      const piece = all.shift();
      if (piece === undefined || error !== undefined) done(error);
      else write(piece, encoding, next);
    };
    next();
  };
  return { written: () => offset };
}

/** A whole conversation, handshake and closing handshake included; and how many bytes went each way. */
async function converse(clientCut: number | "every byte", serverCut: number | "every byte") {
  const [here, there] = MemorySocket.pair();
  const [sent, answered] = [cutAt(here, clientCut), cutAt(there, serverCut)];
  const server = new WebSocketServer({ subprotocols: ["chat"] });
  const opened = new Promise<WebSocketConnection>(
    (resolve) => void server.once("connection", resolve),
  );
  server.accept(there);
  server.on("connection", (connection) => {
    connection.on("message", (message) => connection.send(message));
  });
  const client = await connect("ws://memory/", {
    subprotocols: ["chat"],
    createConnection: () => here,
  });
  client.send("é");
  client.send("compressed, compressed, compressed, compressed");
  client.send(Buffer.alloc(130, 7), { compress: false });
  void client.ping("ping");
  await client.sendStream(["in ", "fragments"]);
  const messages: string[] = [];
  for await (const message of client) {
    messages.push(message.toString());
    if (messages.length === 4) client.close(4000, "done");
  }
  const [{ code, wasClean }, other] = await Promise.all([client.closed, (await opened).closed]);
  return {
    outcome: { messages, code, wasClean, other: { code: other.code, wasClean: other.wasClean } },
    bytes: Math.max(sent.written(), answered.written()),
  };
}

it("client and server understand each other wherever the stream is cut", async () => {
  const whole = await converse(-1, -1);
  expect(whole.outcome).toEqual({
    messages: [
      "é",
      "compressed, compressed, compressed, compressed",
      "\u0007".repeat(130),
      "in fragments",
    ],
    code: 4000,
    wasClean: true,
    other: { code: 4000, wasClean: true },
  });
  for (let at = 1; at < whole.bytes; at++) {
    const { outcome } = await converse(at, at);
    expect(outcome, `cut at ${at}`).toEqual(whole.outcome);
  }
  expect((await converse("every byte", "every byte")).outcome).toEqual(whole.outcome);
});
