/** A histogram as plain data: observations counted by size, and their sum. */
export interface HistogramData {
  /** The upper bounds of the buckets, ascending. The last bucket, for all larger values, has none. */
  readonly bounds: readonly number[];
  /** The number of observations in each bucket, not cumulative. There is one more bucket than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Counts observations in fixed buckets. An observation allocates nothing. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** The counts, followed by the sum. */
  readonly #values: Float64Array;

  /** @param bounds - Ascending. Each is the largest value of its bucket. */
  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds);
    this.#values = new Float64Array(bounds.length + 2);
  }

  /** Counts `value`. NaN counts as 0, and so does a negative value, which a clock gives that was set back. */
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

  /** Gives a copy of the counts. */
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
