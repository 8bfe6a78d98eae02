/** Time, as far as requests need it; the clock of `plainsocket` fits. */
export interface Clock {
  /** Milliseconds that only grow, from any origin. */
  readonly now: () => number;
  /** Calls `callback` once, `delayMs` from now. `Infinity` is never. */
  readonly setTimer: (callback: () => void, delayMs: number) => Timer;
}

/** What {@link Clock.setTimer} has set. */
export interface Timer {
  /** Calls off the timer. Does nothing when it has fired, or was cancelled. */
  cancel(): void;
}

/** Longest delay that `setTimeout` can take: about 25 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const platformClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    if (delayMs > MAX_DELAY_MS) return { cancel: () => {} };
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
