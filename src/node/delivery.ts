import type { Budget } from "../protocol/index.js";
import { type Delivered, Inbox } from "./inbox.js";
import type { Message } from "./options.js";

/** Decides whether a message reaches the application. Sees the message as listeners do. */
export type MessageGuard = (message: Message, isText: boolean) => boolean | Promise<boolean>;

export interface DeliveryOptions {
  readonly maxQueuedBytes: number;
  readonly budget: Budget;
  readonly hasListener: () => boolean;
  /** Calls the listeners; a promise when the next message is to wait. */
  readonly emit: (message: Message, isText: boolean) => Promise<void> | undefined;
  readonly onGuardError: (error: unknown) => void;
  /** More messages can be taken, or none are left. */
  readonly onProgress: () => void;
}

/** Brings messages to listeners or iterators, one after the other, as fast as they take them. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #inbox: Inbox;
  #guard: MessageGuard | undefined;
  /** What the guard has let pass, while nobody takes it. */
  #passed: Delivered | undefined;
  #isPaused = false;
  /** A listener's or the guard's promise is pending: the next message waits for it. */
  #isBusy = false;
  /** A listener or the guard is being called. */
  #isEmitting = false;
  /** Answers wait for the peer, so it gets to ask nothing more. */
  #isThrottled = false;
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
    return this.#inbox.isEmpty && !this.#isBusy && this.#passed === undefined;
  }

  get hasConsumer(): boolean {
    return this.#options.hasListener() || this.#inbox.isIterated;
  }

  set guard(guard: MessageGuard | undefined) {
    this.#guard = guard;
    this.goOn();
  }

  /** Whether a listener or the guard is at work on a message: what is sent now is an answer to it. */
  get isAnswering(): boolean {
    return this.#isEmitting || this.#isBusy;
  }

  /**
   * A message that was just sent has to wait. When it is an answer, the next question
   * waits, too: else a peer that never reads could make this end hold all the answers.
   */
  throttle(): void {
    if (this.isAnswering) this.#isThrottled = true;
  }

  unthrottle(): void {
    this.#isThrottled = false;
  }

  wantsMore(): boolean {
    if (this.#isThrottled || (this.#isOpening && !this.#inbox.isEmpty)) return false;
    const { budget, maxQueuedBytes } = this.#options;
    return !this.#isPaused && budget.queuedBytes <= maxQueuedBytes;
  }

  take(message: Message, isText: boolean): void {
    // Whenever it can be taken, nothing waits in front of it.
    if (this.#canTake()) this.#offer(message, isText);
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
    this.#deliverPassed();
    while (this.#canTake()) {
      const next = this.#inbox.shift();
      if (next === undefined) break;
      this.#offer(next.message, next.isText);
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
    this.#passed = undefined;
  }

  /** Whether the next message that waits can leave the queue: a guard sees it before anybody wants it. */
  #canTake(): boolean {
    if (this.#passed !== undefined || this.#isAtWork) return false;
    return this.#guard !== undefined || this.#isWanted;
  }

  get #isAtWork(): boolean {
    return this.#isPaused || this.#isBusy || this.#isEmitting;
  }

  get #isWanted(): boolean {
    return this.#inbox.isIterated ? this.#inbox.hasReader : this.#options.hasListener();
  }

  #offer(message: Message, isText: boolean): void {
    if (this.#guard === undefined) {
      this.#deliver(message, isText);
      return;
    }
    const verdict = this.#ask(this.#guard, message, isText);
    if (verdict === false) return;
    if (verdict === true) {
      this.#passed = { message, isText };
      this.#deliverPassed();
      return;
    }
    this.#waitFor(
      verdict.then((isWelcome) => {
        if (isWelcome) this.#passed = { message, isText };
      }, this.#options.onGuardError),
    );
  }

  #ask(guard: MessageGuard, message: Message, isText: boolean): boolean | Promise<boolean> {
    this.#isEmitting = true;
    try {
      return guard(message, isText);
    } catch (error) {
      this.#options.onGuardError(error);
      return false;
    } finally {
      this.#isEmitting = false;
    }
  }

  #deliverPassed(): void {
    const passed = this.#passed;
    if (passed === undefined || this.#isAtWork || !this.#isWanted) return;
    this.#passed = undefined;
    this.#deliver(passed.message, passed.isText);
  }

  #deliver(message: Message, isText: boolean): void {
    if (this.#inbox.isIterated) this.#inbox.give(message);
    this.#isEmitting = true;
    const pending = this.#options.emit(message, isText);
    this.#isEmitting = false;
    if (pending !== undefined) this.#waitFor(pending);
  }

  #waitFor(pending: Promise<void>): void {
    this.#isBusy = true;
    void pending.then(() => {
      this.#isBusy = false;
      this.goOn();
    });
  }
}
