/** What many measurements come to: medians of rounds, and percentiles of latencies. */

/** The middle value, or the mean of the two in the middle; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** How far the rounds are apart: half of the distance from the lowest to the highest, by the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/** From 1 µs on, each bucket reaches 2 % further than the one before it. */
const FIRST_MS = 0.001;
const GROWTH = Math.log(1.02);
const BUCKETS = 1024;

/** Counts latencies in buckets, so that millions of them cost no memory and a percentile is off by 2 % at most. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  get count(): number {
    return this.#total;
  }

  add(milliseconds: number, count = 1): void {
    const bucket = Math.ceil(Math.log(Math.max(milliseconds, FIRST_MS) / FIRST_MS) / GROWTH);
    this.#counts[Math.min(bucket, BUCKETS - 1)]! += count;
    this.#total += count;
  }

  /** The latency in ms that a `share` of all, from 0 to 1, does not exceed; NaN when there are none. */
  percentile(share: number): number {
    let rest = this.#total * share;
    if (this.#total === 0) return NaN;
    let bucket = 0;
    while (bucket < BUCKETS - 1 && (rest -= this.#counts[bucket]!) > 0) bucket++;
    return FIRST_MS * Math.exp(bucket * GROWTH);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
