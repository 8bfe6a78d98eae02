/** Handles a message. Never rejects. */
export type Task = () => Promise<void>;

interface Waiting {
  readonly task: Task;
  readonly charge: number;
}

/** The cost of a waiting message beside its text or bytes. */
const CHARGE_PER_MESSAGE = 256;

const HARD_LIMIT_FACTOR = 16;

/** A queue of messages for their handlers: in order, at most `concurrency` at a time. */
export class IncomingQueue {
  readonly #concurrency: number;
  readonly #maxQueuedBytes: number;
  /** The waiting messages, from `#first` on. Those before it have begun. */
  #waiting: Waiting[] = [];
  #first = 0;
  #queuedBytes = 0;
  #running = 0;
  /** Made when somebody waits for {@link whenIdle}. */
  #idle: (() => void)[] | undefined;
  #room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  constructor(concurrency: number, maxQueuedBytes: number) {
    this.#concurrency = concurrency;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** Whether the limit is reached, so that no more messages should come. */
  get isFull(): boolean {
    return this.#queuedBytes > this.#maxQueuedBytes;
  }

  /** Whether so many messages have come nevertheless that the connection must be closed. */
  get isOverfull(): boolean {
    return this.#queuedBytes > this.#maxQueuedBytes * HARD_LIMIT_FACTOR;
  }

  /** Describes {@link isOverfull} with the size that waits and the limit. */
  get excess(): string {
    return `${this.#queuedBytes} bytes, over ${HARD_LIMIT_FACTOR} times maxQueuedBytes ${this.#maxQueuedBytes}`;
  }

  get isHandling(): boolean {
    return this.#running > 0;
  }

  /** Runs `task` when its turn comes, which may be now. @param bytes - The size of its message. */
  add(task: Task, bytes: number): void {
    if (this.#running < this.#concurrency) {
      this.#run(task);
      return;
    }
    const charge = bytes + CHARGE_PER_MESSAGE;
    this.#waiting.push({ task, charge });
    this.#queuedBytes += charge;
  }

  /**
   * Gives a promise that resolves when the queue is not full any more, or `letIn` is called;
   * `undefined` when it is not full.
   */
  whenRoom(): Promise<void> | undefined {
    if (!this.isFull) return undefined;
    if (this.#room === undefined) {
      let open = (): void => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#room = { promise, open };
    }
    return this.#room.promise;
  }

  /** Gives a promise that resolves when no message waits or is being handled; `undefined` when that is so. */
  whenIdle(): Promise<void> | undefined {
    if (!this.isHandling) return undefined;
    return new Promise((resolve) => {
      (this.#idle ??= []).push(resolve);
    });
  }

  /** Resolves the promise of {@link whenRoom}. */
  letIn(): void {
    this.#room?.open();
    this.#room = undefined;
  }

  #run(task: Task): void {
    this.#running++;
    void task().then(() => {
      this.#running--;
      this.#next();
      if (this.#idle !== undefined && !this.isHandling) this.#tellIdle();
    });
  }

  #tellIdle(): void {
    const waiting = this.#idle ?? [];
    this.#idle = undefined;
    for (const resolve of waiting) resolve();
  }

  #next(): void {
    const next = this.#waiting[this.#first];
    if (next === undefined) return;
    this.#first++;
    // `shift` would move all remaining elements of a long array each time.
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    this.#queuedBytes -= next.charge;
    if (!this.isFull) this.letIn();
    this.#run(next.task);
  }
}
