import { expect, it } from "vitest";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
} from "../../../src/protocol/deflate/alphabets.js";
import {
  distanceSymbol,
  EXTRA_COUNT_MASK,
  EXTRA_COUNT_SHIFT,
  EXTRA_SHIFT,
  lengthSymbol,
  SYMBOL_MASK,
} from "../../../src/protocol/deflate/match-symbols.js";

const extraBits = (entry: number): number => (entry >> EXTRA_COUNT_SHIFT) & EXTRA_COUNT_MASK;
const extra = (entry: number): number => entry >> EXTRA_SHIFT;

it("gives each length its symbol and extra bits (RFC 1951 §3.2.5)", () => {
  for (let length = 3; length <= 258; length++) {
    const entry = lengthSymbol(length);
    const i = (entry & SYMBOL_MASK) - FIRST_LENGTH;
    expect(extraBits(entry)).toBe(LENGTH_EXTRA_BITS[i]);
    expect(extra(entry)).toBeLessThan(1 << LENGTH_EXTRA_BITS[i]!);
    expect(LENGTH_BASE[i]! + extra(entry)).toBe(length);
  }
  expect(lengthSymbol(257) & SYMBOL_MASK).toBe(284);
  expect(lengthSymbol(258) & SYMBOL_MASK).toBe(285);
});

it("gives each distance its symbol and extra bits", () => {
  for (let distance = 1; distance <= 32_768; distance++) {
    const entry = distanceSymbol(distance);
    const i = (entry & SYMBOL_MASK) - FIRST_DISTANCE;
    if (
      extraBits(entry) !== DISTANCE_EXTRA_BITS[i] ||
      extra(entry) >= 1 << DISTANCE_EXTRA_BITS[i] ||
      DISTANCE_BASE[i]! + extra(entry) !== distance
    ) {
      expect.fail(`${distance}: ${entry}`);
    }
  }
});
