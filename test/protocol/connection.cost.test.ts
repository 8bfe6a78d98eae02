// What a byte, a fragment or a message costs does not depend on how many there are: work is counted, not timed.
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ProtocolConnection } from "../../src/protocol/connection.js";
import { createCodec } from "../../src/protocol/deflate/codec.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import { connection, type ConnectionOptions, frameFrom, platform } from "../support/protocol.js";
import { BINARY, concat, CONTINUATION, PING, TEXT } from "../support/wire-frame.js";

const KIB = 1024;
const MIB = 1024 * KIB;
const NO_LIMITS = { maxMessageBytes: Infinity, maxFragments: Infinity };

/** Work that is counted: bytes that were allocated, copied or looked at, and how often that happened. */
interface Work {
  bytes: number;
  steps: number;
}

interface Row {
  readonly name: string;
  /** How many items the smaller run has; the larger one has four times as many. */
  readonly count: number;
  readonly run: (end: ProtocolConnection, count: number) => void;
  readonly options?: ConnectionOptions;
}

/** A client (its peer need not mask) which counts what goes through its platform, and each copy of bytes. */
function workOf({ run, options }: Row, count: number): Work {
  const work: Work = { bytes: 0, steps: 0 };
  const note = (length: number): void => {
    work.bytes += length;
    work.steps++;
  };
  const { allocate, decodeAscii, decodeUtf8, isUtf8 } = platform;
  const counting = {
    ...platform,
    allocate: (length: number) => (note(length), allocate(length)),
    decodeAscii: (bytes: Uint8Array, start: number, end: number) => (
      note(end - start),
      decodeAscii(bytes, start, end)
    ),
    decodeUtf8: (bytes: Uint8Array) => (note(bytes.length), decodeUtf8(bytes)),
    isUtf8: (bytes: Uint8Array) => (note(bytes.length), isUtf8(bytes)),
  };
  const end = connection("client", { limits: NO_LIMITS, platform: counting, ...options });
  // What the class inherits, one of its own stands in for.
  // oxlint-disable-next-line no-extend-native -- as long as the run lasts
  Object.defineProperty(Uint8Array.prototype, "set", {
    configurable: true,
    value(this: Uint8Array, from: Uint8Array, at?: number) {
      note(from.length);
      inheritedSet.call(this, from, at);
    },
  });
  try {
    run(end, count);
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, "set");
  }
  return work;
}

// oxlint-disable-next-line typescript/unbound-method -- it is called on the bytes it is meant for
const inheritedSet = Uint8Array.prototype.set;

/** Gives `bytes` to `end` in pieces, and takes all events. @returns How many there were. */
function feed(end: ProtocolConnection, bytes: Uint8Array, pieceLength: number): number {
  let events = 0;
  for (let at = 0; at < bytes.length; at += pieceLength) {
    end.receive(new Uint8Array(bytes.subarray(at, at + pieceLength)));
    for (let event = end.nextEvent(); event !== undefined; event = end.nextEvent()) {
      if (event.type === "failed") throw event.error;
      events++;
    }
    end.takeOutput();
  }
  return events;
}

/** A message of `count` fragments, with a ping behind each when asked for. */
function fragments(opcode: number, count: number, payload: string, ...behind: Uint8Array[]) {
  const first = frameFrom("server", opcode, payload, { fin: false });
  const next = frameFrom("server", CONTINUATION, payload, { fin: false });
  const last = frameFrom("server", CONTINUATION, payload);
  const middle = concat([...behind, next]);
  const whole = new Uint8Array(first.length + middle.length * (count - 2) + last.length);
  whole.set(first);
  for (let i = 0; i < count - 2; i++) whole.set(middle, first.length + i * middle.length);
  whole.set(last, whole.length - last.length);
  return whole;
}

const text = (length: number): string => "x".repeat(length);

const deflate = (): PerMessageDeflate =>
  new PerMessageDeflate({
    role: "client",
    codec: createCodec(),
    parameters: {
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
    },
  });

const inflated = (length: number): Uint8Array => {
  const payload = deflateRawSync("0123456789abcdef".repeat(length / 16), { finishFlush: 2 });
  return frameFrom("server", TEXT, payload.subarray(0, -4), { rsv: 4 });
};

