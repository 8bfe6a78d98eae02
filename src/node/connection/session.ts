import {
  CloseCode,
  type FrameObserver,
  type MessageData,
  type ProtocolEvent,
  ReadyState,
} from "../../protocol/index.js";
import type { CloseInfo, ConnectionEvents, EmitEvent } from "./events.js";
import type { ConnectionSetup, Membership } from "./setup.js";
import type { WebSocketConnection } from "./connection.js";
import { Incoming, type IncomingOwner } from "./incoming.js";
import { tellClosed, tellHandlerFailed } from "../diagnostics.js";
import { Ending, type EndingOwner } from "./ending.js";
import { LISTENER_FAILED, listenerOf, reportTo, safely, toError } from "../handler-error.js";
import { LastWork } from "../last-work.js";
import type { DriverOwner } from "./driver-owner.js";
import { Driver } from "./driver.js";
import type { Message, ResolvedConnectionOptions } from "../options.js";
import { Outgoing } from "./outgoing.js";
import { warnOfOverflow } from "./overflow.js";
import { asBuffer } from "../platform.js";
import { TransportError } from "./transport-error.js";
import type { WrittenOptions } from "./written.js";

/**
 * What goes on behind a connection: joins its driver, the delivery of messages and those that
 * go out, and has it tell the application. Each of them calls its methods, so that a
 * connection takes no memory for functions of its own.
 */
export class Session implements DriverOwner, IncomingOwner, EndingOwner {
  readonly driver: Driver;
  readonly incoming: Incoming;
  isClosing = false;
  handlerError: Error | undefined;
  readonly #connection: WebSocketConnection;
  readonly #emit: EmitEvent;
  readonly #options: ResolvedConnectionOptions;
  readonly #membership: Membership | undefined;
  #outgoing: Outgoing | undefined;
  #report: ((cause: unknown) => void) | undefined;
  /** These two are made when they are wanted. */
  #lastWork: LastWork | undefined;
  #ending: Ending | undefined;

  constructor(setup: ConnectionSetup<unknown>, connection: WebSocketConnection, emit: EmitEvent) {
    const { options } = setup;
    this.#connection = connection;
    this.#emit = emit;
    this.#options = options;
    const { onClosed } = setup;
    this.#membership = setup.membership ?? (onClosed && { end: () => onClosed(connection) });
    this.driver = new Driver(setup, this);
    this.incoming = new Incoming(this, this.driver.core.budget, options.maxQueuedBytes);
  }

  /** Made when something is sent, or somebody asks how much was: many connections only listen. */
  get outgoing(): Outgoing {
    this.#outgoing ??= new Outgoing(this.driver, this.#options, this);
    return this.#outgoing;
  }

  get readyState(): ReadyState {
    const state = this.driver.core.readyState;
    return this.isClosing && state === ReadyState.OPEN ? ReadyState.CLOSING : state;
  }

  /** As {@link WebSocketConnection.closed}. */
  get closed(): Promise<CloseInfo> {
    return this.#endingMade().closed;
  }

  /** Whether the transport has ended. */
  get hasEnded(): boolean {
    return this.#ending?.hasEnded === true;
  }

  /** As {@link WebSocketConnection.close}, with a code and a reason that may be sent. */
  close(code: number | undefined, reason: string): void {
    if (this.readyState !== ReadyState.OPEN) return;
    this.outgoing.close(code, reason);
    this.#closeSoon();
  }

