import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { WebSocket } from "../../../src/node/websocket/websocket.js";
import { BufferedAmount } from "../../../src/node/websocket/buffered.js";
import { FakeClock } from "../../support/clock.js";
import { StubServer } from "../../support/stub-server.js";
import { event, opened } from "../../support/websocket-peer.js";
import { frame, CLOSE } from "../../support/wire-frame.js";

describe("bufferedAmount of a socket", () => {
  it("is the payload sent in this turn of the event loop, as UTF-8, then what is left [WHATWG-15]", async () => {
    await using server = await StubServer.start();
    const socket = new WebSocket(`ws://${server.authority}/`);
    await (await server.next()).accept();
    await event(socket, "open");
    expect(socket.bufferedAmount).toBe(0);
    socket.send("héllo");
    expect(socket.bufferedAmount).toBe(6);
    socket.send(new Uint8Array(100_000));
    // The operating system takes what it can while promises settle.
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(socket.bufferedAmount).toBe(100_006);
    while (socket.bufferedAmount > 0) await turn();
    socket.close();
  });

  it("does not count framing [WHATWG-15]", async () => {
    const { socket, peer } = await opened({ maxBufferedBytes: Infinity });
    peer.socket.pause();
    for (let i = 0; i < 100_000; i++) socket.send("x");
    await turn();
    await turn();
    // The peer has got some, and of what waits six of seven bytes are framing.
    const waiting = socket.bufferedAmount;
    expect(waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThan(100_000);
    peer.socket.resume();
    while (socket.bufferedAmount > 0) await turn();
    socket.close();
  });

  it("shrinks as the peer reads [WHATWG-15]", async () => {
    const { socket, peer } = await opened({ maxBufferedBytes: Infinity });
    peer.socket.pause();
    for (let i = 0; i < 50; i++) socket.send(new Uint8Array(100_000));
    expect(socket.bufferedAmount).toBe(5_000_000);
    await turn();
    let last = socket.bufferedAmount;
    expect(last).toBeGreaterThan(4_000_000);
    peer.socket.resume();
    const seen = new Set<number>();
    while (last > 0) {
      await turn();
      expect(socket.bufferedAmount).toBeLessThanOrEqual(last);
      last = socket.bufferedAmount;
      seen.add(last);
    }
    expect(seen.size).toBeGreaterThan(5);
    socket.close();
  });

  it("is not reset by close() or by the end [WHATWG-15]", async () => {
    const clock = new FakeClock();
    const { socket, peer } = await opened({ clock, maxBufferedBytes: Infinity });
    peer.socket.pause();
    for (let i = 0; i < 50; i++) socket.send(new Uint8Array(100_000));
    await turn();
    const waiting = socket.bufferedAmount;
    socket.close();
    expect(socket.bufferedAmount).toBe(waiting);
    await turn();
    const closed = event(socket, "close");
    clock.advance(10_000); // the peer has not read enough to see the Close frame
    await closed;
    const lost = socket.bufferedAmount;
    expect(lost).toBeGreaterThan(4_000_000);
    expect(lost).toBeLessThanOrEqual(waiting);
    socket.send("abc");
    expect(socket.bufferedAmount).toBe(lost + 3);
    await turn();
    expect(socket.bufferedAmount).toBe(lost + 3);
  });

  it("is 0 at the end when all went out", async () => {
    const { socket, peer } = await opened();
    socket.send("abc");
    socket.close();
    peer.send(frame(CLOSE));
    peer.end();
    await event(socket, "close");
    expect(socket.bufferedAmount).toBe(0);
  });

  it("counts payload before compression, and Blobs before they are read", async () => {
    const { socket } = await opened({}, ["Sec-WebSocket-Extensions: permessage-deflate"]);
    socket.send("a".repeat(1_000));
    socket.send(new Blob(["b".repeat(1_000)]));
    expect(socket.bufferedAmount).toBe(2_000);
    while (socket.bufferedAmount > 0) await turn();
    socket.close();
  });
});

describe("the amount", () => {
  const message = { payloadBytes: 100, wireBytes: 108 };

  it("counts a message that is out in part by the payload that is not", async () => {
    const buffered = new BufferedAmount();
    buffered.add(message, 0);
    buffered.add(message, 108);
    expect(buffered.amount(216)).toBe(200);
    expect(buffered.amount(0)).toBe(200); // the turn is not over
    await turn();
    expect(buffered.amount(216)).toBe(200);
    expect(buffered.amount(210)).toBe(200); // of the header only
    expect(buffered.amount(158)).toBe(150);
    expect(buffered.amount(108)).toBe(100);
    expect(buffered.amount(8)).toBe(8);
    expect(buffered.amount(0)).toBe(0);
  });

  it("is not misled by a ping that waits, too", async () => {
    const buffered = new BufferedAmount();
    buffered.add(message, 0);
    await turn();
    expect(buffered.amount(150)).toBe(100);
    expect(buffered.amount(0)).toBe(0);
  });

  it("starts a turn with what still waits", async () => {
    const buffered = new BufferedAmount();
    buffered.add(message, 0);
    await turn();
    buffered.add(message, 58);
    expect(buffered.amount(0)).toBe(158);
    await turn();
    expect(buffered.amount(58 + 108)).toBe(158);
  });

  it("stays small in memory and right however many messages pass", async () => {
    const buffered = new BufferedAmount();
    for (let i = 0; i < 5_000; i++) {
      buffered.add(message, 108);
      if (i % 100 === 0) await turn();
    }
    await turn();
    expect(buffered.amount(108 * 2)).toBe(200);
    expect(buffered.amount(108)).toBe(100);
    expect(buffered.amount(0)).toBe(0);
  });

  it("does not change at the end but by what is lost", async () => {
    const buffered = new BufferedAmount();
    buffered.add(message, 0);
    buffered.addLost(7);
    buffered.end(58);
    expect(buffered.amount(0)).toBe(65);
    buffered.addLost(1);
    expect(buffered.amount(0)).toBe(66);
  });
});
