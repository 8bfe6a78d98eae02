import { describe, expect, it } from "vitest";
import {
  CompressionWindow,
  HashChains,
  Parse,
  learn,
} from "../../../src/protocol/deflate/compression-window.js";
import { effortOf } from "../../../src/protocol/deflate/levels.js";
import { findMatches } from "../../../src/protocol/deflate/match-finder.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { bytesOf, type Part, parsed, partsOf } from "../../support/deflate-parse.js";

interface Setup {
  readonly level?: number;
  readonly windowBits?: number;
  readonly history?: Uint8Array;
  readonly chains?: HashChains;
}

function partsIn(message: Uint8Array, setup: Setup = {}): Part[] {
  const { level = 4, windowBits = 12, history = new Uint8Array(0) } = setup;
  const chains = setup.chains ?? new HashChains(windowBits);
  const window = new CompressionWindow();
  window.load(history, message);
  const base = history.length - window.start;
  learn(chains, window, base, window.historyStart, Math.min(window.start, window.end - 3), 1);
  const parse = new Parse();
  parse.count = 7;
  parse.frequencies.fill(7);
  findMatches({ chains, window, base, effort: effortOf(level) }, parse);
  const parts = partsOf(parse);
  expectCounted(parse, parsed(parts, history).parse);
  return parts;
}

/** All that is counted on the way is what there is. */
function expectCounted(parse: Parse, expected: Parse): void {
  expect(parse.count).toBe(expected.count);
  expect(parse.symbols.subarray(0, parse.count)).toEqual(expected.symbols.subarray(0, parse.count));
  expect(parse.frequencies).toEqual(expected.frequencies);
}

/** `a` for a literal, `[length, distance]` for a match. */
function readable(parts: readonly Part[]): (string | readonly [number, number])[] {
  return parts.map((part) => (typeof part === "number" ? String.fromCodePoint(part) : part));
}

