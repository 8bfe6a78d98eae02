import type { Clock } from "../node/index.js";

/** Longest delay that `setTimeout` can take: about 25 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Real time. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    if (delayMs > MAX_DELAY_MS) return { cancel: () => {} };
    const timeout = setTimeout(callback, delayMs);
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};
