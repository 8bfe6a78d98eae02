/** Brings the messages of a peer to the application. */
import type { Budget } from "../../protocol/index.js";
import { isPromise } from "../../input/index.js";
import { type Delivered, Inbox, type MessageIterator } from "./inbox.js";
import type { Message } from "./events.js";

/** Decides whether a message reaches the application: anything but true drops it. Sees the message as listeners do. */
export type MessageGuard = (message: Message, isText: boolean) => boolean | Promise<boolean>;

/** What {@link Incoming} asks of the connection whose messages it delivers. */
export interface IncomingOwner {
  readonly hasListener: () => boolean;
  /** Calls the listeners; a promise when the next message is to wait. */
  readonly emitMessage: (message: Message, isText: boolean) => Promise<void> | undefined;
  readonly onGuardError: (error: unknown) => void;
  /** More messages can be taken, or none are left. */
  readonly onDelivered: () => void;
  /** Whether {@link onDelivered} has anything to do: the peer waits, or a close does. */
  readonly awaitsDelivery: () => boolean;
}

/** Brings messages to listeners or iterators, one after the other, as fast as they take them. */
export class Incoming {
  readonly #owner: IncomingOwner;
  readonly #budget: Budget;
  readonly #maxQueuedBytes: number;
  /** Made when a message waits, or a read waits for a message. */
  #inbox: Inbox | undefined;
  #hasEnded = false;
  #guard: MessageGuard | undefined;
  /** The message that the guard has let pass and that was not taken yet. */
  #passed: Delivered | undefined;
  #isPaused = false;
  /** A listener's or the guard's promise is pending: the next message waits for it. */
  #isBusy = false;
  /** A listener or the guard is being called. */
  #isEmitting = false;
  /** Answers wait for the peer, so no further question of the peer is delivered. */
  #isThrottled = false;
  #phase: "opening" | "open" | "stopping" = "opening";

