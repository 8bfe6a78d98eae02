/** The reference decoder against the examples that the RFCs print, and against each rule once. */
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type ReferenceOptions, referenceOutcome } from "./reference-decoder.js";
import { encodeFrame, frame, TEXT } from "./wire-frame.js";
import { couldBecomeText, referenceText } from "./reference-utf8.js";

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");

const PLAIN: ReferenceOptions = { role: "client", maxMessageBytes: 70_000, maxFragments: 4 };
const DEFLATE: ReferenceOptions = {
  ...PLAIN,
  deflate: { windowBits: 15, contextTakeover: true },
};
const SERVER: ReferenceOptions = { ...PLAIN, role: "server" };

const outcome = (hex: string, options = PLAIN) => referenceOutcome(bytes(hex), options);
const events = (hex: string, options = PLAIN) => outcome(hex, options).events;
const failed = (closeCode: number) => ({ type: "failed", closeCode });
const hello = { type: "text", text: "Hello" };

describe("the examples of RFC 6455 §5.7", () => {
  it.each<[string, string, ReferenceOptions, object]>([
    ["a text message in one frame", "81 05 48656c6c6f", PLAIN, hello],
    ["a masked one", "81 85 37fa213d 7f9f4d5158", SERVER, hello],
    ["one in two fragments", "01 03 48656c  80 02 6c6f", PLAIN, hello],
    ["a ping", "89 05 48656c6c6f", PLAIN, { type: "ping", bytes: "48656c6c6f" }],
    ["a masked pong", "8a 85 37fa213d 7f9f4d5158", SERVER, { type: "pong", bytes: "48656c6c6f" }],
    [
      "256 bytes",
      `82 7e 0100 ${"a5".repeat(256)}`,
      PLAIN,
      { type: "binary", bytes: "a5".repeat(256) },
    ],
    [
      "64 KiB",
      `82 7f 0000000000010000 ${"5a".repeat(65_536)}`,
      PLAIN,
      { type: "binary", bytes: "5a".repeat(65_536) },
    ],
  ])("reads %s", (_name, hex, options, event) => {
    expect(outcome(hex, options)).toEqual({ events: [event], unfinished: undefined });
  });
});

