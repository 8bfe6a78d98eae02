/** One timer for many waiters of the same delay. */
import { AsyncResource } from "node:async_hooks";
import { Chain, type Chained } from "../../protocol/index.js";
import type { Clock, Timer } from "../platform.js";

/** Something that waits in a {@link SharedTimeout}. It holds its own place in the chain. */
export interface Waiter extends Chained<Waiter> {
  /** The shared timeout sets these two. */
  timeout: SharedTimeout | undefined;
  dueMs: number;
  /** The time is over, and this waits no more. */
  onDue(): void;
}

/**
 * One timer for everything that waits equally long by the same clock: what began first is due first.
 * A timer for each would take 290 B of the 3.6 kB of an idle connection.
 */
export class SharedTimeout {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #waiters = new Chain<Waiter>();
  #timer: Timer | undefined;

  /** For {@link SharedTimeout.of}. */
  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** The timeout for this delay. Call {@link add} at once, because an empty timeout is forgotten. */
  static of(clock: Clock, delayMs: number): SharedTimeout {
    let ofClock = timeouts.get(clock);
    if (ofClock === undefined) timeouts.set(clock, (ofClock = new Map()));
    let timeout = ofClock.get(delayMs);
    if (timeout === undefined) ofClock.set(delayMs, (timeout = new SharedTimeout(clock, delayMs)));
    return timeout;
  }

  /** Lets `waiter`, which is in no timeout, wait from now on. */
  add(waiter: Waiter): void {
    waiter.timeout = this;
    waiter.dueMs = Math.ceil(this.#clock.now() + this.#delayMs); // a fraction would be an object
    this.#waiters.add(waiter);
    this.#setTimer();
  }

  /** Lets `waiter`, which is in this timeout, wait no more. */
  remove(waiter: Waiter): void {
    this.#takeOut(waiter);
    // The timer stays while others wait. It may come too early for them, and is then set again.
    if (this.#waiters.length === 0) this.#forget();
  }

  #takeOut(waiter: Waiter): void {
    waiter.timeout = undefined;
    this.#waiters.remove(waiter);
  }

  #forget(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const ofClock = timeouts.get(this.#clock);
    if (ofClock?.get(this.#delayMs) === this) ofClock.delete(this.#delayMs);
  }

  #setTimer(): void {
    const { head } = this.#waiters;
    if (this.#timer !== undefined || head === undefined) return;
    const clock = this.#clock;
    const leftMs = Math.max(head.dueMs - clock.now(), 0);
    this.#timer = nobody.runInAsyncScope(() => clock.setTimer(() => this.#call(), leftMs));
  }

  #call(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    try {
      for (let { head } = this.#waiters; head && head.dueMs <= now; { head } = this.#waiters) {
        this.#takeOut(head);
        head.onDue();
      }
    } finally {
      // This runs also when a waiter has thrown, because the others still wait.
      if (this.#waiters.length === 0) this.#forget();
      else this.#setTimer();
    }
  }
}

const timeouts = new WeakMap<Clock, Map<number, SharedTimeout>>();

/** The timer runs in this asynchronous context, and not in that of the first waiter. */
const nobody = new AsyncResource("plainsocket.SharedTimeout");
