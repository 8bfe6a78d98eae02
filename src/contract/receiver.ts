import type { Dispatched, Dispatcher } from "./dispatcher.js";
import { type Envelope, INVALID, type MessageId, type SessionEnvelope } from "./envelope.js";
import { type ErrorBody, RequestError } from "./error-reply.js";
import { IncomingQueue } from "./incoming-queue.js";
import type { ResolvedPeerOptions } from "./peer-options.js";
import type { PendingRequest, PendingRequests } from "./pending-requests.js";
import type { Transport } from "./transport.js";
import { lengthOf, type Wire } from "./wire.js";

export interface ReceiverSetup {
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
    if (this.#queue.isOverfull) {
      const { transport, overflowCode } = this.#setup;
      transport.close(overflowCode, `too many messages wait: ${this.#queue.excess}`);
      return undefined;
    }
    const readings = this.#setup.wire.read(message);
    for (const reading of readings) {
      if (reading.kind === "event" || reading.kind === "request" || reading.kind === "unreadable") {
        this.#enqueue(reading, lengthOf(message) / readings.length);
      } else {
        this.#obey(reading);
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
