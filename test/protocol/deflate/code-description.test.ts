import { describe, expect, it } from "vitest";
import { BitReader } from "../../../src/protocol/deflate/bit-reader.js";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { CodeDescription } from "../../../src/protocol/deflate/code-description.js";
import { CodeLengths } from "../../../src/protocol/deflate/huffman.js";
import { END, EXCEPTION, LITERAL } from "../../../src/protocol/deflate/decode-table.js";
import { seeded } from "../../support/deflate-corpora.js";
import type { Lengths } from "../../support/deflate-stream.js";

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
