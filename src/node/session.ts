import { isError } from "../input/index.js";
import {
  CloseCode,
  type FrameObserver,
  type MessageData,
  type ProtocolEvent,
  ReadyState,
} from "../protocol/index.js";
import type { CloseInfo } from "./close-event.js";
import type { ConnectionEvents } from "./connection-events.js";
import type { ConnectionSetup, Membership } from "./connection-setup.js";
import type { WebSocketConnection } from "./connection.js";
import { Delivery, type DeliveryOwner } from "./delivery.js";
import { tellClosed, tellHandlerFailed } from "./diagnostics.js";
import { reportTo, safely } from "./handler-error.js";
import type { LinkOwner } from "./link-owner.js";
import { Link } from "./link.js";
import type { Message, ResolvedConnectionOptions } from "./options.js";
import { Outgoing } from "./outgoing.js";
import { warnOfOverflow } from "./overflow.js";
import { asBuffer } from "./platform.js";
import { toPayload } from "./sendable.js";
import { TransportError } from "./transport-error.js";
import type { WrittenOptions } from "./written.js";

/** Has a connection emit: only it can. */
export type EmitEvent = <Name extends keyof ConnectionEvents>(
  connection: WebSocketConnection,
  name: Name,
  failed: (error: unknown) => void,
  ...values: ConnectionEvents[Name]
) => Promise<void> | undefined;

/**
 * What goes on behind a connection: joins its link, the delivery of messages and those that
 * go out, and has it tell the application. Each of them calls its methods, so that a
 * connection takes no memory for functions of its own.
 */
export class Session implements LinkOwner, DeliveryOwner {
  readonly link: Link;
  readonly delivery: Delivery;
  readonly #connection: WebSocketConnection;
  readonly #emit: EmitEvent;
  readonly #options: ResolvedConnectionOptions;
  readonly #membership: Membership | undefined;
  #outgoing: Outgoing | undefined;
  #isClosing = false;
  #hasEnded = false;
  #handlerError: Error | undefined;
  #report: ((cause: unknown) => void) | undefined;
  /** How it ended, once that has been told. */
  #outcome: CloseInfo | undefined;
  /** Made when somebody asks for {@link closed}. */
  #closed: Promise<CloseInfo> | undefined;
  #resolveClosed: ((info: CloseInfo) => void) | undefined;

  constructor(setup: ConnectionSetup<unknown>, connection: WebSocketConnection, emit: EmitEvent) {
    const { options } = setup;
    this.#connection = connection;
    this.#emit = emit;
    this.#options = options;
    const { onClosed } = setup;
    this.#membership = setup.membership ?? (onClosed && { end: () => onClosed(connection) });
    this.link = new Link(setup, this);
    this.delivery = new Delivery(this, this.link.core.budget, options.maxQueuedBytes);
  }

  /** Made when something is sent, or somebody asks how much was: many connections only listen. */
  get outgoing(): Outgoing {
    this.#outgoing ??= new Outgoing(this.link, this.#options, this);
    return this.#outgoing;
  }

  get readyState(): ReadyState {
    const state = this.link.core.readyState;
    return this.#isClosing && state === ReadyState.OPEN ? ReadyState.CLOSING : state;
  }

  /** As {@link WebSocketConnection.closed}. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#outcome === undefined) this.#resolveClosed = resolve;
      else resolve(this.#outcome);
    });
    return this.#closed;
  }

  /** As {@link WebSocketConnection.close}, with a code and a reason that may be sent. */
  close(code: number | undefined, reason: string): void {
    if (this.readyState !== ReadyState.OPEN) return;
    this.#isClosing = true;
    this.outgoing.close(code, reason);
    this.link.closeSoon();
    if (!this.link.isPumping) queueMicrotask(() => this.link.pump());
  }

  terminate(): void {
    this.delivery.clear();
    this.link.destroy(new TransportError("TERMINATED"));
  }

  drained(): Promise<boolean> {
    return this.#hasEnded ? Promise.resolve(false) : this.outgoing.drained();
  }

  flushed(): Promise<boolean> {
    return this.#hasEnded ? Promise.resolve(false) : this.outgoing.flushed();
  }

