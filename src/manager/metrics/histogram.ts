/** A histogram as plain data: how many observations were at most each bound, and what they add up to. */
export interface HistogramData {
  /** Upper bounds, ascending; the last bucket, for all that is larger, has none. */
  readonly bounds: readonly number[];
  /** How many observations fell into each bucket: one more than there are bounds. Not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Counts observations in buckets that are fixed from the start. An observation allocates nothing. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** The counts, and behind them the sum. */
  readonly #values: Float64Array;

  /** @param bounds - Ascending, each the largest value of its bucket. */
  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds);
    this.#values = new Float64Array(bounds.length + 2);
  }

  /** Counts `value`. One that is not a number, or negative because a clock went astray, counts as 0. */
  observe(value: number): void {
    const observed = value > 0 ? value : 0;
    const bounds = this.#bounds;
    const values = this.#values;
    let bucket = 0;
    while (bucket < bounds.length && observed > (bounds[bucket] ?? 0)) bucket++;
    values[bucket] = (values[bucket] ?? 0) + 1;
    const sum = bounds.length + 1;
    values[sum] = (values[sum] ?? 0) + observed;
  }

  /** Copies the state. */
  read(): HistogramData {
    const counts = Array.from(this.#values.subarray(0, -1));
    return {
      bounds: Array.from(this.#bounds),
      counts,
      sum: this.#values.at(-1) ?? 0,
      count: counts.reduce((total, one) => total + one, 0),
    };
  }
}