describe("the examples of RFC 7692 §7.2.3", () => {
  it.each<[string, string, object[]]>([
    ["one block", "c1 07 f248cdc9c90700", [hello]],
    ["one block in two fragments", "41 03 f248cd  80 04 c9c90700", [hello]],
    ["a shared window", "c1 07 f248cdc9c90700  c1 05 f200110000", [hello, hello]],
    ["a stored block", "c1 0b 000500faff48656c6c6f00", [hello]],
    ["a block with BFINAL", "c1 08 f348cdc9c9070000", [hello]],
    ["two blocks", "c1 0d f248050000 00ffffcac9c90700", [hello]],
    ["an empty message", "c1 01 00", [{ type: "text", text: "" }]],
    [
      "a window that goes on after BFINAL",
      "c1 08 f348cdc9c9070000  c1 05 f200110000",
      [hello, hello],
    ],
    [
      "two blocks with BFINAL",
      "c1 0f f348cdc9c90700 f348cdc9c9070000",
      [{ type: "text", text: "HelloHello" }],
    ],
  ])("inflates %s", (_name, hex, expected) => {
    expect(events(hex, DEFLATE)).toEqual(expected);
  });

  it("forgets the window between messages when takeover is off", () => {
    const options = { ...PLAIN, deflate: { windowBits: 15, contextTakeover: false } };
    expect(events("c1 07 f248cdc9c90700  c1 05 f200110000", options)).toEqual([
      hello,
      failed(1007),
    ]);
  });

  it("agrees with what zlib made of a long text, in every block type", () => {
    const text = Array.from({ length: 3_000 }, (_, i) => (i * i) % 977).join(" ");
    for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_RLE]) {
      const deflated = deflateRawSync(text, { strategy, finishFlush: constants.Z_SYNC_FLUSH });
      const stream = encodeFrame(frame(TEXT, deflated.subarray(0, -4), { rsv: 4 }));
      expect(referenceOutcome(stream, DEFLATE).events).toEqual([{ type: "text", text }]);
    }
  });

  it.each([
    ["invalid data", "c1 02 ffff", 1007],
    ["data that stops inside a block", "c1 03 f248cd", 1007],
    ["a distance before the first byte", "c1 05 f200110000", 1007],
    ["a text that is not UTF-8", "c1 09 000300fcff eda080 00", 1007],
  ])("refuses %s", (_name, hex, closeCode) => {
    expect(events(hex, DEFLATE)).toEqual([failed(closeCode)]);
  });

  it.each([
    ["ends with a final block and nothing behind it", "c1 07 f348cdc9c90700"],
    ["keeps the four bytes that should be left off", "c1 0b f248cdc9c90700 0000ffff"],
    ["takes the four bytes for data of a stored block", "c1 06 000500faff48"],
  ])("calls a message doubtful that %s", (_name, hex) => {
    expect(outcome(hex, DEFLATE)).toMatchObject({ events: [], doubtful: true });
  });

  it("calls a message doubtful that reaches back further than was agreed", () => {
    const text = `${"x".repeat(20)}${Array.from({ length: 400 }, (_, i) => (i * i) % 977).join()}`;
    const deflated = deflateRawSync(text + text, { finishFlush: constants.Z_SYNC_FLUSH });
    const stream = encodeFrame(frame(TEXT, deflated.subarray(0, -4), { rsv: 4 }));
    const agreed = { ...PLAIN, deflate: { windowBits: 9, contextTakeover: true } };
    expect(referenceOutcome(stream, agreed).doubtful).toBe(true);
    expect(referenceOutcome(stream, DEFLATE).doubtful).toBeUndefined();
  });

  it("counts the inflated bytes, and delivers exactly the limit", () => {
    const at = (maxMessageBytes: number) => ({ ...DEFLATE, maxMessageBytes });
    expect(events("c1 07 f248cdc9c90700", at(5))).toEqual([hello]);
    expect(events("c1 07 f248cdc9c90700", at(4))).toEqual([failed(1009)]);
    expect(events("c1 06 4a4c1c1e0000", at(199))).toEqual([failed(1009)]);
    expect(events("c1 06 4a4c1c1e0000", at(200))).toEqual([
      { type: "text", text: "a".repeat(200) },
    ]);
  });

  it("counts the bytes on the wire too when they have a limit of their own", () => {
    const at = (maxCompressedBytes: number) => ({ ...DEFLATE, maxCompressedBytes });
    expect(events("41 03 f248cd  80 04 c9c90700", at(7))).toEqual([hello]);
    expect(events("41 03 f248cd  80 04 c9c90700", at(6))).toEqual([failed(1009)]);
  });
});

