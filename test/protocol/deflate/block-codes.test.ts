import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../src/protocol/deflate/bits.js";
import {
  fixedCodes,
  readDynamicCodes,
  takePreparedCodes,
} from "../../../src/protocol/deflate/block-codes.js";
import type { DecodeTable } from "../../../src/protocol/deflate/decode-table.js";
import { END, EXCEPTION, LITERAL } from "../../../src/protocol/deflate/decode-table.js";
import { PREPARED_CODES } from "../../../src/protocol/deflate/ready-codes.js";
import {
  type Bits,
  bitsToBytes,
  codesOf,
  dynamicBlock,
  dynamicHeader,
  fixedCode,
  run,
} from "../../support/deflate-stream.js";

/** The entry that `code` leads to; none of the codes here leaves the first part of a table. */
function entryOf({ entries, rootBits }: DecodeTable, code: string): number {
  const index = Number.parseInt(code.split("").toReversed().join(""), 2);
  return entries[index & ((1 << rootBits) - 1)]!;
}

function read(...header: readonly Bits[]): ReturnType<typeof readDynamicCodes> {
  const reader = new BitReader();
  reader.start(bitsToBytes(...header));
  reader.take(3);
  return readDynamicCodes(reader);
}

describe("fixedCodes", () => {
  const { litlen, distance } = fixedCodes();

  it("is made once", () => {
    expect(fixedCodes()).toBe(fixedCodes());
  });

  it("knows literals, the end, lengths and what has no meaning (RFC 1951 §3.2.6)", () => {
    expect(entryOf(litlen, fixedCode(0))).toBe(LITERAL | 8);
    expect(entryOf(litlen, fixedCode(255))).toBe(LITERAL | (255 << 16) | 9);
    expect(entryOf(litlen, fixedCode(256))).toBe(EXCEPTION | END | 7);
    expect(entryOf(litlen, fixedCode(257))).toBe((3 << 16) | 7);
    expect(entryOf(litlen, fixedCode(284))).toBe((227 << 16) | (5 << 4) | 8);
    expect(entryOf(litlen, fixedCode(285))).toBe((258 << 16) | 8);
    expect(entryOf(litlen, fixedCode(286))).toBe(EXCEPTION | 8);
    expect(entryOf(litlen, fixedCode(287))).toBe(EXCEPTION | 8);
    expect(entryOf(distance, "00000")).toBe((1 << 16) | 5);
    expect(entryOf(distance, "11101")).toBe((24_577 << 16) | (13 << 4) | 5);
    expect(entryOf(distance, "11110")).toBe(EXCEPTION | 5);
    expect(entryOf(distance, "11111")).toBe(EXCEPTION | 5);
  });
});

describe("takePreparedCodes", () => {
  const described = PREPARED_CODES.map(({ description }) => {
    const writer = new BitWriter();
    writer.start(500);
    description.write(writer);
    writer.put(0b101, 3);
    return writer.bytes.slice(0, writer.position + 1);
  });

  it("gives the tables that are read otherwise, made once", () => {
    for (const input of described) {
      const [reader, other] = [new BitReader(), new BitReader()];
      reader.start(input);
      other.start(input);
      const codes = takePreparedCodes(reader)!;
      const read = readDynamicCodes(other)!;
      for (const name of ["litlen", "distance"] as const) {
        const { rootBits, entries } = codes[name];
        expect(rootBits).toBe(read[name].rootBits);
        expect(entries.subarray(0, 1 << rootBits)).toEqual(
          read[name].entries.subarray(0, 1 << rootBits),
        );
      }
      expect(reader.take(3)).toBe(0b101);
      reader.start(input);
      expect(takePreparedCodes(reader)).toBe(codes);
    }
  });

  it("takes nothing from other codes", () => {
    const reader = new BitReader();
    reader.start(bitsToBytes(...dynamicBlock({ 97: 1, 256: 1 }, {})));
    reader.take(3);
    const left = reader.bitsLeft;
    expect(takePreparedCodes(reader)).toBeUndefined();
    expect(reader.bitsLeft).toBe(left);
    expect(readDynamicCodes(reader)).toBeDefined();
  });
});

describe("readDynamicCodes", () => {
  it("reads both codes (§3.2.7)", () => {
    const litlen = { 97: 2, 98: 2, 256: 2, 260: 3, 285: 3 };
    const distance = { 3: 1, 29: 2, 4: 2 };
    const codes = read(...dynamicBlock(litlen, distance));

    expect(entryOf(codes!.litlen, codesOf(litlen)[98]!)).toBe(LITERAL | (98 << 16) | 2);
    expect(entryOf(codes!.litlen, codesOf(litlen)[260]!)).toBe((6 << 16) | 3);
    expect(entryOf(codes!.distance, codesOf(distance)[29]!)).toBe((24_577 << 16) | (13 << 4) | 2);
  });

  it("reads all three kinds of repeats, over the edge between the codes", () => {
    const runs = [...run(17, [7, 3]), ...run(18, [127, 7]), ...run(18, [97, 7])];
    runs.push(...run(3), ...run(16, [3, 2]), ...run(2), ...run(1), ...run(0));
    // 10 + 138 + 108 zeros, then 256 to 262 of 3 bits: seven of eight patterns.
    expect(read(...dynamicHeader({ litlens: 263, distances: 3, runs }))).toBeUndefined();

    const crossing = [...run(18, [127, 7]), ...run(18, [107, 7]), ...run(1), ...run(16, [0, 2])];
    const codes = read(...dynamicHeader({ litlens: 258, distances: 2, runs: crossing }));
    expect(entryOf(codes!.litlen, "1")).toBe((3 << 16) | 1);
    expect(entryOf(codes!.distance, "1")).toBe((2 << 16) | 1);

    const zeros = [...run(1), ...run(17, [7, 3]), ...run(18, [127, 7]), ...run(18, [96, 7])];
    zeros.push(...run(1), ...run(0));
    const sparse = read(...dynamicHeader({ runs: zeros }));
    expect(entryOf(sparse!.litlen, "0")).toBe(LITERAL | 1);
    expect(entryOf(sparse!.litlen, "1")).toBe(EXCEPTION | END | 1);
    expect(entryOf(sparse!.distance, "0") & EXCEPTION).not.toBe(0);
  });

  const zeros256 = [...run(18, [127, 7]), ...run(18, [107, 7])];
  it.each<[string, ...Bits[]]>([
    ["287 literal and length codes", "0 01", [30, 5], [0, 5], [15, 4], [0, 57]],
    ["31 distance codes", "0 01", [0, 5], [30, 5], [15, 4], [0, 57]],
    [
      "a code length code that is none",
      ...dynamicHeader({ codeLengths: { 0: 1, 1: 2 }, runs: [] }),
    ],
    ["a repeat at the start", ...dynamicHeader({ runs: run(16, [0, 2]) })],
    [
      "a repeat beyond the end",
      ...dynamicHeader({ runs: [...zeros256, ...run(1), ...run(17, [0, 3])] }),
    ],
    ["an end in the middle of the lengths", ...dynamicHeader({ runs: run(18, [127, 7]) })],
    ["no end of block", ...dynamicBlock({ 0: 1, 1: 1 }, {})],
    ["literal and length codes that are none", ...dynamicBlock({ 0: 1, 256: 2 }, {})],
    ["distance codes that are none", ...dynamicBlock({ 0: 1, 256: 1 }, { 0: 1, 1: 2 })],
  ])("refuses %s", (_title, ...header) => {
    expect(read(...header)).toBeUndefined();
  });
});
