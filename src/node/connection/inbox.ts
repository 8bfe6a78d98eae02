/** The queue between messages that wait and readers that wait. */
import { type Budget, Queue } from "../../protocol/index.js";
import type { Message } from "./events.js";

/** A message, and whether it came as text, which its bytes do not show. */
export interface Delivered {
  readonly message: Message;
  readonly isText: boolean;
}

/** AsyncIterableIterator says what comes at the end since TypeScript 5.6 only. */
export interface MessageIterator extends AsyncIterator<Message, undefined> {
  [Symbol.asyncIterator](): MessageIterator;
}

interface IteratorState {
  isDone: boolean;
  /** It has given a message and was not asked for the next one yet, so the body of the loop is at work. */
  isAtWork: boolean;
}

interface Reader {
  readonly state: IteratorState;
  readonly resolve: (result: IteratorResult<Message, undefined>) => void;
}

/**
 * Loops take messages that wait in microtasks, one after the other, and so does what makes room for
 * more: a million empty messages would keep all others from their turn for seconds.
 */
const READS_A_TURN = 1_024;

/** The messages that have arrived and were not taken yet, and the reads that wait for a message. */
export class Inbox {
  readonly #messages = new Queue<Delivered>();
  readonly #budget: Budget;
  readonly #readers = new Queue<Reader>();
  #iterators = 0;
  /** How many iterators have given a message on which the body of the loop is at work. */
  #atWork = 0;
  /** Reads in a row without a turn of the event loop between them. */
  #reads = 0;
  #hasEnded = false;
  #droppedMessages = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** How many messages wait or were dropped here. */
  get unreadMessages(): number {
    return this.#droppedMessages + this.#messages.length;
  }

  /** Whether messages go to iterators, one by one as they are asked for. */
  get isIterated(): boolean {
    return this.#iterators > 0;
  }

  /** Whether the body of a loop is at work on a message. */
  get isAtWork(): boolean {
    return this.#atWork > 0;
  }

  get hasReader(): boolean {
    return this.#readers.length > 0;
  }

  push(message: Message, isText: boolean): void {
    this.#messages.push({ message, isText });
    // A character of a string takes a byte or two; how many is not worth finding out.
    this.#budget.chargeQueued(message.length);
  }

  shift(): Delivered | undefined {
    const delivered = this.#messages.shift();
    if (delivered !== undefined) this.#budget.releaseQueued(delivered.message.length);
    return delivered;
  }

  /** Gives `message` to the reader that has waited longest. */
  give(message: Message): void {
    const reader = this.#readers.shift();
    if (reader === undefined) return;
    this.#beginWork(reader.state);
    reader.resolve({ value: message, done: false });
  }

  /** No more messages will come, so the reads that wait for one are done. */
  end(): void {
    this.#hasEnded = true;
    while (this.hasReader) this.#readers.shift()?.resolve({ value: undefined, done: true });
  }

  /** Counts a message that is dropped. */
  drop(): void {
    this.#droppedMessages++;
  }

  /** Drops all. */
  clear(): void {
    while (this.shift() !== undefined) this.drop();
  }

  /** @param wanted - Called when a reader has begun to wait, or an iterator has gone. */
  iterate(wanted: () => void): MessageIterator {
    this.#iterators++;
    const state: IteratorState = { isDone: false, isAtWork: false };
    const finish = (): void => {
      if (state.isDone) return;
      state.isDone = true;
      this.#iterators--;
      this.#endWork(state);
      this.#dismiss(state);
      wanted();
    };
    const iterator: MessageIterator = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => {
        this.#endWork(state);
        return new Promise((resolve) => {
          this.#reads = (this.#reads + 1) % READS_A_TURN;
          if (this.#reads > 0) this.#read({ state, resolve }, wanted);
          else setImmediate(() => this.#read({ state, resolve }, wanted));
        });
      },
      return: () => {
        finish();
        return Promise.resolve(END);
      },
      throw: (error: unknown) => {
        finish();
        return Promise.reject(error);
      },
    };
    return iterator;
  }

  #read(reader: Reader, wanted: () => void): void {
    if (reader.state.isDone || (this.#hasEnded && this.isEmpty)) {
      reader.resolve(END);
      return;
    }
    this.#readers.push(reader);
    wanted();
  }

  #beginWork(state: IteratorState): void {
    if (!state.isAtWork) this.#atWork++;
    state.isAtWork = true;
  }

  #endWork(state: IteratorState): void {
    if (state.isAtWork) this.#atWork--;
    state.isAtWork = false;
  }

  /** Ends the reads of one iterator: the next message is for others. */
  #dismiss(state: IteratorState): void {
    for (const place of this.#readers.places()) {
      if (place.value.state !== state) continue;
      this.#readers.remove(place);
      place.value.resolve(END);
    }
  }
}

const END: IteratorResult<Message, undefined> = { value: undefined, done: true };