  constructor(owner: IncomingOwner, budget: Budget, maxQueuedBytes: number) {
    this.#owner = owner;
    this.#budget = budget;
    this.#maxQueuedBytes = maxQueuedBytes;
    setImmediate(() => {
      if (this.#phase === "opening") this.#phase = "open";
      this.goOn();
    });
  }

  get isEmpty(): boolean {
    return !this.#isWaiting() && !this.#isBusy && this.#passed === undefined;
  }

  /** How many messages wait or were dropped here. */
  get unreadMessages(): number {
    return (this.#inbox?.unreadMessages ?? 0) + (this.#passed === undefined ? 0 : 1);
  }

  /**
   * Whether this is still the turn in which the connection was opened. The application has had no
   * time to add listeners, so what came with the handshake waits for one until the turn ends. What
   * comes behind the first message, perhaps a broken rule, must not overtake the answer to it.
   */
  get isOpening(): boolean {
    return this.#phase === "opening";
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get hasConsumer(): boolean {
    return this.#owner.hasListener() || this.#inbox?.isIterated === true;
  }

  set guard(guard: MessageGuard | undefined) {
    this.#guard = guard;
    this.goOnSoon();
  }

  /** Whether a listener or the guard is at work on a message: what is sent now is an answer to it. */
  get isAnswering(): boolean {
    return this.#isEmitting || this.#isBusy;
  }

  /** Whether this is called from within a listener, or the guard. */
  get isEmitting(): boolean {
    return this.#isEmitting;
  }

  /** Whether a listener, the guard or the body of a loop is at work on a message. */
  get isHandling(): boolean {
    return this.isAnswering || this.#inbox?.isAtWork === true;
  }

  /** Delivers no other message until {@link start}. Listeners that are at work finish. */
  stop(): void {
    this.#phase = "stopping";
  }

  start(): void {
    this.#phase = "open";
    this.goOnSoon();
  }

  /**
   * A message that was just sent has to wait. When it is an answer, the next question
   * waits, too: else a peer that never reads could make this end hold all the answers.
   */
  throttle(): void {
    if (this.isAnswering) this.#isThrottled = true;
  }

  /** Answers no longer wait for the peer. */
  unthrottle(): void {
    if (!this.#isThrottled) return;
    this.#isThrottled = false;
    this.goOnSoon();
  }

  wantsMore(): boolean {
    if (this.#isThrottled || this.#phase === "stopping") return false;
    if (this.isOpening && (this.#isWaiting() || !this.hasConsumer)) return false;
    return !this.#isPaused && this.#budget.queuedBytes <= this.#maxQueuedBytes;
  }

  take(message: Message, isText: boolean): void {
    // When a message can be taken, no other one waits in front of it.
    if (this.#canTake()) this.#offer(message, isText);
    else this.#opened().push(message, isText);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.goOnSoon();
  }

  /** Delivers what waits, as far as it is wanted. Listeners are called: see {@link goOnSoon}. */
  goOn(): void {
    this.#deliverWaiting();
    this.#owner.onDelivered();
    if (this.#hasEnded && this.isEmpty) this.#inbox?.end();
  }

  /** Does the same in a microtask: no listener may be called before the method that the application called returns. */
  goOnSoon(): void {
    void SETTLED.then(() => this.goOn());
  }

  iterate(): MessageIterator {
    return this.#opened().iterate(() => this.#serveReaders());
  }

  /** No more messages will come. Listeners get none that wait; iterators do, and then end. */
  end(): void {
    this.#hasEnded = true;
    if (this.isEmpty) this.#inbox?.end();
  }

  /** Drops what waits. */
  clear(): void {
    if (this.#passed !== undefined) this.#opened().drop();
    this.#passed = undefined;
    this.#inbox?.clear();
  }

  /** Gives readers what waits: at once, unless a listener or the guard has to be called for it. */
  #serveReaders(): void {
    const isReadersAlone = this.#guard === undefined && !this.#owner.hasListener();
    if (isReadersAlone) this.#deliverWaiting();
    if (!isReadersAlone || this.#owner.awaitsDelivery()) this.goOnSoon();
  }

  #deliverWaiting(): void {
    this.#deliverPassed();
    while (this.#canTake()) {
      const next = this.#inbox?.shift();
      if (next === undefined) break;
      this.#offer(next.message, next.isText);
    }
  }

  /** Whether the next message that waits can leave the queue. A guard sees it before a listener or a read wants it. */
  #canTake(): boolean {
    if (this.#passed !== undefined || this.#isAtWork()) return false;
    return this.#guard !== undefined || this.#isWanted();
  }

  #isAtWork(): boolean {
    const mustWait = this.#isPaused || this.#phase === "stopping";
    return mustWait || this.#isBusy || this.#isEmitting;
  }

  #isWanted(): boolean {
    const inbox = this.#inbox;
    if (inbox?.isIterated === true) return inbox.hasReader;
    return !this.#hasEnded && this.#owner.hasListener();
  }

  /** Whether messages wait. */
  #isWaiting(): boolean {
    return this.#inbox?.isEmpty === false;
  }

  #opened(): Inbox {
    if (this.#inbox === undefined) {
      this.#inbox = new Inbox(this.#budget);
      if (this.#hasEnded) this.#inbox.end();
    }
    return this.#inbox;
  }

  #offer(message: Message, isText: boolean): void {
    if (this.#guard === undefined) {
      this.#deliver(message, isText);
      return;
    }
    const verdict = this.#ask(this.#guard, message, isText);
    if (verdict === true) {
      this.#passed = { message, isText };
      this.#deliverPassed();
    } else if (verdict instanceof Promise) {
      this.#waitFor(
        verdict.then(
          (late: unknown) => {
            if (late === true) this.#passed = { message, isText };
          },
          (error: unknown) => this.#owner.onGuardError(error),
        ),
      );
    }
  }

  /**
   * Asks the guard. What fails of a promise of another library, before it is one of ours, fails here.
   *
   * @returns Anything at all, as JavaScript may return: only true is a yes.
   */
  #ask(guard: MessageGuard, message: Message, isText: boolean): unknown {
    this.#isEmitting = true;
    try {
      const verdict: unknown = guard(message, isText);
      return isPromise(verdict) ? Promise.resolve(verdict) : verdict;
    } catch (error) {
      this.#owner.onGuardError(error);
      return false;
    } finally {
      this.#isEmitting = false;
    }
  }

  #deliverPassed(): void {
    const passed = this.#passed;
    if (passed === undefined || this.#isAtWork() || !this.#isWanted()) return;
    this.#passed = undefined;
    this.#deliver(passed.message, passed.isText);
  }

  #deliver(message: Message, isText: boolean): void {
    const inbox = this.#inbox;
    if (inbox?.isIterated === true) {
      inbox.give(message);
      if (this.#hasEnded) return; // listeners have been told that nothing follows
    }
    this.#isEmitting = true;
    const pending = this.#owner.emitMessage(message, isText);
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

/** Gives microtasks without an object of Node's for each. */
const SETTLED = Promise.resolve();
