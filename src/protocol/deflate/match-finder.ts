/** Takes a chunk apart into literals and matches (RFC 1951 §2). */
import { END_OF_BLOCK, MAX_MATCH } from "./alphabets.js";
import {
  type CompressionWindow,
  HASHED_BYTES,
  type HashChains,
  MIN_MATCH_BYTES,
  type Parse,
  hashOf,
  learn,
} from "./compression-window.js";
import type { Effort } from "./levels.js";
import { distanceSymbol, lengthSymbol, SYMBOL_MASK } from "./encode-symbols.js";

/** How many bytes of a place are compared at once, in two words. */
const COMPARED_BYTES = 8;
/** A longer match than this is one. */
const NONE: number = (MIN_MATCH_BYTES - 1) << 16;

/** What {@link findMatches} searches, in one place for the functions it is made of. */
interface Search {
  readonly chains: HashChains;
  readonly window: CompressionWindow;
  /** The position of index 0 of the window, see {@link HashChains}. */
  readonly base: number;
  readonly effort: Effort;
}

/**
 * Finds what of the chunk in the window occurred before, and lists and counts what
 * that leaves to write (RFC 1951 §2, §4).
 *
 * The time goes into branches that the processor guesses wrong, some 20 ns for each
 * match or literal. So the first question is only asked when the latest two places
 * with the same hash have been compared: how long the longer of both matches is.
 */
// oxlint-disable-next-line max-lines-per-function -- a call per symbol would cost more than the symbol
export function findMatches(search: Search, parse: Parse): void {
  const { chains, window, base, effort } = search;
  const { bytes, words, historyStart, end } = window;
  const { heads, previous, shift } = chains;
  const { firstProbes, probesFrom, lazyBelow, learnStep } = effort;
  const mask = previous.length - 1;
  const lastHashed = end - HASHED_BYTES;
  const { symbols, frequencies } = parse;
  frequencies.fill(0);
  let count = 0;
  let i = window.start;
  while (i <= lastHashed) {
    const word = words.getInt32(i, true);
    const hash = hashOf(word, shift);
    const position = (base + i) & mask;
    const first = heads[hash]!;
    const second = previous[first]!;
    heads[hash] = position;
    previous[position] = first;

    const distance1 = ((position - first - 1) & mask) + 1;
    const distance2 = ((position - second - 1) & mask) + 1;
    const difference1 = words.getInt32(i - distance1, true) ^ word;
    const difference2 = words.getInt32(i - distance2, true) ^ word;
    let match: number;
    // The sign of x | -x says whether x is not 0.
    if (((difference1 | -difference1) & (difference2 | -difference2)) < 0) {
      match = firstProbes === 0 ? 0 : longerMatch(search, i, previous[second]!, firstProbes, NONE);
    } else {
      const reach = i - historyStart < mask ? i - historyStart : mask;
      match = longerOfTwo(words, i, distance1, distance2, reach);
      // Behind the end there are zeros, which may have been among the eight bytes.
      if (match >> 16 > end - i) match = ((end - i) << 16) | (match & 0xffff);
      if (match >> 16 >= probesFrom) match = longestMatch(search, i, match, previous[first]!);
    }
    let isLiteral = match >> 16 < MIN_MATCH_BYTES;
    if (!isLiteral && match >> 16 < COMPARED_BYTES) {
      // Where a match of eight bytes or more begins at the next byte, at the latest place with
      // its hash, this byte is better written as it is. Measured on price updates of 1 KiB:
      // 2.2 % smaller, for 2 % of the time; in a function of its own, for 7 %.
      const nextWord = words.getInt32(i + 1, true);
      const distance = (position + 1 - heads[hashOf(nextWord, shift)]!) & mask;
      const at = i + 1 - distance;
      const difference =
        (words.getInt32(at, true) ^ nextWord) |
        (words.getInt32(at + 4, true) ^ words.getInt32(i + 5, true));
      isLiteral =
        difference === 0 && distance !== 0 && at >= historyStart && end - i > COMPARED_BYTES;
    }
    if (isLiteral) {
      const literal = word & 0xff;
      symbols[count++] = literal;
      frequencies[literal]!++;
      i++;
      continue;
    }
    const next = i + 1;
    for (let ahead = next; match >> 16 < lazyBelow && ahead <= lastHashed; ahead++) {
      const later = matchAfter(search, ahead, match);
      if (later === match) break;
      symbols[count++] = bytes[i]!;
      frequencies[bytes[i]!]!++;
      i = ahead;
      match = later;
    }
    const lengthPart = lengthSymbol(match >> 16);
    symbols[count++] = lengthPart;
    frequencies[lengthPart & SYMBOL_MASK]!++;
    const distancePart = distanceSymbol(match & 0xffff);
    symbols[count++] = distancePart;
    frequencies[distancePart & SYMBOL_MASK]!++;
    i += match >> 16;
    if (learnStep === 1 || i - next > COMPARED_BYTES) learnInside(search, next, i);
    if (learnStep > 1) {
      // At its edges the next match is likely to start, too: at the first place, and the last two.
      // In a function of its own JSON of 1 KiB takes 2 % longer both ways, chat text 1 %.
      for (let at = next; at < i; at = at < i - 2 ? i - 2 : at + 1) {
        const edgeHash = hashOf(words.getInt32(at, true), shift);
        const edge = (base + at) & mask;
        previous[edge] = heads[edgeHash]!;
        heads[edgeHash] = edge;
      }
    }
  }
  for (; i < end; i++) {
    symbols[count++] = bytes[i]!;
    frequencies[bytes[i]!]!++;
  }
  symbols[count++] = END_OF_BLOCK;
  frequencies[END_OF_BLOCK] = 1;
  parse.count = count;
}

