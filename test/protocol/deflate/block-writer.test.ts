import { describe, expect, it } from "vitest";
import { BitWriter } from "../../../src/protocol/deflate/bits.js";
import { writeBlock } from "../../../src/protocol/deflate/block-writer.js";
import {
  CompressionWindow,
  HashChains,
  Parse,
  learn,
} from "../../../src/protocol/deflate/compression-window.js";
import { effortOf } from "../../../src/protocol/deflate/levels.js";
import { findMatches } from "../../../src/protocol/deflate/match-finder.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type Part, parsed, partsOf } from "../../support/deflate-parse.js";
import { inspectPayload } from "../../support/deflate-window.js";

const random = seeded(11);
const noise = (length: number): Uint8Array => CORPORA.noise(random, length);

/** What the finder makes of a message behind `history`. */
function found(message: Uint8Array, history: Uint8Array): Part[] {
  const chains = new HashChains(12);
  const window = new CompressionWindow();
  const parse = new Parse();
  window.load(history, message);
  learn(chains, window, -window.start, window.historyStart, window.start, 1);
  findMatches({ chains, window, base: -window.start, effort: effortOf(4) }, parse);
  return partsOf(parse);
}

/** The blocks of the payload that has these literals, or other parts. */
function written(parts: Iterable<Part>, before = 0, leastGain = 0, history = new Uint8Array(0)) {
  const { window, parse, chunk } = parsed([...parts], history);
  const writer = new BitWriter();
  writer.start(chunk.length + (chunk.length >> 3) + 64);
  // Whole empty fixed blocks of ten bits shift what follows.
  for (let i = 0; i < before; i++) writer.put(0b010, 10);
  writeBlock(writer, window, parse, leastGain);
  writer.put(0, 3);
  writer.align();
  const payload = writer.bytes.slice(0, writer.position);
  const { blocks, message } = inspectPayload(payload, history);
  expect(Buffer.compare(message, chunk)).toBe(0);
  return { blocks: blocks.slice(before, -1), bytes: payload.length };
}

describe("writeBlock", () => {
  it("uses the fixed code for little text", () => {
    expect(written(CORPORA.chat(random, 30)).blocks).toEqual(["fixed"]);
    expect(written(CORPORA.chat(random, 60)).blocks).toEqual(["fixed"]);
  });

  it("uses a code of its own for much text", () => {
    expect(written(CORPORA.chat(random, 500)).blocks).toEqual(["dynamic"]);
  });

  it("uses the fixed code where a code of its own would not pay off", () => {
    // All values below 144, none more often than others: 8 bits each.
    const flat = Uint8Array.from({ length: 144 }, (_, i) => i);
    expect(written(flat).blocks).toEqual(["fixed"]);
  });

  it("uses a code of its own only where it saves as much as it has to", () => {
    // The prepared codes are for ASCII.
    const much = CORPORA.chat(random, 500).map((byte) => byte ^ 0x80);
    expect(written(much, 0, 1).blocks).toEqual(["dynamic"]); // it saves what is enough anyway

    const little = noise(130).map((byte) => (byte % 20) + 11 + (byte & 0x80 ? 120 : 0));
    const fixed = written(little, 0, 1);
    expect(fixed.blocks).toEqual(["fixed"]);
    const gain = 1 - written(little).bytes / fixed.bytes;
    expect(gain).toBeGreaterThan(0.1);
    expect(written(little, 0, gain - 0.1).blocks).toEqual(["dynamic"]);
    expect(written(little, 0, gain + 0.05).blocks).toEqual(["fixed"]);
  });

  it("uses prepared codes where codes of its own would not save enough", () => {
    const history: Uint8Array<ArrayBuffer> = Uint8Array.from(CORPORA.chat(seeded(5), 4000));
    const text = found(CORPORA.chat(seeded(6), 700), history);
    const prepared = written(text, 0, 1, history);
    const own = written(text, 0, 0, history);
    expect(prepared.blocks).toEqual(["dynamic"]);
    expect(prepared.bytes).toBeGreaterThan(own.bytes);
    expect(prepared.bytes).toBeLessThan(own.bytes + 32);
    const gain = 1 - own.bytes / prepared.bytes;
    expect(written(text, 0, gain + 0.05, history)).toEqual(prepared);
    // Of much text any gain is enough.
    const much = CORPORA.chat(seeded(5), 20_000);
    expect(written(much, 0, 1)).toEqual(written(much));
  });

  it("stores what no code makes smaller, with 6 bytes more", () => {
    for (const length of [40, 47, 48, 100, 1000, 65_535]) {
      for (const before of [0, 1, 2, 3, 4]) {
        const high = noise(length).map((byte) => byte | 0x90);
        const shifted = Math.ceil((before * 10 + 3) / 8);
        const result = written(length < 100 ? high : noise(length), before);
        expect(result).toEqual({ blocks: ["stored"], bytes: shifted + 4 + length + 1 });
      }
    }
  });

  it("counts the bits up to the next byte for a stored block", () => {
    const high = (length: number): number[] => Array.from({ length }, () => 200);
    // 10 bits and 9 for each byte, against 40 and 8.
    expect(written(high(29)).blocks).toEqual(["fixed"]);
    expect(written(high(30)).blocks).toEqual(["fixed"]);
    expect(written(high(31)).blocks).toEqual(["stored"]);
    // One empty block leaves 6 of 16 bits: against 38.
    expect(written(high(28), 1).blocks).toEqual(["fixed"]);
    expect(written(high(29), 1).blocks).toEqual(["stored"]);
  });

  it("writes no block longer than a stored one", () => {
    for (let length = 1; length < 300; length++) {
      expect(written(noise(length)).bytes).toBeLessThanOrEqual(length + 6);
    }
  });

  it("writes matches", () => {
    const long = Array.from({ length: 60 }, (): Part => [258, 1]);
    expect(written([0, ...long.slice(0, 1)])).toEqual({ blocks: ["fixed"], bytes: 5 });
    expect(written([0, ...long]).blocks).toEqual(["fixed"]);
    const many = Array.from({ length: 6000 }, (): Part => [10, 1]);
    expect(written([0, ...many]).blocks).toEqual(["dynamic"]);
  });
});
