import { describe, expect, it } from "vitest";
import {
  CHUNK_BYTES,
  CompressionWindow,
  HashChains,
  Parse,
  hashOf,
  learn,
} from "../../../src/protocol/deflate/compression-window.js";

const numbered = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i) * 7 + ((from + i) >> 8));

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe("CompressionWindow", () => {
  it("holds the history right before the chunk", () => {
    const window = new CompressionWindow();
    window.load(Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5));

    expect(Array.from(window.bytes.subarray(window.historyStart, window.end))).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(window.start - window.historyStart).toBe(3);
    expect(window.end - window.start).toBe(2);
    expect(window.words.getUint8(window.start)).toBe(4);
  });

  it("has zeros behind the chunk, not what an earlier one left", () => {
    const window = new CompressionWindow();
    window.load(new Uint8Array(0), new Uint8Array(100).fill(7));
    window.load(new Uint8Array(0), Uint8Array.of(1, 2));
    expect(Array.from(window.bytes.subarray(window.start, window.end + 8))).toEqual([
      1, 2, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    window.advance(Uint8Array.of(3));
    expect(window.words.getInt32(window.end, true)).toBe(0);
  });

  it("leaves a largest window of room before every chunk, and a word behind", () => {
    const window = new CompressionWindow();
    window.load(numbered(32_768), numbered(CHUNK_BYTES));

    expect(window.historyStart).toBe(0);
    expect(() => window.words.getInt32(window.end)).not.toThrow();
  });

  it("goes on with the last window of the chunk as history", () => {
    const window = new CompressionWindow();
    const message = numbered(2 * CHUNK_BYTES);
    window.load(Uint8Array.of(1, 2, 3), message.subarray(0, CHUNK_BYTES));
    window.advance(message.subarray(CHUNK_BYTES, CHUNK_BYTES + 10));

    const held = window.bytes.subarray(window.historyStart, window.end);
    expect(isEqual(held, message.subarray(CHUNK_BYTES - 32_768, CHUNK_BYTES + 10))).toBe(true);
  });
});

it("has room for a chunk of literals and the end of the block", () => {
  expect(new Parse().symbols).toHaveLength(CHUNK_BYTES + 1);
});

it("counts all symbols in one row, of which the two alphabets are parts", () => {
  const { frequencies, litlens, distances } = new Parse();
  frequencies.fill(1, 0, 286);
  frequencies.fill(2, 288);
  expect(litlens).toEqual(new Uint32Array(286).fill(1));
  expect(distances).toEqual(new Uint32Array(30).fill(2));
});

function loaded(text: string): CompressionWindow {
  const window = new CompressionWindow();
  window.load(new Uint8Array(0), new TextEncoder().encode(text));
  return window;
}

/** All positions that the chain of the four bytes at `index` leads to. */
function chain(chains: HashChains, window: CompressionWindow, index: number): number[] {
  const positions = [chains.heads[hashOf(window.words.getInt32(index, true), chains.shift)]!];
  while (positions.at(-1) !== 0) positions.push(chains.previous[positions.at(-1)!]!);
  return positions;
}

describe("HashChains", () => {
  it("lead from the latest occurrence of four bytes to the ones before", () => {
    const window = loaded("abcd--abcd---abcd");
    const chains = new HashChains(8);
    learn(chains, window, 10 - window.start, window.start, window.end - 3, 1);

    expect(chain(chains, window, window.start)).toEqual([23, 16, 10, 0]);
  });

  it("count positions modulo the window", () => {
    const window = loaded("abcd");
    const chains = new HashChains(8);
    learn(chains, window, 256 * 3 + 5 - window.start, window.start, window.start + 1, 1);

    expect(chain(chains, window, window.start)).toEqual([5, 0]);
  });

  it("take 3 bytes for each byte of the window", () => {
    for (const windowBits of [8, 12, 15]) {
      const { heads, previous } = new HashChains(windowBits);
      expect(heads.byteLength + previous.byteLength).toBe(3 << windowBits);
    }
  });

  it("hash into their table", () => {
    for (const windowBits of [8, 15]) {
      const { heads, shift } = new HashChains(windowBits);
      for (const word of [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x6463_6261]) {
        expect(hashOf(word, shift)).toBeLessThan(heads.length);
      }
    }
  });

  it("forget everything when cleared", () => {
    const window = loaded("abcdabcd");
    const chains = new HashChains(8);
    learn(chains, window, 10, window.start, window.end - 3, 1);
    chains.clear();

    expect(new Set([...chains.heads, ...chains.previous])).toEqual(new Set([0]));
  });
});