// oxfmt-ignore
const RECEIVING: readonly Row[] = [
  { name: "a byte of one text, 64 KiB at a time",          count: 4 * MIB,   run: (end, n) => expect(feed(end, frameFrom("server", TEXT, text(n)), 64 * KIB)).toBe(1) },
  { name: "a byte of one binary message, 64 KiB at a time", count: 4 * MIB,  run: (end, n) => expect(feed(end, frameFrom("server", BINARY, text(n)), 64 * KIB)).toBe(1) },
  { name: "a byte of one text, in segments of one byte",   count: 32 * KIB,  run: (end, n) => expect(feed(end, frameFrom("server", TEXT, text(n)), 1)).toBe(1) },
  { name: "a byte of one compressed text",                 count: 4 * MIB,   run: (end, n) => expect(feed(end, inflated(n), 64 * KIB)).toBe(1), options: { extension: deflate() } },
  { name: "a fragment without a byte",                     count: 16 * KIB,  run: (end, n) => expect(feed(end, fragments(TEXT, n, ""), 64 * KIB)).toBe(1) },
  { name: "a fragment of one byte",                        count: 16 * KIB,  run: (end, n) => expect(feed(end, fragments(TEXT, n, "x"), 64 * KIB)).toBe(1) },
  { name: "a fragment of 256 bytes",                       count: 16 * KIB,  run: (end, n) => expect(feed(end, fragments(BINARY, n, text(256)), 64 * KIB)).toBe(1) },
  { name: "a fragment in segments of one byte",            count: 4 * KIB,   run: (end, n) => expect(feed(end, fragments(TEXT, n, "x"), 1)).toBe(1) },
  { name: "a fragment with a ping behind it",              count: 16 * KIB,  run: (end, n) => expect(feed(end, fragments(TEXT, n, "x", frameFrom("server", PING, "?")), 64 * KIB)).toBe(n - 1) },
  { name: "one of many messages in one chunk",             count: 16 * KIB,  run: (end, n) => expect(feed(end, concat(Array.from({ length: n }, () => frameFrom("server", TEXT, "x"))), Infinity)).toBe(n) },
];

// oxfmt-ignore
const SENDING: readonly Row[] = [
  { name: "a byte of one text",            count: 4 * MIB,  run: (end, n) => { end.sendMessage(text(n)); end.takeOutput(); } },
  { name: "a byte of one binary message",  count: 4 * MIB,  run: (end, n) => { end.sendMessage(new Uint8Array(n)); end.takeOutput(); } },
  { name: "a byte of one compressed text", count: MIB,      run: (end, n) => { end.sendMessage("0123456789abcdef".repeat(n / 16)); end.takeOutput(); }, options: { extension: deflate() } },
  { name: "one of many messages",          count: 16 * KIB, run: (end, n) => { for (let i = 0; i < n; i++) end.sendMessage("x"); end.takeOutput(); } },
  { name: "one of many messages, each taken", count: 16 * KIB, run: (end, n) => { for (let i = 0; i < n; i++) { end.sendMessage("x"); end.takeOutput(); } } },
  { name: "a fragment",                    count: 16 * KIB, run: (end, n) => { end.startMessage("text"); for (let i = 0; i < n; i++) end.sendFragment("x", false); end.sendFragment("", true); end.takeOutput(); } },
];

describe.each([
  ["receiving", RECEIVING],
  ["sending", SENDING],
])("%s", (_direction, rows) => {
  const named = rows.map((row) => [row.name, row] as const);
  it.each(named)("%s takes as much work among four times as many", (_name, row) => {
    const few = workOf(row, row.count);
    const many = workOf(row, row.count * 4);
    // Twice as much would still be linear. What is quadratic takes four times as much.
    expect(few.steps).toBeGreaterThan(0);
    // The first run may find a block to write into that tests before it have left.
    expect(many.bytes / 4).toBeLessThan(few.bytes * 1.25 + 64 * KIB);
    expect(many.steps / 4).toBeLessThan(few.steps * 1.25 + 4);
  });
});
