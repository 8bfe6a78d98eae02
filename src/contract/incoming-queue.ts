/** Handles a message. Never rejects. */
export type Task = () => Promise<void>;

interface Waiting {
  readonly task: Task;
  readonly charge: number;
}

/** What a waiting message costs beside its text or bytes. */
const CHARGE_PER_MESSAGE = 256;

const HARD_LIMIT_FACTOR = 16;

/** Messages that wait for their handler: in order, at most `concurrency` at a time. */
export class IncomingQueue {
  readonly #concurrency: number;
  readonly #maxQueuedBytes: number;
  /** From `#first` on; those before it have begun. */
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

  /** No more should come. */
  get isFull(): boolean {
    return this.#queuedBytes > this.#maxQueuedBytes;
  }

  /** More has come all the same, and it is too much. */
  get isOverfull(): boolean {
    return this.#queuedBytes > this.#maxQueuedBytes * HARD_LIMIT_FACTOR;
  }

  /** What is said of {@link isOverfull}: how much waits, and what the limit is. */
  get excess(): string {
    return `${this.#queuedBytes} bytes, over ${HARD_LIMIT_FACTOR} times maxQueuedBytes ${this.#maxQueuedBytes}`;
  }

  get isHandling(): boolean {
    return this.#running > 0;
  }

  /** Runs `task`, at once when its turn is now. @param bytes - What it holds while it waits. */
  add(task: Task, bytes: number): void {
    if (this.#running < this.#concurrency) {
      this.#run(task);
      return;
    }
    const charge = bytes + CHARGE_PER_MESSAGE;
    this.#waiting.push({ task, charge });
    this.#queuedBytes += charge;
  }

  /** Settles when the queue is no longer full, or `letIn` is called. */
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

  /** Settles when no message waits or is being handled; `undefined` when that is so. */
  whenIdle(): Promise<void> | undefined {
    if (!this.isHandling) return undefined;
    return new Promise((resolve) => {
      (this.#idle ??= []).push(resolve);
    });
  }

  /** Whoever waits for room waits no longer. */
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
    // Each `shift` would move all that is left, once that is long.
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    this.#queuedBytes -= next.charge;
    if (!this.isFull) this.letIn();
    this.#run(next.task);
  }
}
