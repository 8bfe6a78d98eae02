import { describe, expect, it, vi } from "vitest";
import { ProtocolError } from "../../../src/protocol/errors.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { RawPeer, settle } from "../../support/raw-peer.js";
import {
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  hex,
  PING,
  TEXT,
  utf8,
} from "../../support/wire-frame.js";

describe("an end that is not clean", () => {
  it.each<[string, (peer: RawPeer) => void]>([
    ["a FIN without Close", (peer) => peer.socket.end()],
    ["a FIN inside a frame", (peer) => peer.socket.end(hex("81 ff"))],
    [
      "a FIN inside a message",
      (peer) => peer.socket.end(peer.encode(frame(TEXT, "a", { fin: false }))),
    ],
    ["a reset", (peer) => peer.socket.resetAndDestroy()],
  ])(
    "%s is 1006, told once, without any unhandled error [6455-7.1-05] [6455-7.1-13]",
    async (_name, act) => {
      const peer = new RawPeer();
      const close = vi.fn<() => void>();
      peer.connection.on("close", close);
      peer.connection.on("message", () => {});
      act(peer);
      expect(await peer.connection.closed).toMatchObject({
        code: 1006,
        reason: "",
        wasClean: false,
      });
      await settle();
      expect(close).toHaveBeenCalledTimes(1);
      expect(peer.clock.timers).toBe(0);
      expect(peer.transport.destroyed).toBe(true);
    },
  );

  it("by terminate() is at once, and drops what waits", async () => {
    const peer = new RawPeer();
    const got: string[] = [];
    peer.connection.on("message", (message) => {
      got.push(message.toString());
      peer.connection.terminate();
    });
    peer.send(frame(TEXT, "1"), frame(TEXT, "2"));
    expect(await peer.connection.closed).toMatchObject({
      code: 1006,
      error: expect.objectContaining({ code: "TERMINATED" }),
    });
    expect(got).toEqual(["1"]);

    const paused = new RawPeer();
    paused.connection.on("message", (message) => got.push(message.toString()));
    paused.connection.pause();
    paused.message("never");
    await settle();
    paused.connection.terminate();
    expect(paused.connection.readyState).toBe(ReadyState.CLOSED);
    paused.connection.resume();
    await paused.connection.closed;
    expect(got).toEqual(["1"]);
  });

  it("still delivers what was read before it, to a listener that goes on later", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 100 });
    const got: string[] = [];
    peer.connection.on("message", (message) => {
      if (got.push(message.toString()) === 1) peer.connection.pause();
    });
    peer.send(...Array.from({ length: 10 }, (_, i) => frame(TEXT, String(i))));
    await settle();
    peer.transport.destroy();
    await settle();
    expect(got).toEqual(["0"]);
    peer.connection.resume();
    expect(await peer.connection.closed).toMatchObject({ code: 1006 });
    expect(got).toHaveLength(10);
  });

  it("comes to its end although nobody takes the messages", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 100 });
    peer.send(...Array.from({ length: 10 }, (_, i) => frame(TEXT, String(i))));
    await settle();
    peer.transport.destroy();
    expect(await peer.connection.closed).toMatchObject({ code: 1006 });
  });

  it("keeps the cause of a transport error", async () => {
    const peer = new RawPeer();
    const cause = new Error("cable");
    peer.transport.destroy(cause);
    const { error } = await peer.connection.closed;
    expect(error).toMatchObject({
      code: "TRANSPORT_FAILED",
      message: `the transport failed: ${cause.message}`,
      cause,
    });
  });

  it("works on a transport that is destroyed already", async () => {
    const { MemorySocket } = await import("../../support/wire-memory.js");
    const { over } = await import("../../support/raw-peer.js");
    const [dead] = MemorySocket.pair();
    dead.on("error", () => {});
    dead.destroy();
    await settle();
    expect(await over(dead, 1).closed).toMatchObject({ code: 1006 });
  });

  it("fails on a broken rule: earlier messages, their echo, one Close frame, the end [6455-7.1-09] [6455-7.1-10]", async () => {
    const peer = new RawPeer();
    const got: unknown[] = [];
    peer.connection.on("message", (message) => {
      got.push(message);
      peer.connection.send(message);
    });
    peer.sendBytes(
      Buffer.concat([
        peer.encode(frame(TEXT, "good")),
        hex("83 80 00000000"),
        peer.encode(frame(TEXT, "bad")),
      ]),
    );
    expect(await peer.next()).toMatchObject({ opcode: TEXT, payload: utf8("good") });
    expect(await peer.next()).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(1002, "unknown opcode 3"),
    });
    await peer.ended();
    peer.socket.end();
    const { code, wasClean, error, sent } = await peer.connection.closed;
    expect({ code, wasClean, sent }).toEqual({
      code: 1006,
      wasClean: false,
      sent: { code: 1002, reason: "unknown opcode 3" },
    });
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: "OPCODE_UNKNOWN" });
    expect(got).toEqual(["good"]);
  });

  it("fails a message that takes longer than messageTimeoutMs with 1008", async () => {
    const peer = new RawPeer({ messageTimeoutMs: 1_000, pingIntervalMs: Infinity });
    for (let i = 0; i < 9; i++) {
      peer.send(frame(i === 0 ? TEXT : CONTINUATION, "a", { fin: false }));
      await settle();
      peer.clock.advance(100);
    }
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    peer.clock.advance(101);
    const reason = "message unfinished after 1000 ms is over messageTimeoutMs 1000";
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(1008, reason) });
  });

  it.each([1, 3, 5])("fails %i bytes of a frame that goes no further with 1008", async (count) => {
    const peer = new RawPeer({ messageTimeoutMs: 1_000, pingIntervalMs: Infinity });
    peer.sendBytes(peer.encode(frame(PING, "abc")).subarray(0, count));
    await settle();
    peer.clock.advance(999);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    peer.clock.advance(2);
    const { payload } = await peer.next();
    expect(Buffer.from(payload).readUInt16BE()).toBe(1008);
  });

  it("gives each ping in halves its own time", async () => {
    const peer = new RawPeer({ messageTimeoutMs: 1_000, pingIntervalMs: Infinity });
    const ping = peer.encode(frame(PING, "abc"));
    peer.sendBytes(ping.subarray(0, 3));
    for (let i = 0; i < 10; i++) {
      await settle();
      peer.clock.advance(900);
      peer.sendBytes(Buffer.concat([ping.subarray(3), ping.subarray(0, 3)]));
    }
    await settle();
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });

  it("forgets the time of a message that was finished", async () => {
    const peer = new RawPeer({ messageTimeoutMs: 1_000, pingIntervalMs: Infinity });
    peer.send(frame(TEXT, "a", { fin: false }));
    await settle();
    peer.send(frame(CONTINUATION, "b"));
    await settle();
    peer.clock.advance(5_000);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });

  it("gives each message its own time", async () => {
    const peer = new RawPeer({ messageTimeoutMs: 1_000, pingIntervalMs: Infinity });
    peer.connection.on("message", () => {});
    peer.send(frame(TEXT, "a", { fin: false }));
    for (let i = 0; i < 10; i++) {
      await settle();
      peer.clock.advance(900);
      peer.send(frame(CONTINUATION, "b"), frame(TEXT, "a", { fin: false }));
    }
    await settle();
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });
});

