import { describe, expect, it } from "vitest";
import { BitReader } from "../../../src/protocol/deflate/bit-reader.js";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { DynamicCodes } from "../../../src/protocol/deflate/dynamic-codes.js";
import { countSymbols, writeTokens } from "../../../src/protocol/deflate/tokens.js";
import { seeded } from "../../support/deflate-corpora.js";
import { bytesOfTokens } from "../../support/deflate-tokens.js";
import { inspectPayload } from "../../support/deflate-window.js";

const codes = new DynamicCodes();

function planned(tokens: Int32Array): number {
  countSymbols(tokens, tokens.length, codes.litlen.frequencies, codes.distance.frequencies);
  codes.litlen.collect();
  codes.distance.collect();
  return codes.plan();
}

/** A dynamic block of these tokens, with the flush behind it, and the bits of the block. */
function blockOf(tokens: Int32Array): { payload: Uint8Array; bits: number; plannedBits: number } {
  const plannedBits = planned(tokens);
  const writer = new BitWriter();
  writer.start(500 + tokens.length * 6);
  writer.put(0b100, 3);
  codes.writeHeader(writer);
  writeTokens(writer, tokens, tokens.length, codes.litlenCodes, codes.distanceCodes);
  const bits = writer.length;
  writer.put(0, 3);
  writer.align();
  return { payload: writer.bytes.slice(0, writer.position), bits, plannedBits };
}

function expectRoundTrip(tokens: Int32Array): void {
  const { payload, bits, plannedBits } = blockOf(tokens);
  expect(plannedBits).toBe(bits);
  const before = Uint8Array.from({ length: 32_768 }, (_, i) => i ^ (i >> 8));
  const { message, blocks } = inspectPayload(payload, before);
  expect(blocks).toEqual(["dynamic", "stored"]);
  expect(Buffer.compare(message, bytesOfTokens(tokens, before))).toBe(0);
}

describe("DynamicCodes", () => {
  it.each<[string, number[]]>([
    ["one literal", [65]],
    ["two literals", [65, 65, 66]],
    ["all literals", Array.from({ length: 256 }, (_, i) => i)],
    ["no literal", [(258 << 16) | 1]],
    ["the last symbols", [0, (258 << 16) | 32_768]],
    ["long runs of unused symbols", [0, 0, 0, 1, 255, 255]],
    ["short runs of unused symbols", [0, 1, 4, 8, 19, 31, 200, 200]],
  ])("describes %s, in as many bits as planned", (_title, tokens) => {
    expectRoundTrip(Int32Array.from(tokens));
  });

  it("describes whatever occurs, in as many bits as planned", () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round++) {
      const spread = 1 + random() * 30;
      const share = random();
      const tokens = Int32Array.from({ length: 1 + random() * 400 }, () => {
        if (random() < share) return 255 * random() ** spread;
        return ((3 + 255 * random() ** spread) << 16) | (1 + 32_767 * random() ** spread);
      });
      expectRoundTrip(tokens);
    }
  });

  it("limits the codes of distances to 11 bits", () => {
    // Weights of powers of two make a tree as deep as there are symbols.
    const tokens = Array.from({ length: 15 }, (_, i) =>
      Array.from({ length: 2 ** i }, () => (3 << 16) | (2 ** i + 1)),
    ).flat();
    planned(Int32Array.from(tokens));
    const { bits, used } = codes.distance.lengths;
    expect(used).toBe(15);
    expect(Math.max(...bits.subarray(0, used))).toBe(11);
  });

  it("is read by the decompressor", () => {
    const { payload } = blockOf(Int32Array.from([65, 66, 67, (4 << 16) | 3]));
    const reader = new BitReader();
    reader.start(payload);
    reader.take(3);
    expect(readDynamicCodes(reader)).toBeDefined();
  });
});