describe("each rule of RFC 6455", () => {
  it.each([
    ["RSV1 without an extension", "c1 00", PLAIN, 1002],
    ["RSV2", "a1 00", DEFLATE, 1002],
    ["RSV3", "91 00", DEFLATE, 1002],
    ["RSV1 on a control frame", "c9 00", DEFLATE, 1002],
    ["RSV1 on a continuation", "01 00  c0 00", DEFLATE, 1002],
    ["a reserved data opcode", "83 00", PLAIN, 1002],
    ["a reserved control opcode", "8b 00", PLAIN, 1002],
    ["no mask from a client", "81 00", SERVER, 1002],
    ["a mask from a server", "81 80 00000000", PLAIN, 1002],
    ["a control frame in fragments", "09 00", PLAIN, 1002],
    ["a long control frame", "89 7e 007e", PLAIN, 1002],
    ["a 16-bit length below 126", "82 7e 007d", PLAIN, 1002],
    ["a 64-bit length below 65536", "82 7f 000000000000ffff", PLAIN, 1002],
    ["a length of 2^63", "82 7f 8000000000000000", PLAIN, 1002],
    ["a length of 2^63 - 1", "82 7f 7fffffffffffffff", PLAIN, 1009],
    ["a continuation of nothing", "80 00", PLAIN, 1002],
    ["a message inside a message", "01 00  81 00", PLAIN, 1002],
    ["one fragment too many", "01 00  00 00  00 00  00 00  80 00", PLAIN, 1008],
    ["one byte too many", "82 7f 0000000000011171", PLAIN, 1009],
    ["a close payload of one byte", "88 01 03", PLAIN, 1002],
    ["close code 1004", "88 02 03ec", PLAIN, 1002],
    ["close code 1015", "88 02 03f7", PLAIN, 1002],
    ["close code 2999", "88 02 0bb7", PLAIN, 1002],
    ["close code 5000", "88 02 1388", PLAIN, 1002],
    ["a close reason that is not UTF-8", "88 03 03e8 ff", PLAIN, 1007],
    ["text that no byte can mend, in an unfinished frame", "81 7d f490", PLAIN, 1007],
    ["text that ends inside a character", "81 03 e282 e2", PLAIN, 1007],
    ["text that stops inside a character at the end", "81 02 e282", PLAIN, 1007],
  ])("fails on %s", (_name, hex, options, closeCode) => {
    expect(events(hex, options)).toEqual([failed(closeCode)]);
  });

  it("reports nothing after a failure or a Close frame", () => {
    expect(events("83 00  81 00")).toEqual([failed(1002)]);
    expect(events("88 00  83 00")).toEqual([{ type: "close", code: 1005, reason: "" }]);
  });

  it("reads code and reason of a Close frame, in the middle of a message too", () => {
    expect(events("01 01 61  88 05 0fa0 c3bc21")).toEqual([
      { type: "close", code: 4000, reason: "ü!" },
    ]);
  });

  it("puts control frames before the message they interrupt", () => {
    expect(events("02 01 aa  89 01 bb  8a 00  80 01 cc")).toEqual([
      { type: "ping", bytes: "bb" },
      { type: "pong", bytes: "" },
      { type: "binary", bytes: "aacc" },
    ]);
  });

  it.each([
    ["81", "header"],
    ["81 7e 01", "header"],
    ["81 05 48", "payload"],
    ["01 01 61", "message"],
    ["81 00", undefined],
  ])("says where %s stops", (hex, unfinished) => {
    expect(outcome(hex).unfinished).toBe(unfinished);
  });
});

describe("the reference text decoder", () => {
  it("agrees with TextDecoder on every sequence of one and two bytes", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const samples = Array.from({ length: 65_536 }, (_, pair) => [
      Uint8Array.of(pair >> 8, pair & 255),
      Uint8Array.of(pair & 255),
    ]).flat();
    const differs = samples.filter((it) => referenceText(it) !== textOrUndefined(decoder, it));
    expect(differs).toEqual([]);
  });

  it.each([
    ["f4 90", false],
    ["f4 8f", true],
    ["ed a0", false],
    ["ed 9f", true],
    ["e0 9f", false],
    ["f0 8f", false],
    ["c1", false],
    ["f5", false],
    ["61 80", false],
    ["f0 9f 98 80 e2", true],
  ])("knows whether %s can still become text", (hex, possible) => {
    expect(couldBecomeText(bytes(hex))).toBe(possible);
  });

  it("keeps U+FEFF, NUL and characters beyond the first plane", () => {
    expect(referenceText(bytes("efbbbf 00 f09f9880 f48fbfbf"))).toBe("\uFEFF\0\u{1F600}\u{10FFFF}");
  });
});

function textOrUndefined(
  decoder: InstanceType<typeof TextDecoder>,
  sample: Uint8Array,
): string | undefined {
  try {
    return decoder.decode(sample);
  } catch {
    return undefined;
  }
}
