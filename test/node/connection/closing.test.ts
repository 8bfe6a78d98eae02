import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import {
  connectedPair,
  eventually,
  NO_DEFLATE_LIMITS,
  RawPeer,
  settle,
} from "../../support/raw-peer.js";
import { BINARY, CLOSE, closePayload, frame, PING, PONG, TEXT } from "../../support/wire-frame.js";

describe("closing", () => {
  it("tells how it ended who asks for it afterwards, as often as anybody asks", async () => {
    const peer = new RawPeer();
    peer.send(frame(CLOSE, closePayload(4001, "bye")));
    await peer.ended();
    peer.socket.end();
    await new Promise((resolve) => peer.connection.on("close", resolve));
    expect(await peer.connection.closed).toMatchObject({ code: 4001, wasClean: true });
    expect(peer.connection.closed).toBe(peer.connection.closed);
  });

  it("answers the peer's Close, ends the transport and reports it clean [6455-5.5-12] [6455-5.5-13]", async () => {
    const onClosed = vi.fn<() => void>();
    const peer = new RawPeer({ onClosed });
    peer.send(frame(CLOSE, closePayload(4001, "bye")));
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(4001, "bye") });
    await peer.ended(); // the server ends first, without waiting for anything
    peer.socket.end();
    expect(await peer.connection.closed).toEqual({
      code: 4001,
      reason: "bye",
      wasClean: true,
      error: undefined,
      received: { code: 4001, reason: "bye" },
      sent: { code: 4001, reason: "bye" },
      unreadMessages: 0,
    });
    expect(onClosed).toHaveBeenCalledTimes(1);
    expect(peer.clock.timers).toBe(0);
  });

  it("reports 1005 for an empty Close frame [6455-7.1-06] [6455-7.1-07]", async () => {
    const peer = new RawPeer();
    peer.send(frame(CLOSE));
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
  });

  it("as a client, waits for the server to end the transport, but not for ever [6455-5.5-14]", async () => {
    const peer = new RawPeer({ role: "client" });
    peer.connection.close(1000, "done");
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(1000, "done") });
    peer.send(frame(CLOSE, closePayload(1000, "done")));
    await settle();
    expect(peer.hasEnded).toBe(false);
    peer.clock.advance(10_000);
    expect(await peer.connection.closed).toMatchObject({ code: 1000 });
  });

  it("destroys the transport at closeTimeoutMs although data keeps arriving", async () => {
    const peer = new RawPeer({ closeTimeoutMs: 500 });
    peer.connection.close();
    for (let i = 0; i < 50; i++) {
      peer.message("still here");
      await turn();
      peer.clock.advance(9);
    }
    expect(peer.transport.destroyed).toBe(false);
    peer.clock.advance(51);
    expect(await peer.connection.closed).toMatchObject({
      code: 1006,
      wasClean: false,
      error: expect.objectContaining({
        code: "CLOSE_TIMEOUT",
        message: expect.stringMatching(/ closeTimeoutMs 500$/),
      }),
    });
  });

  it("is one Close frame each way when both sides start at once [6455-5.5-15]", async () => {
    const { client, server } = connectedPair();
    client.close(1000, "c");
    server.close(1000, "s");
    expect(await client.closed).toMatchObject({ code: 1000, reason: "s", wasClean: true });
    expect(await server.closed).toMatchObject({ code: 1000, reason: "c", wasClean: true });
  });

  it("does nothing the second time, or with terminate after it: one close event", async () => {
    const peer = new RawPeer();
    const close = vi.fn<() => void>();
    peer.connection.on("close", close);
    peer.connection.close(1000);
    peer.connection.close(1001);
    peer.connection.terminate();
    peer.connection.terminate();
    await peer.connection.closed;
    await settle();
    expect(close).toHaveBeenCalledTimes(1);
    expect(peer.connection.readyState).toBe(ReadyState.CLOSED);
  });

  it("refuses codes that may not be sent, whatever the state, and sends nothing", async () => {
    const peer = new RawPeer();
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, NaN]) {
      expect(() => peer.connection.close(code, code === 1005 ? "x" : "")).toThrow(RangeError);
    }
    expect(() => peer.connection.close(1000, "é".repeat(62))).toThrow(RangeError);
    expect(() => peer.connection.close(undefined, "why")).toThrow(RangeError);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    peer.connection.close(1000, `${"é".repeat(61)}x`); // 123 bytes
    expect((await peer.next()).payload).toHaveLength(125);
  });

  it("goes out behind everything that was sent before it [WHATWG-22]", async () => {
    const peer = new RawPeer({}, false);
    for (let i = 0; i < 20; i++) peer.connection.send(Buffer.alloc(50_000));
    peer.connection.close(1000);
    peer.read();
    const opcodes: number[] = [];
    for (let i = 0; i < 21; i++) opcodes.push((await peer.next()).opcode);
    expect(opcodes).toEqual([...Array.from({ length: 20 }, () => BINARY), CLOSE]);
  });

  it("drops what arrives after our own Close frame, and answers pings still", async () => {
    const peer = new RawPeer();
    const message = vi.fn<() => void>();
    peer.connection.on("message", message);
    peer.connection.close(1000);
    await peer.next();
    peer.send(frame(TEXT, "late"), frame(PING, "p"), frame(CLOSE, closePayload(1000)));
    expect(await peer.next()).toMatchObject({ opcode: PONG });
    peer.socket.end();
    await peer.connection.closed;
    expect(message).not.toHaveBeenCalled();
  });

  it("delivers what was read before, then closes, for a listener that takes its time", async () => {
    const peer = new RawPeer();
    const log: string[] = [];
    peer.connection.on("message", async (message) => {
      await turn();
      log.push(message.toString());
    });
    peer.connection.on("close", () => log.push("close"));
    peer.send(frame(TEXT, "1"), frame(TEXT, "2"), frame(TEXT, "3"), frame(CLOSE));
    peer.socket.end();
    await peer.connection.closed;
    expect(log).toEqual(["1", "2", "3", "close"]);
  });

  it("hears the peer's Close frame although the delivery is paused", async () => {
    const peer = new RawPeer();
    peer.connection.pause();
    peer.connection.close(1000);
    await peer.next();
    peer.send(frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("hears the peer's Close frame although so much waits that reading has paused", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 10 });
    const paused = vi.spyOn(peer.transport, "pause");
    peer.connection.pause();
    peer.send(frame(TEXT, "waits, and is long"));
    peer.send(frame(TEXT, "is not even read"));
    await eventually(() => paused.mock.calls.length > 0);
    peer.connection.close(1000);
    await peer.next();
    peer.send(frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("has begun for who sends, although its Close frame waits behind a Blob", async () => {
    const peer = new RawPeer();
    peer.connection.send(new Blob(["from a blob"]));
    peer.connection.close(1000);
    expect(peer.connection.readyState).toBe(ReadyState.CLOSING);
    expect(peer.connection.send("too late")).toBe("closed");
    expect(await peer.next()).toMatchObject({ opcode: BINARY });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
  });

  it("drops with terminate what waits behind a message that a listener works on", async () => {
    const peer = new RawPeer();
    const got: unknown[] = [];
    let finish = (): void => {};
    peer.connection.on("message", (message) => {
      got.push(message);
      return new Promise<void>((done) => (finish = done));
    });
    peer.send(frame(TEXT, "1"), frame(TEXT, "2"));
    await eventually(() => got.length === 1);
    await settle();
    peer.connection.terminate();
    finish();
    expect(await peer.connection.closed).toMatchObject({ code: 1006 });
    await settle();
    expect(got).toEqual(["1"]);
  });

  it("leaves nothing to wait for: drained() is false from then on", async () => {
    const { client, server } = connectedPair();
    expect(await client.drained()).toBe(true);
    server.close(1000);
    await client.closed;
    expect(await client.drained()).toBe(false);
  });

  it.each([true, false])(
    "waits for a listener at work, for closeTimeoutMs: it ends in time: %s",
    async (inTime) => {
      const onClosed = vi.fn<() => void>();
      const peer = new RawPeer({ onClosed });
      let finish: () => void = () => {};
      const close = vi.fn<() => void>();
      peer.connection
        .on("close", close)
        .on("message", () => new Promise<void>((done) => (finish = done)));
      peer.send(frame(TEXT, "1"), frame(CLOSE, closePayload(1000)));
      peer.socket.end();
      await eventually(() => onClosed.mock.calls.length > 0);
      peer.clock.advance(9_999);
      expect(close).not.toHaveBeenCalled();
      if (inTime) finish();
      else peer.clock.advance(1);
      expect(await peer.connection.closed).toMatchObject({ code: 1000, error: undefined });
      finish();
      await settle();
      expect(close).toHaveBeenCalledTimes(1);
      expect(peer.clock.timers).toBe(0);
    },
  );

  it("is not clean when our own Close frame could not be written", async () => {
    const peer = new RawPeer({}, false);
    peer.connection.send(Buffer.alloc(500_000));
    await settle();
    peer.send(frame(CLOSE, closePayload(1000)));
    await settle();
    peer.transport.destroy(new Error("reset"));
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: false });
  });

  it("answers a Close behind a message that is still being compressed, and ends only then", async () => {
    const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS, maxMessageBytes: 8_000_000 });
    peer.connection.on("message", () => peer.connection.send("big ".repeat(1_000_000)));
    peer.send(frame(TEXT, "?"), frame(CLOSE, closePayload(1000)));
    expect(await peer.next()).toMatchObject({ opcode: TEXT, rsv: 4 });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    await peer.ended();
  });

  it("closes with 1000 at the end of an await-using block", async () => {
    const { client, server } = connectedPair();
    await client[Symbol.asyncDispose]();
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
  });
});
