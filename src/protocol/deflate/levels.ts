/** The compression levels, and what each of them tries. */

/** How hard the search for matches tries: see `match-finder.ts`. */
export interface Effort {
  /** Where the latest two places with the same hash give no match: at how many more it is looked for. */
  readonly firstProbes: number;
  /** Where they give one of so many bytes or more, longer ones are looked for. */
  readonly probesFrom: number;
  /** At so many places. */
  readonly probes: number;
  /** A match shorter than this waits to see whether the next byte starts a longer one. 0: none waits. */
  readonly lazyBelow: number;
  /**
   * Of the places inside a match those at its edges are remembered for later matches,
   * and one in so many of the others; 1: all. Measured on JSON of 700 B at level 4, every
   * third one against the edges alone: a tenth of the time to find matches, and 4 % of
   * the size.
   */
  readonly learnStep: number;
  /** A match this long is taken without looking at more occurrences. */
  readonly goodEnough: number;
  /**
   * Codes made to measure have to save so much of what a block takes with fixed or
   * prepared ones: see `block-writer.ts`.
   */
  readonly leastGain: number;
}

/** As small as the default level of zlib within 11 %, and within 12 % at worst: see docs/deflate.md. */
export const DEFAULT_LEVEL = 4;

const TWELFTH: number = 1 / 12;

/**
 * The rows are measured, not derived. Size against level 6 of zlib, and CPU time to
 * compress, of JSON of 700 B, window 2^12, context takeover, Node 20;
 * `npm run bench -- deflate-levels` has other messages:
 *
 * | level | size  | µs   |   | level | size  | µs   |   | level | size  | µs   |
 * |-------|-------|------|---|-------|-------|------|---|-------|-------|------|
 * | 1     | 1.160 | 7.6  |   | 4     | 1.103 | 8.1  |   | 7     | 1.010 | 20.0 |
 * | 2     | 1.123 | 8.0  |   | 5     | 1.030 | 16.1 |   | 8     | 1.002 | 23.4 |
 * | 3     | 1.106 | 8.0  |   | 6     | 1.022 | 16.7 |   | 9     | 0.994 | 33.0 |
 *
 * More than two places for a first match bring 0.5 % and cost every literal: the
 * chains are long in places where nothing fits. A longer match than one of 4 to 7
 * bytes is not looked for below level 5: at level 4 that would make chat text of 1 KiB
 * 2.3 % smaller, and a third slower to compress.
 */
// oxfmt-ignore
const EFFORTS: readonly Effort[] = [
  { firstProbes: 0,  probesFrom: 8, probes: 0,  lazyBelow: 0,   learnStep: 32, goodEnough: 32,  leastGain: TWELFTH },
  { firstProbes: 0,  probesFrom: 8, probes: 3,  lazyBelow: 0,   learnStep: 12, goodEnough: 64,  leastGain: TWELFTH },
  { firstProbes: 0,  probesFrom: 8, probes: 6,  lazyBelow: 0,   learnStep: 8,  goodEnough: 128, leastGain: TWELFTH },
  { firstProbes: 0,  probesFrom: 8, probes: 7,  lazyBelow: 0,   learnStep: 6,  goodEnough: 128, leastGain: TWELFTH },
  { firstProbes: 0,  probesFrom: 4, probes: 12, lazyBelow: 8,   learnStep: 1,  goodEnough: 128, leastGain: 0 },
  { firstProbes: 0,  probesFrom: 4, probes: 16, lazyBelow: 16,  learnStep: 1,  goodEnough: 128, leastGain: 0 },
  { firstProbes: 4,  probesFrom: 4, probes: 20, lazyBelow: 32,  learnStep: 1,  goodEnough: 258, leastGain: 0 },
  { firstProbes: 8,  probesFrom: 4, probes: 32, lazyBelow: 128, learnStep: 1,  goodEnough: 258, leastGain: 0 },
  { firstProbes: 18, probesFrom: 4, probes: 64, lazyBelow: 258, learnStep: 1,  goodEnough: 258, leastGain: 0 },
];

/** The effort of a level from 1, fastest, to 9, smallest. @throws {RangeError} for any other. */
export function effortOf(level: number): Effort {
  const effort = EFFORTS[level - 1];
  if (!effort) throw new RangeError(`a compression level is a whole number from 1 to 9: ${level}`);
  return effort;
}
