/** The receiver: takes messages of the peer, and keeps those for handlers in a queue. */
import type { Dispatched, Dispatcher } from "./dispatcher.js";
import { type Envelope, INVALID, type MessageId, type SessionEnvelope } from "./envelope.js";
import { type ErrorBody, RequestError } from "./error-reply.js";
import type { ResolvedPeerOptions } from "./peer-options.js";
import type { PendingRequest, PendingRequests } from "./pending-requests.js";
import type { Transport } from "./transport.js";
import { type Wire, lengthOf } from "./wire.js";

interface ReceiverSetup {
  readonly wire: Wire;
  readonly transport: Transport;
  readonly options: ResolvedPeerOptions;
  readonly onSession: ((envelope: SessionEnvelope) => void) | undefined;
  readonly dispatcher: Dispatcher;
  readonly pending: PendingRequests;
  readonly send: (envelope: Envelope) => unknown;
  /** The close code for a peer that sends more than this end can handle. */
  readonly overflowCode: number;
}

/** Takes messages of the peer: those for the application wait for their turn, all others are handled at once. */
export class Receiver {
  readonly #setup: ReceiverSetup;
  readonly #queue: IncomingQueue;
  /** Set when an answer had to wait. Then the next message waits until the peer has read. */
  #mustDrain = false;

  constructor(setup: ReceiverSetup) {
    const { concurrency, maxQueuedBytes } = setup.options;
    this.#setup = setup;
    this.#queue = new IncomingQueue(concurrency, maxQueuedBytes);
  }

  /** Called when a message that was sent had to wait. If it was an answer, the peer's next message waits, too. */
  sentSlowly(): void {
    if (this.#queue.isHandling) this.#mustDrain = true;
  }

  /**
   * Called when this end waits for a reply. It may come after the next message, which must not be
   * held back any more.
   */
  awaitReply(): void {
    this.#queue.letIn();
  }

  /** Gives a promise that resolves when the handlers are done with all messages; `undefined` when they are. */
  whenIdle(): Promise<void> | undefined {
    return this.#queue.whenIdle();
  }

  /** Takes a message. @returns A promise if the next message should wait for it. */
  receive(message: unknown): Promise<void> | undefined {
    const { dispatcher, transport, overflowCode } = this.#setup;
    if (this.#queue.isOverfull) {
      const reason = `too many messages wait: ${this.#queue.excess}`;
      dispatcher.tell("the connection", () => transport.close(overflowCode, reason));
      return undefined;
    }
    const readings = this.#setup.wire.read(message);
    for (const reading of readings) {
      if (reading.kind === "event" || reading.kind === "request" || reading.kind === "unreadable") {
        this.#enqueue(reading, lengthOf(message) / readings.length);
      } else {
        // To answer a ping, the codec and the connection are asked, and what they throw is no concern of others.
        dispatcher.tell("the connection", () => this.#obey(reading));
      }
    }
    return this.#setup.pending.size > 0 ? undefined : this.#queue.whenRoom();
  }

  #enqueue(message: Dispatched, bytes: number): void {
    const { dispatcher, transport } = this.#setup;
    const isNew = message.kind !== "request" || dispatcher.announce(message.id);
    this.#queue.add(async () => {
      try {
        await dispatcher.dispatch(isNew ? message : INVALID);
        if (!this.#mustDrain) return;
        this.#mustDrain = false;
        await transport.drained();
      } catch (error) {
        // Errors of handlers do not get here. The connection failed, or the format did.
        dispatcher.report(error, "", "the connection");
      }
    }, bytes);
  }

  #obey(envelope: Exclude<Envelope, Dispatched>): void {
    switch (envelope.kind) {
      case "reply":
        return this.#settle(envelope.id, (request) => request.resolve(envelope.data));
      case "pong":
        return this.#settle(envelope.id, (request) => request.resolve(undefined));
      case "error":
        return this.#refused(envelope.id, envelope.error);
      case "cancel":
        return this.#setup.dispatcher.cancel(envelope.id);
      case "ping":
        this.#setup.send({ kind: "pong", id: envelope.id });
        return undefined;
      default:
        return this.#sessionMessage(envelope);
    }
  }

  #settle(id: MessageId, settle: (request: PendingRequest) => void): void {
    const request = this.#setup.pending.take(id);
    if (request === undefined) this.#setup.options.counters.unexpectedReplies++;
    else settle(request);
  }

  #refused(id: MessageId | undefined, error: ErrorBody): void {
    const { dispatcher, options } = this.#setup;
    if (id === undefined) return dispatcher.tell("onErrorReply", () => options.onErrorReply(error));
    const reason = new RequestError("REFUSED", error.message, error);
    return this.#settle(id, (request) => request.reject(reason));
  }

  #sessionMessage(envelope: SessionEnvelope): void {
    const { onSession, dispatcher } = this.#setup;
    if (onSession !== undefined) dispatcher.tell("onSession", () => onSession(envelope));
    else if (envelope.kind === "resume") {
      this.#setup.send({ kind: "resumed", session: envelope.session, after: 0, gap: true });
    }
  }
}

/** Handles a message. Never rejects. */
type Task = () => Promise<void>;

interface Waiting {
  readonly task: Task;
  readonly charge: number;
}

/** The cost of a waiting message beside its text or bytes. */
const CHARGE_PER_MESSAGE = 256;

/** An end that waits for a reply may have to let its peer's messages in to get it, but not many. */
const HARD_LIMIT_FACTOR = 4;

/** A queue of messages for their handlers: in order, at most `concurrency` at a time. */
class IncomingQueue {
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
