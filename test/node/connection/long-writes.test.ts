// A peer that reads one long message slowly, on real sockets: its pong comes only behind the message.
import { connect as connectTcp, type Socket } from "node:net";
import { expect, it } from "vitest";
import { queuedBytesOf } from "../../../src/node/connection/socket-internals.js";
import { connect, type WebSocketConnection, WebSocketServer } from "../../../src/index.js";
import { FakeClock } from "../../support/clock.js";
import { eventually, settle } from "../../support/raw-peer.js";

const MESSAGE_BYTES = 40_000_000;

/** A server's end that has begun to send a long message to a client whose socket does not read. */
async function longMessage(clock: FakeClock) {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    perMessageDeflate: false,
    maxBufferedBytes: 2 * MESSAGE_BYTES,
    clock,
  });
  await server.listening();
  const accepted = new Promise<WebSocketConnection>((resolve) => {
    server.once("connection", (connection) => resolve(connection));
  });
  let socket: Socket | undefined;
  const client = await connect(server.url, {
    createConnection: ({ host, port }) => (socket = connectTcp(port, host)),
    maxMessageBytes: Infinity,
    pingIntervalMs: Infinity,
  });
  const sender = await accepted;
  if (socket === undefined) throw new Error("no socket was made");
  socket.pause();
  sender.send(Buffer.alloc(MESSAGE_BYTES));
  await eventually(() => queuedBytesOf(sender.transport) > 0);
  await settle();
  return { server, client, sender, socket };
}

it("a peer that still reads a long message is not silent; one that stops is", async () => {
  const clock = new FakeClock();
  const { server, client, sender, socket } = await longMessage(clock);
  for (let i = 0; i < 3; i++) {
    clock.advance(30_000);
    const queued = queuedBytesOf(sender.transport);
    expect(queued).toBeGreaterThan(0);
    socket.resume();
    await eventually(() => queuedBytesOf(sender.transport) < queued);
    socket.pause();
    await settle();
    clock.advance(15_000);
    await settle();
    clock.advance(0);
    expect(sender.readyState).toBe(1);
  }
  for (let i = 0; i < 20 && sender.readyState === 1; i++) {
    clock.advance(30_000);
    await settle();
    clock.advance(15_000);
    await settle();
    clock.advance(0);
  }
  expect(await sender.closed).toMatchObject({ error: { code: "PONG_TIMEOUT" } });
  client.terminate();
  await server.shutdown();
});
