import { describe, expect, it } from "vitest";
import { CompressionWindow } from "../../../src/protocol/deflate/compression-window.js";
import { HashChains, hashOf, learn } from "../../../src/protocol/deflate/hash-chains.js";

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
