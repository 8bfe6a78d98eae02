import { describe, expect, it } from "vitest";
import { CodeLengths } from "../../../src/protocol/deflate/huffman.js";
import {
  buildDecodeTable,
  DecodeTable,
  EXCEPTION,
  SUBTABLE,
} from "../../../src/protocol/deflate/decode-table.js";
import { codesOf, type Lengths } from "../../support/deflate-stream.js";

const MEANINGS = Int32Array.from({ length: 288 }, (_, symbol) => symbol << 16);

function lengthsOf(lengths: Lengths): CodeLengths {
  const list = new CodeLengths(288);
  for (const [symbol, bits] of Object.entries(lengths)) list.add(Number(symbol), bits);
  return list;
}

/** Looks up a code as the bits arrive, with ones behind it. */
function lookUp(table: DecodeTable, code: string): { symbol: number; bits: number } {
  const bits = Number.parseInt(code.padEnd(15, "1").split("").toReversed().join(""), 2);
  let entry = table.entries[bits & ((1 << table.rootBits) - 1)]!;
  if ((entry & SUBTABLE) !== 0) {
    const index = (bits >> table.rootBits) & ((1 << ((entry >> 4) & 15)) - 1);
    entry = table.entries[(entry >> 16) + index]!;
  }
  return { symbol: entry >> 16, bits: entry & 15 };
}

function expectAllFound(lengths: Lengths, rootBits: number, size = 2000): DecodeTable {
  const table = new DecodeTable(size);
  expect(buildDecodeTable(table, lengthsOf(lengths), MEANINGS, rootBits)).toBe("complete");
  for (const [symbol, code] of Object.entries(codesOf(lengths))) {
    expect(lookUp(table, code)).toEqual({ symbol: Number(symbol), bits: code.length });
  }
  return table;
}

/** 1, 2, 3 … bits, and the last length twice. */
const staircase = (longest: number): Lengths =>
  Object.fromEntries(
    Array.from({ length: longest + 1 }, (_, i) => [i * 3, Math.min(i + 1, longest)]),
  );

/** So many codes of 1, 2, 3 … bits. */
const ofCounts = (counts: readonly number[]): Lengths =>
  Object.fromEntries(
    counts.flatMap((count, i) => Array.from({ length: count }, () => i + 1)).entries(),
  );

describe("buildDecodeTable", () => {
  it("finds the symbols of the code in RFC 1951 §3.2.2", () => {
    const lengths = { 0: 3, 1: 3, 2: 3, 3: 3, 4: 3, 5: 2, 6: 4, 7: 4 };
    expect(codesOf(lengths)[7]).toBe("1111");
    expect(expectAllFound(lengths, 10).rootBits).toBe(4);
  });

  it.each([1, 2, 7, 9, 10, 15])(
    "finds codes of up to 15 bits with a first part of %i bits",
    (root) => {
      expectAllFound(staircase(15), root, 40_000);
    },
  );

  it("finds codes of many lengths that share a further part, and in several of them", () => {
    const lengths: Record<number, number> = { 0: 1 };
    for (let i = 1; i <= 16; i++) lengths[i] = 6;
    for (let i = 17; i <= 24; i++) lengths[i] = 7;
    for (let i = 25; i <= 56; i++) lengths[i] = 8;
    for (let i = 57; i <= 72; i++) lengths[i] = 9;
    for (let i = 73; i <= 88; i++) lengths[i] = 10;
    for (let i = 89; i <= 120; i++) lengths[i] = 11;
    for (const root of [4, 5, 6, 8, 10]) expectAllFound(lengths, root);
  });

  it("needs 1332 and 400 entries for the worst codes of 286 and 30 symbols", () => {
    // Found by trying all numbers of codes of each length.
    const litlen = ofCounts([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 229, 49, 1, 2]);
    const distance = ofCounts([1, 1, 1, 1, 1, 1, 0, 0, 1, 9, 9, 1, 1, 1, 2]);
    expect([Object.keys(litlen).length, Object.keys(distance).length]).toEqual([286, 30]);

    expect(expectAllFound(litlen, 10).entries.lastIndexOf((285 << 16) | 15)).toBe(1331);
    expect(expectAllFound(distance, 8).entries.lastIndexOf((29 << 16) | 15)).toBe(399);
  });

  it("marks what no code has when there is one code of one bit, or none", () => {
    const table = new DecodeTable(16);
    expect(buildDecodeTable(table, lengthsOf({ 5: 1 }), MEANINGS, 10)).toBe("incomplete");
    expect(table.rootBits).toBe(1);
    expect(lookUp(table, "0")).toEqual({ symbol: 5, bits: 1 });
    expect(table.entries[1]! & EXCEPTION).not.toBe(0);

    expect(buildDecodeTable(table, lengthsOf({}), MEANINGS, 10)).toBe("incomplete");
    expect(table.entries[0]! & EXCEPTION).not.toBe(0);
    expect(table.entries[1]! & EXCEPTION).not.toBe(0);
  });

  it.each<[string, Lengths]>([
    ["over-subscribed at one bit", { 0: 1, 1: 1, 2: 1 }],
    ["over-subscribed at many bits", { ...staircase(15), 99: 15 }],
    ["incomplete at two bits", { 0: 1, 1: 2 }],
    ["incomplete with a single code of two bits", { 0: 2 }],
    ["incomplete at 15 bits", { ...staircase(15), 45: 14 }],
  ])("refuses a code that is %s", (_title, lengths) => {
    const table = new DecodeTable(2000);
    expect(buildDecodeTable(table, lengthsOf(lengths), MEANINGS, 10)).toBe("invalid");
  });
});