  /** Closes when the listeners that are at work on a message have answered, or after `waitMs`. */
  closeBehindWork(code: number | undefined, reason: string, waitMs: number): void {
    const { incoming } = this;
    if (this.readyState !== ReadyState.OPEN || this.#lastWork !== undefined) return;
    const isAwaited = incoming.isHandling || this.hasListener("stopping");
    // A listener that closes before it awaits anything would wait for itself.
    if (!isAwaited || incoming.isEmitting) this.close(code, reason);
    else this.#lastWork = new LastWork(this, { clock: this.#options.clock, waitMs, code, reason });
  }

  askToStop(): Promise<void> | undefined {
    return this.#emit(this.#connection, "stopping", this.reporter("stopping"));
  }

  terminate(): void {
    this.#lastWork?.close();
    this.incoming.clear();
    this.driver.writer.flushLast();
    this.#outgoing?.destroying();
    this.driver.destroy(new TransportError("TERMINATED"));
    if (this.hasEnded) this.incoming.goOnSoon();
  }

  /** What the listeners of an event were told; `undefined` while it can still come. */
  told<Name extends keyof ConnectionEvents>(name: Name): ConnectionEvents[Name] | undefined {
    return this.#ending?.told(name);
  }

  /**
   * A listener has been added.
   *
   * @param call - Calls it, when its event is over already.
   */
  listenerAdded(name: keyof ConnectionEvents, call: (() => void) | undefined): void {
    if (call !== undefined) this.#ending?.later(call);
    if (name === "message" || this.hasEnded) this.incoming.goOnSoon();
  }

  drained(): Promise<boolean> {
    return this.hasEnded ? Promise.resolve(false) : this.outgoing.drained();
  }

  flushed(): Promise<boolean> {
    return this.hasEnded ? Promise.resolve(false) : this.outgoing.flushed();
  }

  ping(payload: MessageData | undefined, options: WrittenOptions): Promise<number> {
    return this.driver.pings.send(payload, options, this.#toldBy(options));
  }

  pong(payload: MessageData, options: WrittenOptions): void {
    this.driver.pings.pong(payload, options, this.#toldBy(options));
  }

  frameObserver(): FrameObserver | undefined {
    const { onFrame } = this.#options;
    if (onFrame === undefined) return undefined;
    const failed = (error: unknown): void => this.#reportFailure(error, "onFrame");
    return safely((frame) => onFrame(frame, this.#connection), failed);
  }

  wantsMore(): boolean {
    return this.#isDropping() || this.incoming.wantsMore();
  }

  isOpening(): boolean {
    return this.incoming.isOpening;
  }

  hasListener(name: keyof ConnectionEvents = "message"): boolean {
    return this.#connection.listenerCount(name) > 0;
  }

  onEvent(event: ProtocolEvent): void {
    if (event.type === "message") {
      if (this.#isDropping()) return;
      const { data, isText } = event;
      this.incoming.take(typeof data === "string" ? data : asBuffer(data), isText);
    } else if (event.type === "ping" || event.type === "pong") {
      this.#tell(event.type, asBuffer(event.payload));
    }
  }

  emitMessage(message: Message, isText: boolean): Promise<void> | undefined {
    return this.#emit(this.#connection, "message", this.reporter("message"), message, isText);
  }

  onGuardError(error: unknown): void {
    this.#fail(error, "messageGuard");
  }

  onDelivered(): void {
    this.#ending?.callLate();
    this.#lastWork?.check();
    this.driver.pump();
  }

  awaitsDelivery(): boolean {
    return this.hasEnded || this.driver.isHeldBack || this.#lastWork !== undefined;
  }

  onProgress(): void {
    this.#outgoing?.progress();
  }

  onWritten(position: number): void {
    this.#outgoing?.progress(position);
  }

  /**
   * What a message was to be made of failed. The message is missing, so nothing that was sent after
   * it may go out.
   */
  onSourceFailed(cause: unknown, reason: string): void {
    const { core } = this.driver;
    if (core.readyState === ReadyState.OPEN) {
      this.handlerError ??= toError(cause);
      core.close(CloseCode.INTERNAL_ERROR, reason);
      this.#closeSoon();
    }
    this.#reportFailure(cause, "the source of a message");
  }

  /** An {@link OnWritten} failed. What comes after the end did not cause it. */
  onWrittenFailed(error: unknown): void {
    if (this.hasEnded) this.#reportFailure(error, "onWritten");
    else this.#fail(error, "onWritten");
  }

  /** Nothing waits any more, after more than `maxBufferedBytes` had. */
  onDrained(): void {
    this.incoming.unthrottle();
    this.#tell("drain");
  }

  /** The peer reads too slowly, so it could not read a Close frame in time either. */
  onOverflow(error: TransportError): void {
    this.driver.error ??= error;
    warnOfOverflow(this.#options, error);
    this.close(CloseCode.TRY_AGAIN_LATER, error.message);
  }

  onTransportClosed(): void {
    this.#membership?.end();
  }

  /** Servers, managers and diagnostics are told here, so that they do not depend on listeners. */
  onEnded(): void {
    this.#workEnded();
    const info = this.#endingMade().end();
    this.#outgoing?.clear(this.driver.error);
    this.incoming.unthrottle();
    tellClosed(this.driver, info, this.#connection);
    this.emitEnd("end", info);
  }

  onRest(): void {
    this.#ending?.settle();
  }

  emitEnd(name: "end" | "close", info: CloseInfo): void {
    this.#tell(name, info);
  }

  /** Where errors of listeners go. There is one for all messages: it would else be made for each. */
  reporter(name: keyof ConnectionEvents): (cause: unknown) => void {
    if (name !== "message") return (cause) => this.#fail(cause, listenerOf(name));
    return (this.#report ??= (cause) => this.#fail(cause, listenerOf("message")));
  }

  /** Also while the Close frame waits for what was sent in front of it. */
  #isDropping(): boolean {
    return this.isClosing && this.#options.messagesWhileClosing === "drop";
  }

  #tell<Name extends keyof ConnectionEvents>(name: Name, ...values: ConnectionEvents[Name]): void {
    if (this.#connection.listenerCount(name) === 0) return;
    void this.#emit(this.#connection, name, this.reporter(name), ...values);
  }

  /** A listener or a hook of this connection failed: the rest of the process is not affected. */
  #fail(cause: unknown, hook: string): void {
    this.handlerError ??= toError(cause);
    this.close(CloseCode.INTERNAL_ERROR, LISTENER_FAILED);
    this.#reportFailure(cause, hook);
  }

  #closeSoon(): void {
    this.#workEnded();
    this.isClosing = true;
    this.driver.closeSoon();
    if (!this.driver.isPumping) queueMicrotask(() => this.driver.pump());
  }

  #reportFailure(cause: unknown, hook: string): void {
    tellHandlerFailed(this.driver.role, cause);
    const source = `${hook} of a ${this.driver.role}'s connection`;
    reportTo(this.#options.onHandlerError, cause, source);
  }

  /** A caller that asks for nothing needs no {@link outgoing}. */
  #toldBy({ onWritten }: WrittenOptions): Outgoing | undefined {
    return onWritten && this.outgoing;
  }

  #workEnded(): void {
    this.#lastWork?.end();
    this.#lastWork = undefined;
  }

  #endingMade(): Ending {
    this.#ending ??= new Ending(this);
    return this.#ending;
  }
}
