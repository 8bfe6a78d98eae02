import { describe, expect, it } from "vitest";
import { BitReader } from "../../../src/protocol/deflate/bit-reader.js";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { DynamicCodes } from "../../../src/protocol/deflate/dynamic-codes.js";
import { encodeSymbols } from "../../../src/protocol/deflate/encode-symbols.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type Part, parsed, type ParsedChunk } from "../../support/deflate-parse.js";
import { inspectPayload } from "../../support/deflate-window.js";

const codes = new DynamicCodes();

function planned({ parse }: ParsedChunk): number {
  codes.litlenPlan.collect(parse.litlens);
  codes.distancePlan.collect(parse.distances);
  return codes.plan();
}

/** A dynamic block of these parts, with the flush behind it, and the bits of the block. */
function blockOf(chunk: ParsedChunk): { payload: Uint8Array; bits: number; plannedBits: number } {
  const plannedBits = planned(chunk);
  const writer = new BitWriter();
  writer.start(500 + chunk.chunk.length * 2);
  writer.put(0b100, 3);
  codes.writeHeader(writer);
  encodeSymbols(writer, chunk.parse.symbols, chunk.parse.count, codes.codes);
  const bits = writer.length;
  writer.put(0, 3);
  writer.align();
  return { payload: writer.bytes.slice(0, writer.position), bits, plannedBits };
}

function expectRoundTrip(parts: readonly Part[]): void {
  const history = Uint8Array.from({ length: 32_768 }, (_, i) => i ^ (i >> 8));
  const chunk = parsed(parts, history);
  const { payload, bits, plannedBits } = blockOf(chunk);
  expect(plannedBits).toBe(bits);
  const { message, blocks } = inspectPayload(payload, history);
  expect(blocks).toEqual(["dynamic", "stored"]);
  expect(Buffer.compare(message, chunk.chunk)).toBe(0);
}

describe("DynamicCodes", () => {
  it.each<[string, Part[]]>([
    ["one literal", [65]],
    ["two literals", [65, 65, 66]],
    ["all literals", Array.from({ length: 256 }, (_, i) => i)],
    ["no literal", [[258, 1]]],
    ["the last symbols", [0, [258, 32_768]]],
    ["long runs of unused symbols", [0, 0, 0, 1, 255, 255]],
    ["short runs of unused symbols", [0, 1, 4, 8, 19, 31, 200, 200]],
  ])("describes %s, in as many bits as planned", (_title, parts) => {
    expectRoundTrip(parts);
  });

  it("describes whatever occurs, in as many bits as planned", () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round++) {
      const spread = 1 + random() * 30;
      const share = random();
      const parts = Array.from({ length: 1 + random() * 400 }, (): Part => {
        if (random() < share) return Math.floor(255 * random() ** spread);
        const length = 3 + Math.floor(255 * random() ** spread);
        return [length, 1 + Math.floor(32_767 * random() ** spread)];
      });
      expectRoundTrip(parts);
    }
  });

  it("estimates within 5 % what messages take", () => {
    for (const corpus of [CORPORA.json, CORPORA.chat, CORPORA.graphql, CORPORA.protobuf]) {
      for (const size of [1000, 4000]) {
        const chunk = parsed([...corpus(seeded(size), size)]);
        const bits = planned(chunk);
        expect(Math.abs(codes.estimate() / bits - 1)).toBeLessThan(0.05);
      }
    }
  });

  it("limits the codes of distances to 11 bits", () => {
    // Weights of powers of two make a tree as deep as there are symbols.
    const parts = Array.from({ length: 14 }, (_, i) =>
      Array.from({ length: 2 ** i }, (): Part => [3, 2 ** i + 1]),
    ).flat();
    planned(parsed(parts, new Uint8Array(32_768)));
    const { bits, used } = codes.distancePlan.lengths;
    expect(used).toBe(14);
    expect(Math.max(...bits.subarray(0, used))).toBe(11);
  });

  it("is read by the decompressor", () => {
    const { payload } = blockOf(parsed([65, 66, 67, [4, 3]]));
    const reader = new BitReader();
    reader.start(payload);
    reader.take(3);
    expect(readDynamicCodes(reader)).toBeDefined();
  });
});
