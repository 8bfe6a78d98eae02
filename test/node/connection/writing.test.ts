// When what was sent is with the operating system: who asks is told once, in order, and never too early.
import { describe, expect, it, vi } from "vitest";
import { prepareMessage, TransportError } from "../../../src/index.js";
import { eventually, NO_DEFLATE_LIMITS, RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, closePayload, frame } from "../../support/wire-frame.js";

/** Notes who is told, and the code of the error where there is one. */
function notes() {
  const log: string[] = [];
  const note = (name: string) => ({
    onWritten: (error?: Error) => {
      log.push(error === undefined ? name : `${name}: ${codeOf(error)}`);
    },
  });
  return { log, note };
}

function codeOf(error: Error): string {
  return error instanceof TransportError ? error.code : error.name;
}

/** More than the transport in memory takes at once. */
const LONG = 200_000;

describe("onWritten", () => {
  it("is called once for each message and control frame, in order, and never inside the call", async () => {
    const peer = new RawPeer({}, false);
    const { connection } = peer;
    const { log, note } = notes();
    connection.send("1", note("text"));
    connection.send(Buffer.alloc(LONG), note("bytes that are written at once"));
    connection.send(prepareMessage("3"), note("prepared"));
    connection.pong("4", note("pong"));
    void connection.ping("5", note("ping"));
    connection.send("6", note("last"));
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual([]); // nobody reads
    peer.read();
    await eventually(() => log.length === 6);
    await settle();
    const order = ["text", "bytes that are written at once", "prepared", "pong", "ping", "last"];
    expect(log).toEqual(order);
  });

  it("is called once for each of many connections that send the same", async () => {
    const { log, note } = notes();
    const message = prepareMessage("x".repeat(10_000));
    const peers = ["a", "b", "c"].map((name) => {
      const peer = new RawPeer();
      peer.connection.send(message, note(name));
      return peer;
    });
    await eventually(() => log.length === 3);
    expect(log).toEqual(["a", "b", "c"]);
    expect(peers).toHaveLength(3);
  });

  it("waits for a Blob, for fragments, and for what is compressed elsewhere", async () => {
    const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS });
    const { connection } = peer;
    const { log, note } = notes();
    connection.send("compressed elsewhere ".repeat(10_000), note("first"));
    connection.send("behind it", note("second"));
    void connection.ping("", note("ping"));
    connection.send(new Blob(["blob"]), note("blob"));
    void connection.sendStream(["in ", "fragments"]);
    connection.send("last", note("last"));
    await settle();
    await eventually(() => log.length === 5);
    expect(log).toEqual(["ping", "first", "second", "blob", "last"]); // a ping overtakes
    const opcodes: number[] = [];
    for (let i = 0; i < 8; i++) opcodes.push((await peer.next()).opcode);
    expect(opcodes).toEqual([9, 1, 1, 2, 1, 0, 0, 1]);
  });

  it("gets an error when the connection ends first, with what ended it as its cause", async () => {
    const peer = new RawPeer({}, false);
    const { connection } = peer;
    const { log, note } = notes();
    connection.send("out", note("out"));
    await eventually(() => log.length === 1);
    const errors: (Error | undefined)[] = [];
    connection.send(Buffer.alloc(LONG), note("in the transport"));
    connection.send("x", note("behind it"));
    connection.send(new Blob(["x"]), note("blob"));
    connection.send("y", note("waits"));
    void connection.flushed().then((isFlushed) => log.push(`flushed ${isFlushed}`));
    void connection.ping("", { onWritten: (error) => errors.push(error) });
    peer.transport.destroy(new Error("cable"));
    const { error } = await connection.closed;
    await settle();
    expect(log).toEqual([
      "out",
      "in the transport: NOT_WRITTEN",
      "behind it: NOT_WRITTEN",
      "blob: NOT_WRITTEN",
      "waits: NOT_WRITTEN",
      "flushed false",
    ]);
    expect(error).toMatchObject({ code: "TRANSPORT_FAILED" });
    expect(errors).toEqual([expect.objectContaining({ code: "NOT_WRITTEN", cause: error })]);
  });

  it("gets an error at terminate() for what has not gone out, whatever the transport says", async () => {
    const peer = new RawPeer({}, false);
    const { log, note } = notes();
    peer.connection.send(Buffer.alloc(LONG), note("long"));
    await settle();
    peer.connection.terminate();
    await peer.connection.closed;
    await settle();
    expect(log).toEqual(["long: NOT_WRITTEN"]);
  });

  it("gets an error soon when the connection is closing or closed", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const { log, note } = notes();
    connection.send("before", note("before"));
    connection.close(1000);
    expect(connection.send("after", note("after"))).toBe("closed");
    connection.pong("", note("pong"));
    void connection.ping("", note("ping"));
    expect(log).toEqual([]);
    await eventually(() => log.length === 4);
    expect(log.sort()).toEqual([
      "after: NOT_WRITTEN",
      "before",
      "ping: NOT_WRITTEN",
      "pong: NOT_WRITTEN",
    ]);
    peer.send(frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    await connection.closed;
    connection.send(new Blob(["late"]), note("late"));
    await settle();
    expect(log.slice(4)).toEqual(["late: NOT_WRITTEN"]);
  });

  it.each([
    ["dropNewest", ["b", "c"]],
    ["dropOldest", ["b"]],
    [(message: unknown) => String(message)[0], ["b"]],
    ["close", ["b", "c"]],
  ] as const)("gets an error soon from the policy %s", async (bufferPolicy, lost) => {
    const peer = new RawPeer({ maxBufferedBytes: LONG, bufferPolicy }, false);
    const { connection } = peer;
    const { log, note } = notes();
    connection.send("a".repeat(LONG + 1), note("a"));
    connection.send("x".padEnd(LONG / 2), note("b"));
    connection.send("x".padEnd(LONG / 1.5), note("c"));
    expect(log).toEqual([]);
    await settle();
    expect(log).toEqual(lost.map((name) => `${name}: NOT_WRITTEN`));
    peer.read();
    await eventually(() => log.length === 3);
    const rest = ["a", "b", "c"].filter((name) => !log.includes(`${name}: NOT_WRITTEN`));
    expect(log.slice(lost.length)).toEqual(rest);
  });

  it("is not called when send throws, and a ping that is too long is never sent", async () => {
    const { connection } = new RawPeer();
    const onWritten = vi.fn();
    // @ts-expect-error: what a caller without types may do
    expect(() => connection.send(5, { onWritten })).toThrow(TypeError);
    // @ts-expect-error: the same
    expect(() => connection.send("x", { onWritten: 5 })).toThrow("onWritten must be a function");
    // @ts-expect-error: the same
    expect(() => connection.ping("x", { onWritten: true })).toThrow(TypeError);
    // @ts-expect-error: the same
    expect(() => connection.pong("x", { onWritten: {} })).toThrow(TypeError);
    expect(() => connection.send(Uint8Array.of(0xff), { type: "text", onWritten })).toThrow();
    expect(() => connection.pong("x".repeat(126), { onWritten })).toThrow(RangeError);
    await expect(connection.ping("x".repeat(126), { onWritten })).rejects.toThrow(RangeError);
    expect(await connection.flushed()).toBe(true);
    await settle();
    expect(onWritten).not.toHaveBeenCalled();
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("callback");
      },
    ],
    ["rejects", () => Promise.reject(new Error("callback"))],
  ])("closes with 1011 when it %s, as a listener does", async (_how, onWritten) => {
    const errors: unknown[] = [];
    const peer = new RawPeer({ onHandlerError: (error) => errors.push(error) });
    peer.connection.send("x", { onWritten });
    peer.connection.send("y");
    await peer.next();
    await peer.next();
    expect((await peer.next()).payload.subarray(0, 2)).toEqual(closePayload(1011));
    expect(errors).toEqual([new Error("callback")]);
    peer.send(frame(CLOSE, closePayload(1011)));
    peer.socket.end();
    expect((await peer.connection.closed).error).toEqual(new Error("callback"));
  });

  it("does not hide with an error of its own what ended the connection", async () => {
    const errors: unknown[] = [];
    const peer = new RawPeer({ onHandlerError: (error) => errors.push(error) }, false);
    const onWritten = (): never => {
      throw new Error("callback");
    };
    peer.connection.send(Buffer.alloc(LONG), { onWritten });
    peer.connection.send("x", { onWritten });
    await settle();
    peer.connection.terminate();
    expect((await peer.connection.closed).error).toMatchObject({ code: "TERMINATED" });
    expect(errors).toHaveLength(2);
  });
});