const FAILED = closePayload(1011, "a listener failed");

describe("a listener that fails", () => {
  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("oops");
      },
    ],
    ["rejects", () => Promise.reject(new Error("oops"))],
    [
      "throws something else",
      () => {
        // oxlint-disable-next-line typescript/only-throw-error -- what careless code does
        throw "oops";
      },
    ],
  ])(
    "by one that %s: 1011 for this connection, the hook told once, the others called",
    async (_name, fails) => {
      const onHandlerError = vi.fn<(error: unknown) => void>();
      const peer = new RawPeer({ onHandlerError });
      const other = vi.fn<() => void>();
      peer.connection.on("message", fails);
      peer.connection.on("message", other);
      peer.message("a");
      expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: FAILED });
      peer.send(frame(CLOSE, FAILED));
      peer.socket.end();
      const { error } = await peer.connection.closed;
      expect(error).toMatchObject({ message: "oops" });
      expect(onHandlerError).toHaveBeenCalledTimes(1);
      expect(other).toHaveBeenCalledTimes(1);
    },
  );

  it("by several that fail is told once as the first failure, and each to the hook", async () => {
    const onHandlerError = vi.fn<(error: unknown) => void>();
    const peer = new RawPeer({ onHandlerError });
    const log: string[] = [];
    const [first, second] = [new Error("first"), new Error("second")];
    peer.connection
      .on("message", () => {
        throw first;
      })
      .on("message", () => Promise.reject(second))
      .on("end", () => log.push("end"))
      .on("close", ({ error }) => log.push(`close ${error?.message}`));
    peer.message("a");
    await peer.next();
    peer.socket.end();
    await peer.connection.closed;
    const source = '"message" listener of a server\'s connection';
    expect(onHandlerError.mock.calls).toEqual([
      [first, source],
      [second, source],
    ]);
    expect(log).toEqual(["end", "close first"]);
  });

  it("or a hook that fails itself, or a failing close listener, harms nobody", async () => {
    const hook = vi.fn<() => void>(() => {
      throw new Error("hook");
    });
    const peer = new RawPeer({ onHandlerError: hook });
    peer.connection.on("close", () => {
      throw new Error("late");
    });
    peer.connection.terminate();
    await peer.connection.closed;
    await settle();
    expect(hook).toHaveBeenCalledTimes(1);
  });
});
