/** Time as the library sees it, so that tests can move it by hand. */
export interface Clock {
  /** Milliseconds that only grow, from any origin: unaffected by changes of the system's time. */
  readonly now: () => number;
  /** Calls `callback` once, `delayMs` from now. `Infinity` is never. The timer does not keep the process alive. */
  readonly setTimer: (callback: () => void, delayMs: number) => Timer;
}

/** What {@link Clock.setTimer} has set. */
export interface Timer {
  /** Calls off the timer. Does nothing when it has fired, or was cancelled. */
  cancel(): void;
}

/** Longest delay that `setTimeout` can take: about 25 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const NEVER: Timer = { cancel: () => {} };

class RealTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number) {
    this.#timeout = setTimeout(callback, delayMs);
    this.#timeout.unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

/** The clock of the system. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) =>
    delayMs > MAX_DELAY_MS ? NEVER : new RealTimer(callback, delayMs),
};
