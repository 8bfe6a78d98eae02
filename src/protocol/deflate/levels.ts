/** How hard the search for matches tries: see `matches.ts`. */
export interface Effort {
  /** How many earlier occurrences of the next four bytes are looked at. */
  readonly probes: number;
  /** A match shorter than this waits to see whether the next byte starts a longer one. 0: none waits. */
  readonly lazyBelow: number;
  /** A match this long is taken without looking at more occurrences. */
  readonly goodEnough: number;
}

/** As small as the default level of zlib within 5 %, see the table below. */
export const DEFAULT_LEVEL = 4;

/**
 * The rows are measured, not derived. Size against level 6 of zlib and time per
 * message, JSON of 700 B, window 2^12, context takeover, one run on Node 20:
 *
 * | level | size  | µs |   | level | size  | µs |
 * |-------|-------|----|---|-------|-------|----|
 * | 1     | 1.105 | 9  |   | 5     | 1.031 | 12 |
 * | 2     | 1.068 | 9  |   | 6     | 1.016 | 13 |
 * | 3     | 1.051 | 10 |   | 7     | 1.008 | 16 |
 * | 4     | 1.043 | 11 |   | 8     | 1.000 | 21 |
 */
// oxfmt-ignore
const EFFORTS: readonly Effort[] = [
  { probes: 1,  lazyBelow: 0,   goodEnough: 32 },
  { probes: 2,  lazyBelow: 0,   goodEnough: 64 },
  { probes: 4,  lazyBelow: 0,   goodEnough: 128 },
  { probes: 6,  lazyBelow: 0,   goodEnough: 128 },
  { probes: 8,  lazyBelow: 8,   goodEnough: 128 },
  { probes: 12, lazyBelow: 16,  goodEnough: 128 },
  { probes: 16, lazyBelow: 32,  goodEnough: 258 },
  { probes: 32, lazyBelow: 128, goodEnough: 258 },
  { probes: 64, lazyBelow: 258, goodEnough: 258 },
];

/** The effort of a level from 1, fastest, to 9, smallest. @throws {RangeError} for any other. */
export function effortOf(level: number): Effort {
  const effort = EFFORTS[level - 1];
  if (!effort) throw new RangeError(`a compression level is a whole number from 1 to 9: ${level}`);
  return effort;
}