const chars = (text: string): string[] => text.split("");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("findMatches", () => {
  it.each<[string, string, (string | [number, number])[]]>([
    ["literals only", "abc", ["a", "b", "c"]],
    ["nothing", "", []],
    ["a match", "abcdeXabcde", ["a", "b", "c", "d", "e", "X", [5, 6]]],
    ["a match on itself", "aaaaaaaaaa", ["a", [9, 1]]],
    ["no match of three", "abcXabcY", ["a", "b", "c", "X", "a", "b", "c", "Y"]],
    ["a match up to the end", "abcdabcd", ["a", "b", "c", "d", [4, 4]]],
    [
      "the longest of several",
      "abcdX-abcdeX-abcdeY",
      [...chars("abcdX-"), [4, 6], "e", [7, 7], "Y"],
    ],
    ["the nearest of equal ones", "abcdX-abcdX-abcdX", [...chars("abcdX-"), [11, 6]]],
  ])("finds %s", (_title, message, expected) => {
    expect(readable(partsIn(bytes(message)))).toEqual(expected);
  });

  it("finds matches in the history, and over its edge", () => {
    const history = bytes("the history");
    expect(readable(partsIn(bytes("history"), { history }))).toEqual([[7, 7]]);
    const story = { history: bytes("story") };
    expect(readable(partsIn(bytes("ystorys"), story))).toEqual(["y", [5, 6], "s"]);
  });

  it("does not take the zeros behind the end for a part of the message", () => {
    const history = bytes("abcd\0\0\0\0\0");
    expect(readable(partsIn(bytes("abcd"), { history }))).toEqual([[4, 9]]);
    expect(readable(partsIn(bytes("abcd\0"), { history }))).toEqual([[5, 9]]);
  });

  it("splits what is longer than a match can be", () => {
    expect(readable(partsIn(new Uint8Array(600).fill(97)))).toEqual([
      "a",
      [258, 1],
      [258, 1],
      [83, 1],
    ]);
  });

  it("waits for a longer match from the levels on that do", () => {
    const message = bytes("abcd-bcdefg-abcdefg");
    expect(readable(partsIn(message, { level: 4 })).slice(12)).toEqual([[4, 12], "e", "f", "g"]);
    expect(readable(partsIn(message, { level: 6 })).slice(12)).toEqual(["a", [6, 8]]);
  });

  it("leaves a short match for one of eight bytes or more that begins at the next byte", () => {
    const before = "abcd_bcdefghi_";
    const history = bytes(before);
    expect(readable(partsIn(bytes("abcdefghi|"), { history }))).toEqual(["a", [8, 10], "|"]);
    expect(readable(partsIn(bytes("abcdefgh|"), { history }))).toEqual([[4, 14], [4, 10], "|"]);
    // Nor one that zeros behind the end would make as long.
    const zeros = bytes("abcd_bcdefg\0\0\0_");
    const parts = readable(partsIn(bytes("abcdefg"), { history: zeros }));
    expect(parts[0]).toEqual([4, 15]);
  });

  it("waits no longer when the end is near, or the match long", () => {
    expect(readable(partsIn(bytes("abcd-abcd"), { level: 9 }))).toEqual([
      ...chars("abcd-"),
      [4, 5],
    ]);
    expect(readable(partsIn(bytes("abcdefgh-abcdefghX"), { level: 5 })).slice(9)).toEqual([
      [8, 9],
      "X",
    ]);
    expect(readable(partsIn(bytes("abcdefghi-abcdefghiX"), { level: 9 })).slice(10)).toEqual([
      [9, 10],
      "X",
    ]);
  });

  it("never reaches behind the window, nor before the history", () => {
    for (const windowBits of [8, 9, 10]) {
      const window = 2 ** windowBits;
      const word = bytes("0123456789");
      for (const gap of [window - 12, window - 11, window - 10, window - 9, window]) {
        const message = new Uint8Array(20 + gap).map((_, i) => 128 + (((i * i) >> 3) % 100));
        message.set(word);
        message.set(word, gap + 10);
        const parts = partsIn(message, { windowBits, level: 9 });
        const distances = parts.map((part) => (typeof part === "number" ? 0 : part[1]));
        expect(Math.max(0, ...distances)).toBeLessThan(window);
        expect(bytesOf(parts, new Uint8Array(0))).toEqual(message);
      }
    }
  });

  it.each([1, 4, 9])(
    "never reaches before the history, whatever lies there and whatever the chains say (level %i)",
    (level) => {
      const text = bytes("abcdefghijkl");
      /** What is found in `chunk` when the chains know of `text` before it: as its history, or as another's. */
      const found = (chunk: Uint8Array, history: Uint8Array): Part[] => {
        const window = new CompressionWindow();
        const chains = new HashChains(12);
        const parse = new Parse();
        const base = 100 - window.start;
        window.load(text, chunk);
        learn(chains, window, base, window.historyStart, window.start, 1);
        window.load(history, chunk);
        findMatches({ chains, window, base, effort: effortOf(level) }, parse);
        return partsOf(parse);
      };
      expect(found(text, text)).toEqual([[12, 12]]);
      expect(readable(found(text, new Uint8Array(0)))).toEqual(chars("abcdefghijkl"));
      // A match of its own is at hand, the longer one is not.
      const own = bytes("abcd-abcdefghijkl");
      expect(readable(found(own, text))).toEqual([[4, 12], "-", [12, 17]]);
      expect(readable(found(own, new Uint8Array(0)))).toEqual([
        ...chars("abcd-"),
        [4, 5],
        ...chars("efghijkl"),
      ]);
    },
  );

  it("takes apart what can be put together again, at all levels and sizes", () => {
    const random = seeded(3);
    for (const corpus of Object.values(CORPORA)) {
      for (let level = 1; level <= 9; level++) {
        const history = corpus(random, Math.floor(random() * 4096));
        const message = corpus(random, Math.floor(random() ** 2 * 5000));
        const parts = partsIn(message, { level, history });
        expect(Buffer.compare(bytesOf(parts, history), message)).toBe(0);
      }
    }
  });
});