  /** As {@link WebSocketConnection.ping}. */
  ping(payload: MessageData | undefined, options: WrittenOptions): Promise<number> {
    const { core, pings } = this.link;
    if (core.readyState !== ReadyState.OPEN) this.outgoing.refuse(options);
    return pings.send(payload, () => this.#controlSent(options));
  }

  /** As {@link WebSocketConnection.pong}. */
  pong(payload: MessageData, options: WrittenOptions): void {
    const { core, writer } = this.link;
    if (core.pong(toPayload(payload))) {
      this.#controlSent(options);
      writer.schedule();
    } else this.outgoing.refuse(options);
  }

  frameObserver(): FrameObserver | undefined {
    const { onFrame, onHandlerError } = this.#options;
    return onFrame && safely((frame) => onFrame(frame, this.#connection), onHandlerError);
  }

  wantsMore(): boolean {
    return this.delivery.wantsMore();
  }

  hasConsumer(): boolean {
    return this.delivery.hasConsumer;
  }

  hasListener(): boolean {
    return this.#connection.listenerCount("message") > 0;
  }

  onEvent(event: ProtocolEvent): void {
    if (event.type === "message") {
      const { data, isText } = event;
      this.delivery.take(typeof data === "string" ? data : asBuffer(data), isText);
    } else if (event.type === "ping" || event.type === "pong") {
      void this.#emit(this.#connection, event.type, this.#reporter(), asBuffer(event.payload));
    }
  }

  emitMessage(message: Message, isText: boolean): Promise<void> | undefined {
    return this.#emit(this.#connection, "message", this.#reporter(), message, isText);
  }

  onGuardError(error: unknown): void {
    this.#fail(error);
  }

  onDelivered(): void {
    this.link.pump();
    if (this.#hasEnded) this.#emitClose();
  }

  awaitsDelivery(): boolean {
    return this.#hasEnded || this.link.isHeldBack;
  }

  onProgress(): void {
    this.#outgoing?.progress();
  }

  onWritten(position: number): void {
    this.#outgoing?.wrote(position);
  }

  /** An {@link OnWritten} failed. What comes after the end did not cause it. */
  onWrittenFailed(error: unknown): void {
    if (this.#hasEnded) this.#reportFailure(error);
    else this.#fail(error);
  }

  /** Nothing waits any more, after more than `maxBufferedBytes` had. */
  onDrained(): void {
    this.delivery.unthrottle();
    void this.#emit(this.#connection, "drain", this.#reporter());
    this.link.pump();
  }

  /** The peer reads too slowly, so it could not read a Close frame in time either. */
  onOverflow(error: TransportError): void {
    this.link.error ??= error;
    warnOfOverflow(this.#options, error);
    this.close(CloseCode.TRY_AGAIN_LATER, error.message);
  }

  onTransportClosed(): void {
    this.#membership?.end();
  }

  onEnded(): void {
    this.#hasEnded = true;
    this.#outgoing?.clear(this.link.error);
    void this.#emit(this.#connection, "end", this.#reporter());
    this.#emitClose();
  }

  #reporter(): (cause: unknown) => void {
    this.#report ??= (cause) => this.#fail(cause);
    return this.#report;
  }

  /** A listener of this connection failed: the rest of the process is not affected. */
  #fail(cause: unknown): void {
    this.#handlerError ??= isError(cause) ? cause : new Error(String(cause));
    this.close(CloseCode.INTERNAL_ERROR, "");
    this.#reportFailure(cause);
  }

  #reportFailure(cause: unknown): void {
    tellHandlerFailed(this.link.role, cause);
    reportTo(this.#options.onHandlerError, cause);
  }

  /** Nobody who asks for nothing needs an {@link outgoing}. */
  #controlSent(options: WrittenOptions): void {
    if (options.onWritten !== undefined) this.outgoing.controlSent(options);
  }

  /** Tells of the end once all messages before it have been taken, or nobody is there to take them. */
  #emitClose(): void {
    if (this.#outcome !== undefined) return;
    if (this.delivery.hasConsumer && !this.delivery.isEmpty) return;
    const info = this.link.outcome(this.#handlerError);
    this.#outcome = info;
    tellClosed(this.link, info, this.#connection);
    this.delivery.end();
    this.#resolveClosed?.(info);
    void this.#emit(this.#connection, "close", this.#reporter(), info);
  }
}
