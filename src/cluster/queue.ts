/** The queue of messages that wait for the engine of a broker. */
import type { Clock, Timer } from "../node/index.js";
import type { LimitExceeded } from "./interface.js";

interface QueueOptions {
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Called when the first message of a series is given up because the queue is full. */
  readonly onOverflow: (exceeded: LimitExceeded) => void;
  /** Called when a message is given up because the engine takes others, but not this one. */
  readonly onRefused: () => void;
}

/** A message that waits for the engine. */
export interface Outgoing {
  readonly bytes: number;
  /** Sends the message. Resolves when the engine has it. */
  readonly send: () => Promise<unknown>;
  /** Called once, when the engine has the message or it was given up. */
  readonly settled?: () => void;
}

/** A message that the engine refuses this number of times, while it takes others, is given up. */
const MAX_REFUSALS = 3;

/** The largest number of messages that are sent before the engine has confirmed the first of them. */
const MAX_IN_FLIGHT = 256;

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

/**
 * Sends messages to the engine in order, and keeps those that it does not take yet.
 *
 * When the queue is full, the oldest message that is not on its way is given up. Receivers see that
 * one is missing. When it is not certain whether the engine got a message, it is sent again, and
 * receivers drop it if it comes twice.
 */
export class ClusterQueue {
  readonly #options: QueueOptions;
  /** All messages, those on their way first. */
  readonly #waiting: Outgoing[] = [];
  #inFlight = 0;
  #bytes = 0;
  #dropped = 0;
  #isOverflowing = false;
  /** The number of refusals of each waiting message, while others were taken. */
  readonly #refusals = new WeakMap<Outgoing, number>();
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: Timer | undefined;
  #isClosed = false;
  readonly #idle: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get messages(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of messages that were given up. */
  get dropped(): number {
    return this.#dropped;
  }

  add(outgoing: Outgoing): void {
    if (this.#isClosed) return;
    this.#waiting.push(outgoing);
    this.#bytes += outgoing.bytes;
    this.#makeRoom();
    this.#pump();
  }

  /** Tries again now: the engine is back. */
  retry(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = undefined;
    this.#retryMs = FIRST_RETRY_MS;
    this.#pump();
  }

  /** Resolves when no message waits. */
  whenEmpty(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Gives up all waiting messages, and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#retryTimer?.cancel();
    for (const { settled } of this.#waiting.splice(0)) settled?.();
    this.#bytes = 0;
    this.#settleIdle();
  }

  #makeRoom(): void {
    const { maxMessages, maxBytes } = this.#options;
    const messages = this.#waiting.length;
    let excess = 0;
    let bytes = this.#bytes;
    while (bytes > maxBytes || messages - excess > maxMessages) {
      const oldest = this.#waiting[this.#inFlight + excess];
      if (oldest === undefined) break;
      bytes -= oldest.bytes;
      excess++;
    }
    if (excess === 0) return;
    if (!this.#isOverflowing) this.#overflowed(messages, this.#bytes);
    for (const { settled } of this.#waiting.splice(this.#inFlight, excess)) settled?.();
    this.#bytes = bytes;
    this.#dropped += excess;
  }

  #overflowed(messages: number, bytes: number): void {
    const { maxMessages, maxBytes, onOverflow } = this.#options;
    this.#isOverflowing = true;
    onOverflow(
      bytes > maxBytes
        ? { option: "maxQueuedBytes", limit: maxBytes, value: bytes }
        : { option: "maxQueuedMessages", limit: maxMessages, value: messages },
    );
  }

  #pump(): void {
    if (this.#inFlight > 0 || this.#retryTimer !== undefined || this.#isClosed) return;
    if (this.#waiting.length === 0) {
      this.#settleIdle();
      return;
    }
    const batch = this.#waiting.slice(0, MAX_IN_FLIGHT);
    this.#inFlight = batch.length;
    void Promise.allSettled(batch.map(async (one) => one.send())).then((results) => {
      this.#settled(batch.filter((_, index) => results[index]?.status === "rejected"));
    });
  }

  /** Takes the outcome of the messages on their way. Failed ones stay in front, in their order. */
  #settled(failed: readonly Outgoing[]): void {
    if (this.#isClosed) return;
    const done = this.#waiting.splice(0, this.#inFlight);
    for (const { bytes } of done) this.#bytes -= bytes;
    this.#inFlight = 0;
    // When all failed, the engine is the cause. When some did not, the failed message may be.
    const kept = failed.length < done.length ? this.#withoutRefused(failed) : failed;
    for (const outgoing of done) if (!kept.includes(outgoing)) outgoing.settled?.();
    this.#waiting.unshift(...kept);
    for (const { bytes } of kept) this.#bytes += bytes;
    if (kept.length > 0) {
      this.#retryLater();
      return;
    }
    this.#isOverflowing = false;
    this.#retryMs = FIRST_RETRY_MS;
    this.#pump();
  }

  #withoutRefused(failed: readonly Outgoing[]): readonly Outgoing[] {
    return failed.filter((outgoing) => {
      const refusals = (this.#refusals.get(outgoing) ?? 0) + 1;
      this.#refusals.set(outgoing, refusals);
      if (refusals < MAX_REFUSALS) return true;
      this.#dropped++;
      this.#options.onRefused();
      return false;
    });
  }

  #retryLater(): void {
    this.#retryTimer = this.#options.clock.setTimer(() => {
      this.#retryTimer = undefined;
      this.#pump();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  #settleIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
