import { describe, expect, it } from "vitest";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import {
  type Bits,
  bitsToBytes,
  dynamicBlock,
  dynamicHeader,
  fixedCode,
  run,
} from "../../support/deflate-stream.js";

const decompressor = (options: { windowBits?: number } = {}): Decompressor =>
  new Decompressor({ windowBits: 15, contextTakeover: true, ...options });

const END: Bits = fixedCode(256);
/** How a fixed block starts, and the empty stored block at the end. */
const FIXED: Bits = "0 10";
const FLUSH: Bits = "0 00";

describe("payloads that are refused with DEFLATE_INVALID [7692-7-31]", () => {
  const literal = fixedCode(97);
  const all = (symbols: readonly number[], length: number): Record<number, number> =>
    Object.fromEntries(symbols.map((symbol) => [symbol, length]));
  const twoEnds = { 97: 1, 256: 1 };
  const table: [title: string, ...parts: Bits[]][] = [
    ["a block of type 3", "0 11"],
    ["LEN that is not the complement of NLEN", FLUSH, "00000", [5, 16], [0xfffb, 16], [0, 40]],
    ["a stored block longer than the rest", FLUSH, "00000", [5, 16], [0xfffa, 16], [0, 32]],
    ["more literal and length codes than there are", "0 01", [30, 5], [0, 5], [0, 4]],
    ["more distance codes than there are", "0 01", [0, 5], [30, 5], [0, 4]],
    [
      "a code length code that is over-subscribed",
      ...dynamicHeader({ codeLengths: all([0, 1, 2], 1), runs: [] }),
    ],
    ["one that is incomplete", ...dynamicHeader({ codeLengths: all([0, 1, 2], 2), runs: [] })],
    ["one of a single code", ...dynamicHeader({ codeLengths: { 0: 1 }, runs: ["0".repeat(300)] })],
    ["one of no code", ...dynamicHeader({ codeLengths: {}, runs: ["0".repeat(300)] })],
    ["a repeat with nothing before it", ...dynamicHeader({ runs: run(16, [0, 2]) })],
    [
      "a repeat behind the last length",
      ...dynamicHeader({ runs: [...run(18, [127, 7]), ...run(18, [127, 7])] }),
    ],
    [
      "a repeat of a length behind the last",
      ...dynamicHeader({
        runs: [...run(18, [127, 7]), ...run(18, [107, 7]), ...run(1), ...run(16, [0, 2])],
      }),
    ],
    ["no code for the end of block", ...dynamicBlock({ 97: 1, 98: 1 }, {})],
    [
      "literal and length codes that are over-subscribed",
      ...dynamicBlock({ 97: 1, 98: 1, 256: 1 }, {}),
    ],
    ["incomplete ones", ...dynamicBlock({ 97: 2, 256: 2 }, {})],
    ["distance codes that are over-subscribed", ...dynamicBlock(twoEnds, { 0: 1, 1: 1, 2: 1 })],
    ["incomplete ones of several codes", ...dynamicBlock(twoEnds, { 0: 2, 1: 2 })],
    ["the other bit of a code of one symbol", ...dynamicBlock({ 256: 1 }, {}), "1"],
    [
      "the other bit of a single distance",
      ...dynamicBlock({ 97: 1, 256: 2, 257: 2 }, { 0: 1 }),
      "0 11 1",
    ],
    [
      "a distance where there is no distance code",
      ...dynamicBlock({ 97: 1, 256: 2, 257: 2 }, {}),
      "0 11 0 10",
      FLUSH,
    ],
    ["length symbol 286", FIXED, literal, fixedCode(286), "00000", END, FLUSH],
    ["length symbol 287", FIXED, literal, fixedCode(287), "00000", END, FLUSH],
    ["distance symbol 30", FIXED, literal, fixedCode(257), "11110", END, FLUSH],
    ["distance symbol 31", FIXED, literal, fixedCode(257), "11111", END, FLUSH],
    ["a distance before the first byte", FIXED, literal, fixedCode(257), "00001", END, FLUSH],
    ["input that ends in a literal", FIXED, literal, "0011"],
    ["input that ends behind a literal", FIXED, literal],
    ["input that ends in a distance", FIXED, literal, fixedCode(257), "0000"],
    ["input that ends in the lengths of the codes", ...dynamicHeader({ runs: run(18, [127, 7]) })],
    ["input that ends in the header of a block", FIXED, ...times(4, fixedCode(200)), END],
    ["input that ends in LEN", FLUSH, "00000", [5, 8]],
    [
      "input that ends behind a block that is not the last",
      FIXED,
      ...times(6, fixedCode(200)),
      END,
    ],
  ];

  it.each(table)("%s", (_title, ...parts) => {
    const own = decompressor();
    expect(() => own.decompress(bitsToBytes(...parts), 1000)).toThrow(
      expect.objectContaining({ code: "DEFLATE_INVALID" }),
    );
  });

  it("a stored block that is cut off, but not before what is there is over the limit", () => {
    const cutOff = bitsToBytes(FLUSH, "00000", [5, 16], [0xfffa, 16], [0, 32]);
    expect(() => decompressor().decompress(cutOff, 4)).toThrow(
      expect.objectContaining({ code: "DEFLATE_INVALID" }),
    );
    expect(() => decompressor().decompress(cutOff, 3)).toThrow(
      expect.objectContaining({ code: "MESSAGE_TOO_BIG" }),
    );
  });

  it.each([8, 9, 10, 11, 12, 13, 14])(
    "a distance behind the agreed window of 2^%i bytes, which zlib forgives (D07)",
    (windowBits) => {
      const fits = storedThenMatch(2 ** windowBits);
      const reaches = storedThenMatch(2 ** windowBits + 1);
      const message = decompressor({ windowBits }).decompress(fits, 1e6);
      expect(message.subarray(-3)).toEqual(message.subarray(0, 3));
      expect(decompressor({ windowBits: 15 }).decompress(reaches, 1e6)).toHaveLength(
        2 ** windowBits + 4,
      );
      expect(() => decompressor({ windowBits }).decompress(reaches, 1e6)).toThrow(
        expect.objectContaining({ code: "DEFLATE_INVALID" }),
      );
    },
  );
});

/** So many bytes in a stored block, then three of them again from that far back. */
function storedThenMatch(distance: number): Uint8Array {
  const stored = Uint8Array.from({ length: distance }, (_, i) => i * 7 + (i >> 8));
  const header = bitsToBytes("000 00000", [distance, 16], [distance ^ 0xffff, 16]);
  const [symbol, extra] = distanceBits(distance);
  const match = bitsToBytes(FIXED, fixedCode(257), symbol, extra, END, FLUSH);
  return new Uint8Array([...header, ...stored, ...match]);
}

/** RFC 1951 §3.2.5 for distances from 5 on. */
function distanceBits(distance: number): [symbol: Bits, extra: Bits] {
  const extra = 30 - Math.clz32(distance - 1);
  const symbol = 2 * extra + ((distance - 1) >> extra);
  const value = (distance - 1) & ((1 << extra) - 1);
  return [symbol.toString(2).padStart(5, "0"), [value, extra]];
}

function times(count: number, bits: Bits): Bits[] {
  return Array.from({ length: count }, () => bits);
}
