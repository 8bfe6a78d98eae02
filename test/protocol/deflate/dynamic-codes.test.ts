import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../src/protocol/deflate/bits.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { CodeDescription, DynamicCodes } from "../../../src/protocol/deflate/dynamic-codes.js";
import { END, EXCEPTION, LITERAL } from "../../../src/protocol/deflate/decode-table.js";
import { encodeSymbols } from "../../../src/protocol/deflate/encode-symbols.js";
import { CodeLengths } from "../../../src/protocol/deflate/huffman.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type ParsedChunk, type Part, parsed } from "../../support/deflate-parse.js";
import type { Lengths } from "../../support/deflate-stream.js";
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

const description = new CodeDescription();

function lengthsOf(lengths: Lengths): CodeLengths {
  const code = new CodeLengths(286);
  for (const [symbol, bits] of Object.entries(lengths)) code.add(Number(symbol), bits);
  return code;
}

/** What the decompressor reads where these codes are described. */
function readBack(litlen: Lengths, distance: Lengths) {
  const planned = description.plan(lengthsOf(litlen), lengthsOf(distance));
  const writer = new BitWriter();
  writer.start(400);
  description.write(writer);
  expect(writer.length).toBe(planned);
  writer.align();
  const reader = new BitReader();
  reader.start(writer.bytes.slice(0, writer.position));
  const codes = readDynamicCodes(reader);
  expect(reader.bitsLeft).toBeLessThan(8);
  expect(reader.overrun).toBe(false);
  return codes!;
}

/** A complete code for `count` symbols, about as long as each other. */
function flat(symbols: readonly number[]): Lengths {
  const bits = Math.ceil(Math.log2(symbols.length));
  const shorter = 2 ** bits - symbols.length;
  return Object.fromEntries(symbols.map((symbol, i) => [symbol, i < shorter ? bits - 1 : bits]));
}

describe("CodeDescription", () => {
  it("describes two codes to the decompressor", () => {
    const { litlen, distance } = readBack({ 65: 1, 256: 2, 285: 2 }, { 0: 1, 29: 1 });

    expect(litlen.entries[0b0]).toBe(LITERAL | (65 << 16) | 1);
    expect(litlen.entries[0b01]).toBe(EXCEPTION | END | 2);
    expect(litlen.entries[0b11]).toBe((258 << 16) | 2);
    expect(distance.entries[0]).toBe((1 << 16) | 1);
    expect(distance.entries[1]).toBe((24_577 << 16) | (13 << 4) | 1);
  });

  it("describes runs of all lengths, in as many bits as planned (RFC 1951 §3.2.7)", () => {
    const random = seeded(4);
    for (let round = 0; round < 300; round++) {
      const symbols = [256];
      for (let symbol = 0; symbol < 256;) {
        const end = Math.min(symbol + 1 + Math.floor(160 * random() ** 6), 256);
        if (random() < 0.5) for (let s = symbol; s < end; s++) symbols.push(s);
        symbol = end;
      }
      const litlens = flat(symbols.length > 1 ? symbols.toSorted((a, b) => a - b) : [0, 256]);
      const distances = flat([0, 1 + Math.floor(random() * 29)]);
      const { litlen } = readBack(litlens, distances);
      expect(litlen.rootBits).toBe(Math.min(10, Math.max(...Object.values(litlens))));
    }
  });

  it("is as short for all lengths the same as it can be", () => {
    const litlens = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [i, i < 255 ? 8 : 9]));
    // 14 bits, 3 for each length up to that of symbol 9 or so, and a bit or three for each run.
    expect(description.plan(lengthsOf(litlens), lengthsOf({ 0: 1, 1: 1 }))).toBeLessThan(240);
  });
});