/** The longer of the matches at two distances, as far as eight bytes tell; of equal ones the first. */
function longerOfTwo(
  words: DataView,
  i: number,
  distance1: number,
  distance2: number,
  reach: number,
): number {
  const length1 = equalBytes(words, i - distance1, i) & ~((reach - distance1) >> 31);
  const length2 = equalBytes(words, i - distance2, i) & ~((reach - distance2) >> 31);
  const isSecond = (length1 - length2) >> 31; // -1 or 0
  const distance = distance1 + ((distance2 - distance1) & isSecond);
  return ((length1 + ((length2 - length1) & isSecond)) << 16) | distance;
}

/** How many of the eight bytes from `a` on are those from `b` on, up to the first that is not. */
function equalBytes(words: DataView, a: number, b: number): number {
  const difference = words.getInt32(a, true) ^ words.getInt32(b, true);
  const difference2 = words.getInt32(a + 4, true) ^ words.getInt32(b + 4, true);
  // The zeros below the lowest bit that differs, in whole bytes: 4 if there is none.
  const equal = (32 - Math.clz32(~difference & (difference - 1))) >> 3;
  const equal2 = (32 - Math.clz32(~difference2 & (difference2 - 1))) >> 3;
  return equal + (equal2 & -(equal >> 2));
}

/** Remembers the places inside a match: all of them, or one in so many of those between its edges. */
function learnInside({ chains, window, base, effort }: Search, from: number, to: number): void {
  const { learnStep } = effort;
  if (learnStep === 1) {
    learn(chains, window, base, from, Math.min(to, window.end - HASHED_BYTES + 1), 1);
  } else learn(chains, window, base, from + 2, to - 2, learnStep);
}

/** Goes on where {@link longerOfTwo} stopped, and with further candidates from `candidate` on. */
function longestMatch(search: Search, i: number, match: number, candidate: number): number {
  const { words, end } = search.window;
  const distance = match & 0xffff;
  const length = match >> 16;
  const longest =
    length === COMPARED_BYTES ? (matchLength(words, i - distance, i, end) << 16) | distance : match;
  return longerMatch(search, i, candidate, search.effort.probes, longest);
}

/** Looks for a match at `i` that is longer than the one before it. @returns The longer one. */
function matchAfter(search: Search, i: number, match: number): number {
  const { chains, window, effort } = search;
  const first = chains.heads[hashOf(window.words.getInt32(i, true), chains.shift)]!;
  const probes = match >> 16 < COMPARED_BYTES ? effort.probes : effort.probes >> 2;
  return longerMatch(search, i, first, probes, match);
}
/**
 * Looks at `probes` candidates from `candidate` on for a match at `i` that is
 * longer than `match`. @returns The longest: `match` if there is none.
 */
function longerMatch(
  { chains, window, base, effort }: Search,
  i: number,
  candidate: number,
  probes: number,
  match: number,
): number {
  const { words, historyStart, end } = window;
  const { previous } = chains;
  const mask = previous.length - 1;
  const position = (base + i) & mask;
  const possible = end - i < MAX_MATCH ? end - i : MAX_MATCH;
  const enough = effort.goodEnough < possible ? effort.goodEnough : possible;
  let longest = match;
  let length = match >> 16;
  let next = candidate;
  for (let left = probes; left > 0 && length < enough; left--) {
    const distance = (position - next) & mask;
    // A longer match has the same four bytes up to the one that decides.
    const at = i + length - 3;
    if (
      words.getInt32(at - distance, true) === words.getInt32(at, true) &&
      distance !== 0 &&
      distance <= i - historyStart
    ) {
      const other = matchLength(words, i - distance, i, end);
      if (other > length) {
        length = other;
        longest = (length << 16) | distance;
      }
    }
    next = previous[next]!;
  }
  return longest;
}

/** How many bytes from `a` on are those from `b` on: at most a whole match, and none from `end` on. */
function matchLength(words: DataView, a: number, b: number, end: number): number {
  const longest = end - b < MAX_MATCH ? end - b : MAX_MATCH;
  let length = 0;
  while (length < longest) {
    const difference = words.getInt32(a + length, true) ^ words.getInt32(b + length, true);
    if (difference !== 0) {
      // The lowest bit that differs is in the first byte that does.
      length += (31 - Math.clz32(difference & -difference)) >> 3;
      break;
    }
    length += 4;
  }
  return length < longest ? length : longest;
}
