import { describe, expect, it } from "vitest";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { writeBlock } from "../../../src/protocol/deflate/block-writer.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type Part, parsed } from "../../support/deflate-parse.js";
import { inspectPayload } from "../../support/deflate-window.js";

const random = seeded(11);
const noise = (length: number): Uint8Array => CORPORA.noise(random, length);

/** The blocks of the payload that has these literals, or other parts. */
function written(parts: Iterable<Part>, before = 0, leastGain = 0) {
  const { window, parse, chunk } = parsed([...parts]);
  const writer = new BitWriter();
  writer.start(chunk.length + (chunk.length >> 3) + 64);
  // Whole empty fixed blocks of ten bits shift what follows.
  for (let i = 0; i < before; i++) writer.put(0b010, 10);
  writeBlock(writer, window, parse, leastGain);
  writer.put(0, 3);
  writer.align();
  const payload = writer.bytes.slice(0, writer.position);
  const { blocks, message } = inspectPayload(payload, new Uint8Array(0));
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
    const text = CORPORA.chat(random, 500);
    const fixed = written(text, 0, 1);
    expect(fixed.blocks).toEqual(["fixed"]);
    const gain = 1 - written(text).bytes / fixed.bytes;
    expect(gain).toBeGreaterThan(0.1);
    expect(written(text, 0, gain - 0.05).blocks).toEqual(["dynamic"]);
    expect(written(text, 0, gain + 0.05).blocks).toEqual(["fixed"]);
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
