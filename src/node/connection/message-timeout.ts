/** The time limit of a message that arrives in pieces. */
import type { Clock, Timer } from "../platform.js";

/** Notices a message that takes too long to arrive. It costs a timer only while one is unfinished. */
export class MessageTimeout {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onTimeout: (elapsedMs: number) => void;
  #timer: Timer | undefined;
  /** The unfinished message, by its number, and when it was first seen to be unfinished. */
  #number = -1;
  #since = 0;

  /** @param onTimeout - Gets how long the message has been unfinished, in whole milliseconds. */
  constructor(clock: Clock, timeoutMs: number, onTimeout: (elapsedMs: number) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  /** Call when message `number` is found unfinished. */
  isUnfinished(number: number): void {
    if (this.#timeoutMs === Infinity || number === this.#number) return;
    this.#number = number;
    this.#since = this.#clock.now();
    this.#timer ??= this.#clock.setTimer(() => this.#check(), this.#timeoutMs);
  }

  /** Call when no message is unfinished. */
  isFinished(): void {
    this.#number = -1; // the timer stays: another message may be unfinished soon
  }

  /** Calls off the timer. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#number < 0) return;
    const elapsedMs = this.#clock.now() - this.#since;
    const leftMs = this.#timeoutMs - elapsedMs;
    if (leftMs <= 0) this.#onTimeout(Math.round(elapsedMs));
    else this.#timer = this.#clock.setTimer(() => this.#check(), leftMs);
  }
}
