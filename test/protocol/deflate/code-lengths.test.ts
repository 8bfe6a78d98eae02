import { expect, it } from "vitest";
import {
  CodeLengths,
  fixedDistanceLengths,
  fixedLitlenLengths,
} from "../../../src/protocol/deflate/code-lengths.js";

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
