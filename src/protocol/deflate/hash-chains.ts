/** Remembers where four bytes occurred before. */
import { type CompressionWindow, MIN_MATCH_BYTES } from "./compression-window.js";

/** Bytes that are hashed together: no more than the shortest match has. */
export const HASHED_BYTES: number = MIN_MATCH_BYTES;

/** Knuth's multiplier: 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e3779b1;

/**
 * Where in the window four bytes occurred before: for each hash the latest
 * position, for each position the one before it with the same hash.
 *
 * Positions count the bytes of the connection modulo the window. Nothing is ever
 * removed: whatever a stale entry says is a distance inside the window, and it
 * costs one comparison to see that other bytes are there. So an entry takes two
 * bytes, and neither sliding the window nor a new message touches the tables.
 *
 * There are half as many heads as positions. On JSON and chat text, twice as many
 * made messages 0.1-0.3 % smaller, and half as many 0.5-1 % larger.
 */
export class HashChains {
  readonly heads: Uint16Array;
  readonly previous: Uint16Array;
  /** What to shift a product of {@link GOLDEN} by to get a hash. */
  readonly shift: number;

  /** @param windowBits - Base-2 logarithm of the window: 8 to 15. */
  constructor(windowBits: number) {
    this.heads = new Uint16Array(1 << (windowBits - 1));
    this.previous = new Uint16Array(1 << windowBits);
    this.shift = 33 - windowBits;
  }

  /** Forgets everything. */
  clear(): void {
    this.heads.fill(0);
    this.previous.fill(0);
  }
}

/** The hash of the four bytes in `word`. */
export function hashOf(word: number, shift: number): number {
  return Math.imul(word, GOLDEN) >>> shift;
}

/**
 * Adds index `i` of the window.
 *
 * @param base - The position of index 0.
 */
function learnPlace(
  { heads, previous, shift }: HashChains,
  words: DataView,
  base: number,
  i: number,
): void {
  const hash = hashOf(words.getInt32(i, true), shift);
  const position = (base + i) & (previous.length - 1);
  previous[position] = heads[hash]!;
  heads[hash] = position;
}

/**
 * Adds every `step`-th position from index `from` to before `to` of the window.
 *
 * @param base - As for {@link learnPlace}.
 */
export function learn(
  chains: HashChains,
  { words }: CompressionWindow,
  base: number,
  from: number,
  to: number,
  step: number,
): void {
  for (let i = from; i < to; i += step) learnPlace(chains, words, base, i);
}
