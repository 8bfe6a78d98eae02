import { type Clock, LONGEST_DELAY_MS, type Timer } from "../input/index.js";

export type { Clock, Timer };

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

/** The clock of the system. Its timers do not keep the process alive. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) =>
    delayMs > LONGEST_DELAY_MS ? NEVER : new RealTimer(callback, delayMs),
};
