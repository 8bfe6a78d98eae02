/** Time as the library sees it, so that tests can move it by hand. One clock serves servers, clients and contracts. */
export interface Clock {
  /** Milliseconds that only grow, from any origin: unaffected by changes of the system's time. */
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
export const LONGEST_DELAY_MS: number = 2 ** 31 - 1;
