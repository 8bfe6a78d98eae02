import { describe, expect, it } from "vitest";
import { type CountedConnection, MetricsRecorder } from "../../../src/manager/metrics/recorder.js";
import type { Metrics } from "../../../src/manager/metrics/metrics.js";
import { acceptThenClose, reject } from "../../../src/node/server/rejection.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { NO_DEFLATE_LIMITS, connectedPair, RawPeer, settle } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";
import { closePayload, CLOSE, frame, hex, PONG, TEXT } from "../../support/wire-frame.js";

/** A recorder that is told of connections as a manager does it. */
function recording(...connections: CountedConnection[]) {
  const recorder = new MetricsRecorder();
  const live = new Set<CountedConnection>(connections);
  for (const connection of connections) {
    recorder.opened(connection);
    connection.on("close", (info) => {
      live.delete(connection);
      recorder.closed(connection, info, 1_234);
    });
  }
  const read = (): Metrics =>
    recorder.read({ connections: live, rooms: 0, members: 0, broker: undefined });
  return { recorder, read };
}

describe("MetricsRecorder", () => {
  it("adds up connections that are open and those that have ended, each once", async () => {
    const one = connectedPair();
    const two = connectedPair();
    for (const { server } of [one, two]) server.on("message", () => {});
    const { read } = recording(one.server, two.server);
    one.client.send("12345");
    two.client.send("123");
    two.server.send(hex("00 01"));
    await settle();
    const before = read();
    expect(before.connections).toEqual({ current: 2, total: 2 });
    expect(before.received).toMatchObject({ messages: 2, payloadBytes: 8 });
    expect(before.sent).toMatchObject({ messages: 1, payloadBytes: 2, transportBytes: 4 });

    one.client.close(1000);
    await one.server.closed;
    const after = read();
    expect(after.connections).toEqual({ current: 1, total: 2 });
    expect(after.received).toMatchObject({ messages: 2, payloadBytes: 8 });
    expect(after.closes).toEqual({ 1000: 1 });
    expect(after.closeFramesSent).toEqual({ 1000: 1 });
    expect(after.connectionMs).toMatchObject({ count: 1, sum: 1_234 });
    expect(before.closes).toEqual({});
  });

  it("tells payload of compressed messages before and after", async () => {
    const { client, server } = connectedPair({ deflate: NO_DEFLATE_LIMITS });
    server.on("message", (message) => server.send(message));
    const { read } = recording(server);
    client.send("x".repeat(1_000));
    await settle();
    const { received, sent } = read();
    expect(received).toMatchObject({ payloadBytes: 1_000, uncompressedBytes: 1_000 });
    expect(received.compressedBytes).toBeGreaterThan(0);
    expect(received.compressedBytes).toBeLessThan(100);
    expect(sent).toMatchObject({ uncompressedBytes: 1_000 });
    client.terminate();
    await server.closed;
  });

  it("counts why connections ended", async () => {
    const broken = new RawPeer();
    const silent = new RawPeer();
    const private1 = new RawPeer();
    const failing = new RawPeer({ onHandlerError: () => {} });
    const all = [broken, silent, private1, failing];
    const { read } = recording(...all.map(({ connection }) => connection));
    broken.send(frame(TEXT, hex("ff")));
    private1.send(frame(CLOSE, closePayload(4321)));
    silent.connection.terminate();
    failing.connection.on("message", () => {
      throw new Error("application");
    });
    failing.message("hello");
    for (const { socket } of [broken, private1, failing]) socket.end();
    await Promise.all(all.map(({ connection }) => connection.closed));
    expect(read()).toMatchObject({
      closes: { 1006: 3, "4xxx": 1 },
      closeFramesSent: { 1007: 1, 1011: 1, "4xxx": 1 },
      protocolErrors: { UTF8_INVALID: 1 },
      transportErrors: { TERMINATED: 1 },
      handlerErrors: 1,
    });
  });

  it("counts backpressure and what bufferPolicy drops", () => {
    const options = { maxBufferedBytes: 1_000, bufferPolicy: "dropNewest" } as const;
    const { connection } = new RawPeer(options, false);
    const { read } = recording(connection);
    for (let i = 0; i < 5; i++) connection.send("x".repeat(50_000));
    const { backpressure, droppedMessages } = read();
    expect(backpressure).toBe(1);
    expect(droppedMessages).toBe(connection.droppedMessages);
    expect(droppedMessages).toBeGreaterThan(1);
  });

  it("measures round trips, the keepalive's too", async () => {
    const peer = new RawPeer();
    const { read } = recording(peer.connection);
    peer.clock.advance(30_000);
    await peer.next();
    peer.clock.advance(40);
    peer.send(frame(PONG));
    await settle();
    expect(read().roundTripMs).toMatchObject({ count: 1, sum: 40 });
  });

  it("counts handshakes by result", async () => {
    const { recorder, read } = recording();
    await using under = await startServer<unknown>({
      authenticate: ({ path }) =>
        path === "/no" ? reject(401) : path === "/close" ? acceptThenClose(4401) : true,
    });
    recorder.watch(under.server);
    for (const request of [
      upgradeRequest("/"),
      upgradeRequest("/no"),
      upgradeRequest("/close"),
      upgradeRequest("/", { origin: "https://elsewhere.example" }),
      upgradeRequest("/", { "sec-websocket-key": "short" }),
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]) {
      using client = await RawClient.send(under, request);
      await client.head();
    }
    expect(read().handshakes).toEqual({
      ACCEPTED: 1,
      KEY_INVALID: 1,
      ORIGIN_REFUSED: 1,
      REJECTED: 2,
      UPGRADE_MISSING: 1,
    });
  });

  it("waits for handlers that return a promise", async () => {
    const { recorder, read } = recording();
    let time = 10;
    const handled = recorder.handled(Promise.resolve(), () => time, 10);
    time = 35;
    await handled;
    expect(read().handlerMs).toMatchObject({ count: 1, sum: 25 });
  });

  it("takes what a manager holds, and what its parts tell", () => {
    const recorder = new MetricsRecorder();
    recorder.rateLimited("drop");
    recorder.rateLimited("drop");
    recorder.rateLimited("close");
    recorder.broadcast(100, 7);
    void recorder.handled(undefined, () => 8, 5);
    const metrics = recorder.read({ connections: [], rooms: 2, members: 5, broker: undefined });
    expect(metrics).toMatchObject({
      rateLimited: { close: 1, drop: 2 },
      broadcastBytes: { count: 1, sum: 100 },
      broadcastRecipients: { count: 1, sum: 7 },
      handlerMs: { count: 1, sum: 3 },
      rooms: 2,
      members: 5,
    });
  });
});
