/** A clock that moves when told. */
import type { Clock } from "../../src/node/platform.js";

interface Due {
  readonly at: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #now = 1_000;
  #due: Due[] = [];

  readonly now = (): number => this.#now;

  readonly setTimer = (callback: () => void, delayMs: number): { cancel: () => void } => {
    const due: Due = { at: this.#now + delayMs, callback };
    if (delayMs !== Infinity) this.#due.push(due);
    return {
      cancel: () => {
        this.#due = this.#due.filter((one) => one !== due);
      },
    };
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#due.length;
  }

  /** Lets `ms` pass: timers fire in their order, those included that others set. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((due) => due.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((due) => due !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}
