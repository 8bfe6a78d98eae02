import { describe, expect, it } from "vitest";
import {
  CodeLengths,
  assignCodes,
  assignLengths,
  fixedDistanceLengths,
  fixedLitlenLengths,
} from "../../../src/protocol/deflate/huffman.js";
import { seeded } from "../../support/deflate-corpora.js";
import { codesOf } from "../../support/deflate-stream.js";

it("lists the symbols in use with their lengths", () => {
  const lengths = new CodeLengths(10);
  lengths.add(3, 2);
  lengths.add(7, 1);

  expect(lengths.used).toBe(2);
  expect(Array.from(lengths.symbols.subarray(0, 2))).toEqual([3, 7]);
  expect(Array.from(lengths.bits.subarray(0, 2))).toEqual([2, 1]);
});

it("knows the fixed codes (RFC 1951 §3.2.6)", () => {
  const litlen = fixedLitlenLengths();
  const distance = fixedDistanceLengths();

  expect(Array.from(litlen.symbols)).toEqual(Array.from({ length: 288 }, (_, symbol) => symbol));
  expect([0, 143, 144, 255, 256, 279, 280, 287].map((symbol) => litlen.bits[symbol])).toEqual([
    8, 8, 9, 9, 7, 7, 8, 8,
  ]);
  expect(litlen.used).toBe(288);
  expect(distance.used).toBe(32);
  expect(new Set(distance.bits)).toEqual(new Set([5]));
});

function lengthsFor(weights: readonly number[], maxBits = 15): number[] {
  const code = new CodeLengths(288);
  for (const symbol of weights.keys()) code.add(symbol, 0);
  assignLengths(code, Int32Array.from(weights), maxBits);
  return Array.from(code.bits.subarray(0, weights.length));
}

const cost = (weights: readonly number[], bits: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * bits[i]!, 0);

/** Bits that the best code takes: each joining of the two lightest adds a bit to all below. */
function bestCost(weights: readonly number[]): number {
  const queue = [...weights];
  let total = 0;
  while (queue.length > 1) {
    queue.sort((a, b) => b - a);
    const joined = queue.pop()! + queue.pop()!;
    total += joined;
    queue.push(joined);
  }
  return total;
}

const isComplete = (bits: readonly number[]): boolean =>
  bits.reduce((sum, length) => sum + 2 ** -length, 0) === 1;

describe("assignLengths", () => {
  it("gives frequent symbols short codes", () => {
    expect(lengthsFor([5, 1, 1, 2])).toEqual([1, 3, 3, 2]);
    expect(lengthsFor([1, 1])).toEqual([1, 1]);
    expect(lengthsFor([0, 7])).toEqual([1, 1]);
    expect(lengthsFor([0, 0, 3])).toEqual([2, 2, 1]);
  });

  it("finds a best code, whatever the weights", () => {
    const random = seeded(1);
    for (let round = 0; round < 300; round++) {
      const symbols = 2 + Math.floor(random() * 284);
      const spread = 1 + Math.floor(random() ** 3 * 500);
      const weights = Array.from({ length: symbols }, () => 1 + Math.floor(random() * spread));
      const bits = lengthsFor(weights);
      expect(isComplete(bits)).toBe(true);
      expect(cost(weights, bits)).toBe(bestCost(weights));
    }
  });

  it("keeps to the limit with a complete code that costs little more", () => {
    // With these weights the tree is as deep as can be: 27 bits.
    const fibonacci = [1, 1];
    while (fibonacci.length < 28) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
    for (const [maxBits, ratio] of [
      [15, 1.01],
      [11, 1.02],
      [7, 1.2],
      [5, 2],
    ] as const) {
      const bits = lengthsFor(fibonacci, maxBits);
      expect(Math.max(...bits)).toBe(maxBits);
      expect(isComplete(bits)).toBe(true);
      expect(cost(fibonacci, bits)).toBeLessThanOrEqual(bestCost(fibonacci) * ratio);
    }
  });

  it("keeps to a limit that leaves no choice", () => {
    expect(lengthsFor([1000, 1, 1, 1, 1, 1, 1, 1], 3)).toEqual([3, 3, 3, 3, 3, 3, 3, 3]);
  });
});

describe("assignCodes", () => {
  it("gives the codes of the example in RFC 1951 §3.2.2, first bit lowest", () => {
    const code = new CodeLengths(8);
    for (const [symbol, bits] of [3, 3, 3, 3, 3, 2, 4, 4].entries()) code.add(symbol, bits);
    const codes = new Int32Array(8);
    assignCodes(code, codes);

    const text = Array.from(codes, (packed) =>
      (packed & 0xffff)
        .toString(2)
        .padStart(packed >> 16, "0")
        .split("")
        .toReversed()
        .join(""),
    );
    expect(text).toEqual(["010", "011", "100", "101", "110", "00", "1110", "1111"]);
  });

  it("leaves symbols alone that are not listed", () => {
    const code = new CodeLengths(8);
    const lengths = { 1: 1, 4: 2, 6: 15, 7: 15 };
    for (const [symbol, bits] of Object.entries(lengths)) code.add(Number(symbol), bits);
    const codes = new Int32Array(8).fill(-1);
    assignCodes(code, codes);

    expect([0, 2, 3, 5].map((symbol) => codes[symbol])).toEqual([-1, -1, -1, -1]);
    for (const [symbol, bits] of Object.entries(codesOf(lengths))) {
      const packed = codes[Number(symbol)]!;
      expect((packed & 0xffff).toString(2).padStart(packed >> 16, "0")).toBe(
        bits.split("").toReversed().join(""),
      );
    }
  });
});
