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
  /** Closes with this code: the peer sends more than this end can handle. */
  readonly overflowCode: number;
}

/** Takes what the peer sends: messages for the application in turn, and all else at once. */
export class Receiver {
  readonly #setup: ReceiverSetup;
  readonly #queue: IncomingQueue;
  /** An answer had to wait, so the next message waits for the peer to read. */
  #mustDrain = false;

  constructor(setup: ReceiverSetup) {
    const { concurrency, maxQueuedBytes } = setup.options;
    this.#setup = setup;
    this.#queue = new IncomingQueue(concurrency, maxQueuedBytes);
  }

  /** Something that was sent had to wait. When it was an answer, the peer gets to ask nothing more. */
  sentSlowly(): void {
    if (this.#queue.isHandling) this.#mustDrain = true;
  }

  /** This end waits for a reply, which may be behind the next message: that waits no longer. */
  awaitReply(): void {
    this.#queue.letIn();
  }

  /** Settles when the handlers are done with all that has come; `undefined` when they are. */
  whenIdle(): Promise<void> | undefined {
    return this.#queue.whenIdle();
  }

  /** @returns A promise when the next message is to wait for it. */
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
        // The handlers' own errors do not get here: it is the connection that failed, or the format.
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
