import type { Budget } from "../protocol/index.js";
import { Inbox } from "./inbox.js";
import type { Message } from "./options.js";

export interface DeliveryOptions {
  readonly maxQueuedBytes: number;
  readonly budget: Budget;
  readonly hasListener: () => boolean;
  /** Calls the listeners; a promise when the next message is to wait. */
  readonly emit: (message: Message, isText: boolean) => Promise<void> | undefined;
  /** More messages can be taken, or none are left. */
  readonly onProgress: () => void;
}

/** Brings messages to listeners or iterators, one after the other, as fast as they take them. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #inbox: Inbox;
  #isPaused = false;
  /** A listener's promise is pending: the next message waits for it. */
  #isBusy = false;
  /** A listener is being called. */
  #isEmitting = false;
  /**
   * Who opened the connection has not had the time to attach a listener: what comes
   * behind the first message, a broken rule perhaps, must not overtake its answer.
   */
  #isOpening = true;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.budget);
    setImmediate(() => {
      this.#isOpening = false;
      this.goOn();
    });
  }

  get isEmpty(): boolean {
    return this.#inbox.isEmpty && !this.#isBusy;
  }

  get hasConsumer(): boolean {
    return this.#options.hasListener() || this.#inbox.isIterated;
  }

  /** Whether a listener is at work on a message: what is sent now is an answer to it. */
  get isAnswering(): boolean {
    return this.#isEmitting || this.#isBusy;
  }

  wantsMore(): boolean {
    if (this.#isOpening && !this.#inbox.isEmpty) return false;
    const { budget, maxQueuedBytes } = this.#options;
    return !this.#isPaused && budget.queuedBytes <= maxQueuedBytes;
  }

  take(message: Message, isText: boolean): void {
    // Whenever it can be delivered, nothing waits in front of it.
    if (this.#canDeliver()) this.#deliver(message, isText);
    else this.#inbox.push(message, isText);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.goOn();
  }

  /** Delivers what waits, as far as it is wanted. */
  goOn(): void {
    while (this.#canDeliver()) {
      const next = this.#inbox.shift();
      if (next === undefined) break;
      this.#deliver(next.message, next.isText);
    }
    this.#options.onProgress();
  }

  iterate(): AsyncIterableIterator<Message, undefined> {
    return this.#inbox.iterate(() => this.goOn());
  }

  /** No more messages will come: iterators end. */
  end(): void {
    this.#inbox.end();
  }

  /** Drops what waits. */
  clear(): void {
    this.#inbox.clear();
  }

  #canDeliver(): boolean {
    if (this.#isPaused || this.#isBusy || this.#isEmitting) return false;
    return this.#inbox.isIterated ? this.#inbox.hasReader : this.#options.hasListener();
  }

  #deliver(message: Message, isText: boolean): void {
    if (this.#inbox.isIterated) this.#inbox.give(message);
    this.#isEmitting = true;
    const pending = this.#options.emit(message, isText);
    this.#isEmitting = false;
    if (pending === undefined) return;
    this.#isBusy = true;
    void pending.then(() => {
      this.#isBusy = false;
      this.goOn();
    });
  }
}
