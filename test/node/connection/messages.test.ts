import { duplexPair } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { eventually, NO_DEFLATE_LIMITS, over, RawPeer, settle } from "../../support/raw-peer.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  frame,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../../support/wire-frame.js";

describe("messages", () => {
  it("reach a listener as string and Buffer, and go out as they came", async () => {
    const peer = new RawPeer();
    const got: unknown[] = [];
    peer.connection.on("message", (message) => {
      got.push(message);
      peer.connection.send(message);
    });
    peer.send(frame(TEXT, "héllo"), frame(BINARY, hex("00ff")));

    expect(await peer.next()).toMatchObject({ opcode: TEXT, payload: utf8("héllo") });
    expect(await peer.next()).toMatchObject({ opcode: BINARY, payload: hex("00ff") });
    expect(got).toEqual(["héllo", Buffer.from("00ff", "hex")]);
    expect(Buffer.isBuffer(got[1])).toBe(true);
  });

  it("wait, in order, until the first listener is there", async () => {
    const peer = new RawPeer({ received: frameBytes("first") });
    peer.message("second");
    await settle();
    const got: unknown[] = [];
    peer.connection.on("message", (message) => got.push(message));
    peer.message("third");

    await eventually(() => got.length === 3);
    expect(got).toEqual(["first", "second", "third"]);
  });

  it("are answered before a broken rule behind them, when the listener comes in the same turn", async () => {
    const bad = hex("83 80 00000000");
    const peer = new RawPeer({ received: Buffer.concat([frameBytes("first"), bad]) });
    await Promise.resolve(); // as long as `await connect()` takes
    peer.connection.on("message", (message) => peer.connection.send(message));
    expect(await peer.next()).toMatchObject({ opcode: TEXT, payload: utf8("first") });
    expect(await peer.next()).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(1002, "unknown opcode 3"),
    });
  });

  it("do not keep what comes behind them from being seen when nobody listens", async () => {
    const peer = new RawPeer();
    peer.send(frame(TEXT, "unheard"), frame(PING, "p"), frame(CLOSE, closePayload(1000)));
    expect(await peer.next()).toMatchObject({ opcode: PONG });
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("stop the peer once more than maxQueuedBytes wait, and all arrive in the end", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 10_000 });
    const chunk = "x".repeat(1_000);
    for (let i = 0; i < 400; i++) peer.message(chunk);
    await settle();
    expect(peer.transport.isPaused()).toBe(true);
    expect(peer.socket.writableLength).toBeGreaterThan(100_000);

    let count = 0;
    peer.connection.on("message", () => count++);
    await eventually(() => count === 400);
  });

  it("come one by one to an async listener, the next when its promise has settled", async () => {
    const peer = new RawPeer();
    const log: string[] = [];
    const gates: (() => void)[] = [];
    peer.connection.on("message", async (message) => {
      log.push(`start ${message.toString()}`);
      await new Promise<void>((open) => gates.push(open));
      log.push(`end ${message.toString()}`);
    });
    peer.message("a");
    peer.message("b");
    await settle();
    expect(log).toEqual(["start a"]);
    gates.shift()?.();
    await eventually(() => log.length === 3);
    expect(log).toEqual(["start a", "end a", "start b"]);
  });

  it("are given to an iterator as it asks, and the rest to whoever comes after it", async () => {
    const peer = new RawPeer();
    for (const name of ["a", "b", "c"]) peer.message(name);
    for await (const message of peer.connection) {
      expect(message).toBe("a");
      break;
    }
    const got: unknown[] = [];
    peer.connection.on("message", (message) => got.push(message));
    await eventually(() => got.length === 2);
    expect(got).toEqual(["b", "c"]);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });

  it("are lost to no loop that comes after an iterator which was returned while it waited", async () => {
    const peer = new RawPeer();
    const given = peer.connection[Symbol.asyncIterator]();
    const read = given.next();
    await given.return?.();
    expect(await read).toEqual({ value: undefined, done: true });
    peer.message("one");
    peer.message("two");
    const got: unknown[] = [];
    for await (const message of peer.connection) if (got.push(message) === 2) break;
    expect(got).toEqual(["one", "two"]);
  });

  it("end an iterator when the connection ends, after those that wait", async () => {
    const peer = new RawPeer();
    peer.send(frame(TEXT, "last"), frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    const got: unknown[] = [];
    for await (const message of peer.connection) got.push(message);
    for await (const message of peer.connection) got.push(message); // a later one ends at once
    expect(got).toEqual(["last"]);
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("stop at once on pause, also those that were read already, and go on in order", async () => {
    const peer = new RawPeer();
    const got: string[] = [];
    peer.connection.on("message", (message) => {
      got.push(message.toString());
      if (got.length === 3) peer.connection.pause();
    });
    peer.send(...Array.from({ length: 10_000 }, (_, i) => frame(TEXT, String(i))));
    await settle();
    expect(got).toEqual(["0", "1", "2"]);
    expect(peer.transport.isPaused()).toBe(true);
    peer.connection.resume();
    await eventually(() => got.length === 10_000);
    expect(got.every((name, i) => name === String(i))).toBe(true);
  });

  it("do not re-enter: what a listener does inside one message comes after it", async () => {
    const peer = new RawPeer();
    const log: string[] = [];
    peer.connection.on("message", (message) => {
      log.push(`in ${message.toString()}`);
      peer.connection.pause();
      peer.connection.resume();
      peer.connection.on("message", () => {});
      log.push(`out ${message.toString()}`);
    });
    peer.send(frame(TEXT, "1"), frame(TEXT, "2"));
    await eventually(() => log.length === 4);
    expect(log).toEqual(["in 1", "out 1", "in 2", "out 2"]);
  });

  it("do not re-enter either when they waited for the listener", async () => {
    const peer = new RawPeer();
    peer.send(frame(TEXT, "1"), frame(TEXT, "2"));
    await settle();
    const log: string[] = [];
    peer.connection.on("message", (message) => {
      log.push(`in ${message.toString()}`);
      peer.connection.pause();
      peer.connection.resume();
      log.push(`out ${message.toString()}`);
    });
    await eventually(() => log.length === 4);
    expect(log).toEqual(["in 1", "out 1", "in 2", "out 2"]);
  });

  it("come as bytes of their own from a transport whose chunks belong to somebody", async () => {
    const [ours, theirs] = duplexPair();
    const got: unknown[] = [];
    over(ours, undefined).on("message", (message) => got.push(message));
    const bytes = frameBytes("unharmed");
    const before = bytes.slice();
    theirs.write(bytes);
    await eventually(() => got.length === 1);
    expect(bytes).toEqual(before);
  });

  it("are compressed when that was agreed on, and not when told so [7692-6-04]", async () => {
    const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS });
    expect(peer.connection.extensions).toBe("permessage-deflate");
    const long = "abcabcabc".repeat(20);
    peer.connection.send(long);
    peer.connection.send(long, { compress: false });
    expect(await peer.next()).toMatchObject({ rsv: 4, opcode: TEXT });
    expect(await peer.next()).toMatchObject({ rsv: 0, payload: utf8(long) });
  });

  it("leave in one write when they are sent in one turn, and a lone one in the same turn", async () => {
    const peer = new RawPeer();
    const writes = vi.spyOn(peer.transport, "_write");
    for (let i = 0; i < 100; i++) peer.connection.send(`message ${i}`);
    await Promise.resolve();
    expect(writes).toHaveBeenCalledTimes(1);
    expect((await peer.next()).payload).toEqual(utf8("message 0"));
  });
});

function frameBytes(message: string): Uint8Array {
  return new RawPeer().encode(frame(TEXT, message));
}
