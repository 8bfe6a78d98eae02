import { describe, expect, it } from "vitest";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import {
  CodeLengths,
  fixedDistanceLengths,
  fixedLitlenLengths,
} from "../../../src/protocol/deflate/code-lengths.js";
import { assignCodes } from "../../../src/protocol/deflate/huffman.js";
import { countSymbols, writeTokens } from "../../../src/protocol/deflate/tokens.js";
import { inspectPayload } from "../../support/deflate-window.js";

const match = (length: number, distance: number): number => (length << 16) | distance;

const litlenCodes = new Int32Array(288);
const distanceCodes = new Int32Array(32);
assignCodes(fixedLitlenLengths(), litlenCodes);
assignCodes(fixedDistanceLengths(), distanceCodes);

/** The tokens in a fixed block, and the flush behind it. */
function payloadOf(tokens: readonly number[]): Uint8Array {
  const writer = new BitWriter();
  writer.start(10 + tokens.length * 5);
  writer.put(0b010, 3);
  writeTokens(writer, Int32Array.from(tokens), tokens.length, litlenCodes, distanceCodes);
  writer.put(0, 3);
  writer.align();
  return writer.bytes.slice(0, writer.position);
}

describe("writeTokens", () => {
  it("writes literals and the end of the block", () => {
    const { message } = inspectPayload(
      payloadOf(Array.from({ length: 256 }, (_, i) => i)),
      new Uint8Array(0),
    );
    expect(message).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
    expect(Array.from(payloadOf([]))).toEqual([0x02, 0x00]);
  });

  it("writes every length", () => {
    const before = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
    for (let length = 3; length <= 258; length++) {
      const { message, largestLength } = inspectPayload(payloadOf([match(length, 300)]), before);
      expect(largestLength).toBe(length);
      expect(Buffer.compare(message, before.subarray(0, length))).toBe(0);
    }
  });

  it("writes every distance, wherever it lies in a byte", () => {
    const before = new Uint8Array(32_768);
    const edges = [1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 258, 384, 385, 386, 511, 512, 513];
    for (let distance = 514; distance <= 32_768; distance += 127) edges.push(distance);
    edges.push(16_384, 16_385, 24_576, 24_577, 32_767, 32_768);
    for (const [i, distance] of edges.entries()) {
      const literals = Array.from({ length: i % 8 }, () => 200); // 9 bits each
      const payload = payloadOf([...literals, match(258, distance)]);
      expect(inspectPayload(payload, before).largestDistance).toBe(distance);
    }
  });

  it("writes the longest codes", () => {
    const litlen = new CodeLengths(286);
    const distance = new CodeLengths(30);
    // A literal of 1 bit, the end of 15, and 258 bytes by 15 + 0 or 227 by 15 + 5.
    for (const [i, symbol] of [
      65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 256, 284,
    ].entries()) {
      litlen.add(symbol, Math.min(i + 1, 15));
    }
    for (let i = 0; i < 12; i++) distance.add(18 + i, Math.min(i + 1, 11));
    const own = [new Int32Array(286), new Int32Array(30)] as const;
    assignCodes(litlen, own[0]);
    assignCodes(distance, own[1]);
    for (let shift = 0; shift < 8; shift++) {
      const writer = new BitWriter();
      writer.start(100);
      const tokens = Int32Array.from([
        ...Array.from({ length: shift }, () => 65),
        match(257, 32_768),
      ]);
      writeTokens(writer, tokens, tokens.length, ...own);
      expect(writer.length).toBe(shift + 15 + 5 + 11 + 13 + 15);
      const bits = Array.from(writer.bytes.subarray(0, 8), (byte) =>
        byte.toString(2).padStart(8, "0").split("").toReversed().join(""),
      ).join("");
      const expected = `${"0".repeat(shift)}${"1".repeat(15)}01111${"1".repeat(11)}${"1".repeat(13)}${"1".repeat(14)}0`;
      expect(bits.slice(0, writer.length - writer.count)).toBe(
        expected.slice(0, writer.length - writer.count),
      );
      expect(
        writer.hold
          .toString(2)
          .padStart(writer.count, "0")
          .split("")
          .toReversed()
          .join("")
          .slice(0, writer.count),
      ).toBe(expected.slice(writer.length - writer.count));
    }
  });
});

describe("countSymbols", () => {
  it("counts what writeTokens writes, and starts over each time", () => {
    const tokens = Int32Array.from([
      65,
      66,
      65,
      match(3, 1),
      match(258, 32_768),
      match(10, 257),
      99,
    ]);
    const litlens = new Uint32Array(286).fill(9);
    const distances = new Uint32Array(30).fill(9);
    countSymbols(tokens, 6, litlens, distances);

    const nonzero = (counts: Uint32Array): Record<number, number> =>
      Object.fromEntries([...counts.entries()].filter(([, count]) => count > 0));
    expect(nonzero(litlens)).toEqual({ 65: 2, 66: 1, 256: 1, 257: 1, 264: 1, 285: 1 });
    expect(nonzero(distances)).toEqual({ 0: 1, 16: 1, 29: 1 });
  });
});
