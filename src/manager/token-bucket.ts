/** What a {@link TokenBucket} lets through. */
export interface Rate {
  readonly perSecond: number;
  /** So many may come at once, after a pause. */
  readonly burst: number;
}

/** Lets so many through in a second, on average: it fills with time, and each that passes takes one out. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** Begins full. @param now - In milliseconds, from any origin. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** @returns Whether there was one to take. */
  take(now: number): boolean {
    const { perSecond, burst } = this.#rate;
    const filled = ((now - this.#filledAt) / 1_000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(filled, 0));
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
