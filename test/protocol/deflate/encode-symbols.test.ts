import { describe, expect, it } from "vitest";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
} from "../../../src/protocol/deflate/alphabets.js";
import { BitWriter } from "../../../src/protocol/deflate/bits.js";
import {
  CodeLengths,
  assignCodes,
  fixedDistanceLengths,
  fixedLitlenLengths,
} from "../../../src/protocol/deflate/huffman.js";
import {
  EXTRA_COUNT_SHIFT,
  EXTRA_SHIFT,
  SYMBOL_MASK,
  distanceSymbol,
  lengthSymbol,
  encodeSymbols,
} from "../../../src/protocol/deflate/encode-symbols.js";
import { type Part, parsed } from "../../support/deflate-parse.js";
import type { Lengths } from "../../support/deflate-stream.js";
import { inspectPayload } from "../../support/deflate-window.js";

const extraBits = (entry: number): number => (entry >> EXTRA_COUNT_SHIFT) & 15;
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

function codes(litlen: CodeLengths, distance: CodeLengths): Int32Array {
  const made = new Int32Array(FIRST_DISTANCE + 32);
  assignCodes(litlen, made);
  assignCodes(distance, made.subarray(FIRST_DISTANCE));
  return made;
}

const fixed = codes(fixedLitlenLengths(), fixedDistanceLengths());

/** The parts in a fixed block, and the flush behind it. */
function payloadOf(parts: readonly Part[], history = new Uint8Array(0)): Uint8Array {
  const { parse } = parsed(parts, history);
  const writer = new BitWriter();
  writer.start(10 + parts.length * 5);
  writer.put(0b010, 3);
  encodeSymbols(writer, parse.symbols, parse.count, fixed);
  writer.put(0, 3);
  writer.align();
  return writer.bytes.slice(0, writer.position);
}

function lengthsOf(lengths: Lengths): CodeLengths {
  const list = new CodeLengths(288);
  for (const [symbol, bits] of Object.entries(lengths)) list.add(Number(symbol), bits);
  return list;
}

describe("encodeSymbols", () => {
  it("writes literals and the end of the block", () => {
    const all = Array.from({ length: 256 }, (_, i) => i);
    expect(inspectPayload(payloadOf(all), new Uint8Array(0)).message).toEqual(Uint8Array.from(all));
    expect(Array.from(payloadOf([]))).toEqual([0x02, 0x00]);
  });

  it("writes matches where they belong", () => {
    const parts: Part[] = [97, 98, [4, 2], 99, 100, [258, 3], [10, 1], 101];
    const { message, matches } = inspectPayload(payloadOf(parts), new Uint8Array(0));
    expect(message).toEqual(parsed(parts).chunk);
    expect(matches).toBe(3);
  });

  it("writes every length", () => {
    const history = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
    for (let length = 3; length <= 258; length++) {
      const payload = payloadOf([[length, 300]], history);
      const { message, largestLength } = inspectPayload(payload, history);
      expect(largestLength).toBe(length);
      expect(Buffer.compare(message, history.subarray(0, length))).toBe(0);
    }
  });

  it("writes every distance, wherever it lies in a byte", () => {
    const history = new Uint8Array(32_768);
    const edges = [1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 258, 384, 385, 386, 511, 512, 513];
    for (let distance = 514; distance <= 32_768; distance += 127) edges.push(distance);
    edges.push(16_384, 16_385, 24_576, 24_577, 32_767, 32_768);
    for (const [i, distance] of edges.entries()) {
      const literals = Array.from({ length: i % 8 }, () => 200); // 9 bits each
      const payload = payloadOf([...literals, [258, distance]], history);
      expect(inspectPayload(payload, history).largestDistance).toBe(distance);
    }
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("writes the longest codes behind %i bits", (shift) => {
    // A literal of one bit; the end, and a length with 5 extra bits, of 15; a distance of 11 and 13.
    const litlen = {
      ...Object.fromEntries(Array.from({ length: 14 }, (_, i) => [65 + i, i + 1])),
      256: 15,
      284: 15,
    };
    const distance = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [18 + i, Math.min(i + 1, 11)]),
    );
    const parts: Part[] = [...Array.from({ length: shift }, () => 65), [257, 32_768]];
    const { parse } = parsed(parts, new Uint8Array(32_768));
    const writer = new BitWriter();
    writer.start(100);
    const all = codes(lengthsOf(litlen), lengthsOf(distance));
    encodeSymbols(writer, parse.symbols, parse.count, all);
    const { length } = writer;
    writer.align();

    const bits = Array.from(writer.bytes.subarray(0, writer.position), (byte) =>
      byte.toString(2).padStart(8, "0").split("").toReversed().join(""),
    ).join("");
    const ones = (count: number): string => "1".repeat(count);
    expect(bits.slice(0, length)).toBe(
      `${"0".repeat(shift)}${ones(15)}01111${ones(11)}${ones(13)}${ones(14)}0`,
    );
  });
});
