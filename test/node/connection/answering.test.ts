import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { connectedPair, eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { BINARY, frame } from "../../support/wire-frame.js";

describe("an echo to a peer that never reads", () => {
  it("stops reading that peer, and holds no more than the budget [F02]", async () => {
    const limit = 100_000;
    const peer = new RawPeer({ maxBufferedBytes: limit, maxQueuedBytes: limit }, false);
    const { connection } = peer;
    connection.on("message", (message) => connection.send(message));
    const payload = Buffer.alloc(10_000, 1);
    let isStopped = false;
    for (let i = 0; i < 200 && !isStopped; i++) {
      isStopped = !peer.socket.write(peer.encode(frame(BINARY, payload)));
      await turn();
      expect(connection.bufferedAmount).toBeLessThan(limit * 2);
    }
    await settle();
    expect(peer.transport.isPaused()).toBe(true);
    expect(isStopped).toBe(true);

    peer.read(); // and it goes on when the peer reads
    await eventually(() => connection.bufferedAmount === 0 && !peer.transport.isPaused());
  });

  it("also stops when the listener is asynchronous", async () => {
    const limit = 50_000;
    const peer = new RawPeer({ maxBufferedBytes: limit, maxQueuedBytes: limit }, false);
    const { connection } = peer;
    connection.on("message", async (message) => {
      await Promise.resolve();
      connection.send(message);
    });
    for (let i = 0; i < 200; i++) {
      peer.socket.write(peer.encode(frame(BINARY, Buffer.alloc(10_000))));
      await turn();
    }
    expect(connection.bufferedAmount).toBeLessThan(limit + 150_000);
    expect(peer.transport.isPaused()).toBe(true);
  });

  it("does not stop a client that sends much while it reads", async () => {
    const { client, server } = connectedPair({ maxBufferedBytes: 50_000, maxQueuedBytes: 50_000 });
    server.on("message", (message) => server.send(message));
    let count = 0;
    client.on("message", () => count++);
    for (let i = 0; i < 70; i++) client.send(Buffer.alloc(10_000)); // within the hard stop
    await eventually(() => count === 70);
  });
});
