import { expect, it } from "vitest";
import {
  CODE_LENGTH_ORDER,
  CODE_LENGTH_SYMBOLS,
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
} from "../../../src/protocol/deflate/alphabets.js";

/** All values that the symbols stand for: each base, and as many more as its extra bits can say. */
function values(bases: readonly number[], extraBits: readonly number[]): number[] {
  return bases.flatMap((base, i) =>
    Array.from({ length: 1 << extraBits[i]! }, (_, extra) => base + extra),
  );
}

it("has a symbol for each length from 3 to 258, and 258 twice", () => {
  const all = Array.from({ length: 256 }, (_, i) => i + 3);
  expect(values(LENGTH_BASE, LENGTH_EXTRA_BITS)).toEqual([...all, 258]);
  expect(FIRST_LENGTH + LENGTH_BASE.length).toBe(LITLEN_SYMBOLS);
});

it("has one symbol for each distance from 1 to 32 768", () => {
  const all = Array.from({ length: 32_768 }, (_, i) => i + 1);
  expect(values(DISTANCE_BASE, DISTANCE_EXTRA_BITS)).toEqual(all);
  expect(DISTANCE_BASE).toHaveLength(DISTANCE_SYMBOLS);
});

it("lists each symbol of the code length code once", () => {
  expect(CODE_LENGTH_ORDER.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: CODE_LENGTH_SYMBOLS }, (_, i) => i),
  );
});