describe("flushed", () => {
  it("is true at once while nothing waits, and false once the connection has ended", async () => {
    const peer = new RawPeer();
    expect(await peer.connection.flushed()).toBe(true);
    peer.connection.terminate();
    expect(await peer.connection.flushed()).toBe(false);
    await peer.connection.closed;
    expect(await peer.connection.flushed()).toBe(false);
  });

  it("waits for all that was sent before, and not for what is sent after", async () => {
    const peer = new RawPeer({}, false);
    peer.connection.send(Buffer.alloc(LONG));
    const flushed = vi.fn();
    void peer.connection.flushed().then(flushed);
    await settle();
    expect(flushed).not.toHaveBeenCalled();
    peer.socket.once("data", () => peer.connection.send(Buffer.alloc(LONG)));
    peer.read();
    await eventually(() => flushed.mock.calls.length > 0);
    expect(flushed).toHaveBeenCalledWith(true);
  });

  it("waits for what the transport has got already, though nobody asked by then", async () => {
    const peer = new RawPeer({}, false);
    peer.connection.send(Buffer.alloc(LONG));
    await settle(); // all of it is in the transport, and none has been read
    const flushed = vi.fn();
    void peer.connection.flushed().then(flushed);
    await settle();
    expect(flushed).not.toHaveBeenCalled();
    peer.read();
    await eventually(() => flushed.mock.calls.length > 0);
    expect(flushed).toHaveBeenCalledWith(true);
  });

  it("includes the Close frame, and what it waits for", async () => {
    const peer = new RawPeer();
    peer.connection.send(new Blob(["x"]));
    peer.connection.close(1000);
    expect(await peer.connection.flushed()).toBe(true);
    expect(peer.connection.bufferedAmount).toBe(0);
    await peer.next();
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
  });

  it("is no reason for a drain event", async () => {
    const peer = new RawPeer();
    const drain = vi.fn();
    peer.connection.on("drain", drain);
    peer.connection.send("x", { onWritten: () => {} });
    expect(await peer.connection.flushed()).toBe(true);
    await settle();
    expect(drain).not.toHaveBeenCalled();
  });
});
