import { describe, expect, it } from "vitest";
import {
  CHUNK_BYTES,
  CompressionWindow,
  Parse,
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
