/** Ends a run in which nothing happens any more. */
import { sectionOf } from "./cases.js";

/**
 * How long a case may take, in milliseconds. Most give up after one second and all
 * of them after ten; those that measure speed wait for minutes.
 */
export function caseLimitMs(caseId: string): number {
  return SLOW_SECTIONS.has(sectionOf(caseId)) ? 600_000 : 30_000;
}

const SLOW_SECTIONS: ReadonlySet<number> = new Set([9, 12, 13]);

/** Room for starting, for a case's end and for writing the reports of all 517. */
const OVERHEAD_MS = 60_000;

/** Rejects when it is not fed in time. */
export class Watchdog {
  /** Never resolves. */
  readonly bite: Promise<never>;
  #reject: (error: Error) => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.bite = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // It may bite when nobody waits any more.
    this.bite.catch(() => {});
    this.feed(undefined);
  }

  /** Gives `caseId`, which starts now, its time; `undefined` stands for what comes before the first case. */
  feed(caseId: string | undefined): void {
    clearTimeout(this.#timer);
    const limitMs = OVERHEAD_MS + (caseId === undefined ? 0 : caseLimitMs(caseId));
    const where = caseId === undefined ? "before the first case" : `after case ${caseId} started`;
    this.#timer = setTimeout(() => {
      this.#reject(new Error(`nothing happened for ${limitMs / 1000} s ${where}`));
    }, limitMs);
  }

  /** Lets it sleep for good. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
