import { expect, it } from "vitest";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
} from "../../../src/protocol/deflate/alphabets.js";
import {
  distanceSymbol,
  lengthInfo,
  lengthSymbol,
} from "../../../src/protocol/deflate/match-symbols.js";

it("gives each length its symbol and extra bits (RFC 1951 §3.2.5)", () => {
  for (let length = 3; length <= 258; length++) {
    const info = lengthInfo(length);
    const i = (info & 0xffff) - 257;
    expect(lengthSymbol(length)).toBe(info & 0xffff);
    expect((info >> 16) & 0xff).toBe(LENGTH_EXTRA_BITS[i]);
    expect(LENGTH_BASE[i]! + (info >> 24)).toBe(length);
  }
  expect(lengthSymbol(257)).toBe(284);
  expect(lengthSymbol(258)).toBe(285);
});

it("gives each distance its symbol", () => {
  for (let distance = 1; distance <= 32_768; distance++) {
    const symbol = distanceSymbol(distance);
    const more = distance - DISTANCE_BASE[symbol]!;
    if (more < 0 || more >= 1 << DISTANCE_EXTRA_BITS[symbol]!)
      expect.fail(`${distance}: ${symbol}`);
  }
});
