import { Queue } from "../protocol/index.js";

/** Work that ends by calling `done`, never from inside the call that starts it. */
export type Job = (done: () => void) => void;

/**
 * Runs at most so many jobs at a time, first come first served.
 *
 * libuv's thread pool also serves files and DNS: whoever fills it stops both.
 */
export class JobQueue {
  readonly #maxRunning: number;
  readonly #waiting = new Queue<Job>();
  #running = 0;

  /** @param maxRunning - At least 1. */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** Starts `job` now, or when those before it have ended. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#running < this.#maxRunning) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running += 1;
      job(() => {
        this.#running -= 1;
        this.#startWaiting();
      });
    }
  }
}
