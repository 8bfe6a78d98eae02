import { describe, expect, it } from "vitest";
import { FrameTrace } from "../../src/protocol/frame-trace.js";
import { all, newReceiver } from "../support/message-receiver.js";
import { countingPlatform, frameFrom, pattern, violation } from "../support/protocol.js";
import {
  BINARY,
  CLOSE,
  concat,
  CONTINUATION,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

const server = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
  frameFrom("server", opcode, payload, overrides);

describe("MessageReceiver", () => {
  it("gives control frames and messages in the order they came [6455-6-07] [6455-5.4-02]", () => {
    const { receiver } = newReceiver();
    receiver.push(
      concat([
        server(TEXT, "one"),
        server(TEXT, "tw", { fin: false }),
        server(PING, "ping"),
        server(CONTINUATION, "o"),
        server(PONG, "pong"),
        server(BINARY, hex("03")),
        server(CLOSE),
      ]),
    );

    expect(all(receiver)).toEqual([
      { type: "message", isText: true, data: "one" },
      { type: "control", opcode: 9, payload: utf8("ping") },
      { type: "message", isText: true, data: "two" },
      { type: "control", opcode: 10, payload: utf8("pong") },
      { type: "message", isText: false, data: hex("03") },
      { type: "control", opcode: 8, payload: hex("") },
    ]);
  });

  it("expects masks on a server and none on a client [6455-5.1-02] [6455-5.1-05]", () => {
    const onServer = newReceiver({ role: "server" }).receiver;
    onServer.push(frameFrom("client", TEXT, "hi"));
    expect(onServer.next()).toMatchObject({ data: "hi" });
    onServer.push(server(TEXT, "hi"));
    expect(() => onServer.next()).toThrow(violation("MASK_MISSING"));

    const onClient = newReceiver().receiver;
    onClient.push(frameFrom("client", TEXT, "hi"));
    expect(() => onClient.next()).toThrow(violation("MASK_UNEXPECTED"));
  });

  it("takes RSV1 only with an extension [6455-5.6-03]", () => {
    const { receiver } = newReceiver();
    receiver.push(server(TEXT, "hi", { rsv: 4 }));

    expect(() => receiver.next()).toThrow(violation("RSV_UNEXPECTED"));
  });

  it("gives text as a string or as bytes, and checks it either way [6455-8-01]", () => {
    for (const textAs of ["string", "bytes"] as const) {
      const { receiver } = newReceiver({ textAs });
      receiver.push(concat([server(TEXT, "\ufeffé"), server(TEXT, hex("e9"))]));

      expect(receiver.next()).toEqual({
        type: "message",
        isText: true,
        data: textAs === "string" ? "\ufeffé" : utf8("\ufeffé"),
      });
      expect(() => receiver.next()).toThrow(violation("UTF8_INVALID"));
    }
  });

  it("says whether the peer is in the middle of a message", () => {
    const { receiver } = newReceiver();
    receiver.push(server(TEXT, "a", { fin: false }));
    expect(receiver.isInMessage).toBe(false);
    receiver.next();
    expect(receiver.isInMessage).toBe(true);
    receiver.clear();
    expect(receiver.isInMessage).toBe(false);
  });

  it("shows each part of a frame to the trace", () => {
    const seen: string[] = [];
    const trace = new FrameTrace(({ opcode, payload }) => {
      seen.push(`${opcode} ${Buffer.from(payload).toString()}`);
    });
    const { receiver } = newReceiver({ trace });
    for (const byte of concat([server(TEXT, "Hi"), server(PING)])) {
      receiver.push(Uint8Array.of(byte));
      all(receiver);
    }

    expect(seen).toEqual(["1 Hi", "9 "]);
  });
});

describe("MessageReceiver, with the memory behind messages", () => {
  const chunkOf = (payload: Uint8Array) => concat([server(BINARY, payload), new Uint8Array(1000)]);

  it("copies also what it shows to a trace, and not what takes half of the chunk", () => {
    const { platform: counting, allocated } = countingPlatform();
    const { receiver } = newReceiver({ platform: counting, trace: new FrameTrace(() => {}) });
    receiver.push(chunkOf(pattern(10)));
    expect(receiver.next()).toEqual({ type: "message", isText: false, data: pattern(10) });
    expect(allocated).toEqual([10]);

    for (const [options, frame] of [
      [{ zeroCopy: true }, server(BINARY, "ab")],
      [{}, server(TEXT, "ab")],
      [{}, concat([server(TEXT, "a", { fin: false }), server(CONTINUATION, "b")])],
    ] as const) {
      const trace = new FrameTrace(() => {});
      const { receiver: viewing } = newReceiver({ platform: counting, trace, ...options });
      viewing.push(concat([frame, new Uint8Array(1000)]));
      expect(viewing.next()?.type).toBe("message");
    }
    expect(allocated).not.toContain(2);

    const { receiver: other } = newReceiver({ trace: new FrameTrace(() => {}) });
    const chunk = server(BINARY, pattern(10));
    other.push(chunk);
    expect(other.next()).toHaveProperty("data.buffer", chunk.buffer);
  });

  it("copies a small message out of a large chunk", () => {
    const { platform: counting, allocated } = countingPlatform();
    const { receiver } = newReceiver({ platform: counting });
    receiver.push(chunkOf(pattern(10)));

    expect(receiver.next()).toEqual({ type: "message", isText: false, data: pattern(10) });
    expect(allocated).toEqual([10]);
  });

  it.each([
    ["it was asked not to", { zeroCopy: true }, server(BINARY, "ab"), 1000],
    ["the message takes half of the chunk", {}, server(BINARY, pattern(1000)), 996],
    ["text becomes a string anyway", {}, server(TEXT, "ab"), 1000],
  ])("does not copy when %s", (_why, options, frame, more) => {
    const { platform: counting, allocated } = countingPlatform();
    const { receiver } = newReceiver({ platform: counting, ...options });
    receiver.push(concat([frame, new Uint8Array(more)]));
    receiver.next();

    expect(allocated).toEqual([]);
  });

  it.each([
    ["binary, one byte under half of the chunk", {}, server(BINARY, pattern(125)), 124, 125],
    ["text as bytes", { textAs: "bytes" as const }, server(TEXT, "ab"), 1000, 2],
  ])("copies %s", (_what, options, frame, more, length) => {
    const { platform: counting, allocated } = countingPlatform();
    const { receiver } = newReceiver({ platform: counting, ...options });
    receiver.push(concat([frame, new Uint8Array(more)]));
    receiver.next();

    expect(allocated).toEqual([length]);
  });

  it("copies all it gives of memory that is lent: messages, control frames, parts of a message", () => {
    const memory = concat([
      server(BINARY, pattern(100)),
      server(PING, "ping"),
      server(BINARY, "a", { fin: false }),
      server(CONTINUATION, "bc").subarray(0, 3),
    ]);
    for (const zeroCopy of [true, false]) {
      const { receiver } = newReceiver({ zeroCopy });
      const lent = memory.slice();
      receiver.push(lent, "lent");
      const given = all(receiver);
      receiver.keepLent();
      lent.fill(0xff);
      receiver.push(utf8("c"));

      expect([...given, ...all(receiver)]).toEqual([
        { type: "message", isText: false, data: pattern(100) },
        { type: "control", opcode: 9, payload: utf8("ping") },
        { type: "message", isText: false, data: utf8("abc") },
      ]);
    }
  });

  it("does not copy a message again that was joined of fragments", () => {
    const { platform: counting, allocated } = countingPlatform();
    const { receiver } = newReceiver({ platform: counting });
    receiver.push(concat([server(BINARY, "a", { fin: false }), server(CONTINUATION, "b")]));

    expect(receiver.next()).toMatchObject({ data: utf8("ab") });
    expect(allocated).toEqual([256]);
  });
});
