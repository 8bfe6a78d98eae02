import { describe, expect, it } from "vitest";
import type { CodeLengths } from "../../../src/protocol/deflate/code-lengths.js";
import { PREPARED_LENGTHS } from "../../../src/protocol/deflate/prepared-lengths.js";

const [JSON_TEXT, PROSE, NUMBERS] = PREPARED_LENGTHS;

/** What share of all patterns of bits the codes take: 1 for a complete code (RFC 1951 §3.2.2). */
function taken({ bits, used }: CodeLengths): number {
  return bits.subarray(0, used).reduce((sum, length) => sum + 2 ** -length, 0);
}

const symbolsOf = ({ symbols, used }: CodeLengths): number[] => [...symbols.subarray(0, used)];
const longest = ({ bits, used }: CodeLengths): number => Math.max(...bits.subarray(0, used));

describe("PREPARED_LENGTHS", () => {
  it("are those of complete codes, in ascending order of symbols", () => {
    expect(PREPARED_LENGTHS).toHaveLength(3);
    for (const lengths of PREPARED_LENGTHS.flatMap(({ litlen, distance }) => [litlen, distance])) {
      expect(taken(lengths)).toBe(1);
      expect(symbolsOf(lengths)).toEqual(symbolsOf(lengths).toSorted((a, b) => a - b));
    }
  });

  it("fit into the first part of a decoding table", () => {
    for (const { litlen, distance } of PREPARED_LENGTHS) {
      expect(longest(litlen)).toBeLessThanOrEqual(10);
      expect(longest(distance)).toBeLessThanOrEqual(8);
    }
  });

  it("have codes for the end of a block, all matches of 4 bytes and more, and all distances", () => {
    const matches = Array.from({ length: 28 }, (_, i) => 258 + i);
    for (const { litlen, distance } of PREPARED_LENGTHS) {
      expect(symbolsOf(litlen)).toEqual(expect.arrayContaining([256, ...matches]));
      expect(symbolsOf(distance)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    }
  });

  it("have codes for printable ASCII and the end of a line, or for what numbers are written with", () => {
    const literals = (lengths: CodeLengths): string =>
      String.fromCharCode(...symbolsOf(lengths).filter((symbol) => symbol < 256));
    const printable = String.fromCharCode(10, ...Array.from({ length: 95 }, (_, i) => 32 + i));

    expect(literals(JSON_TEXT!.litlen)).toBe(printable);
    expect(literals(PROSE!.litlen)).toBe(printable);
    expect(literals(NUMBERS!.litlen)).toBe('",-.0123456789:');
  });
});
