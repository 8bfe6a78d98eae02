/** Joins the parts of a connection. */
import { callSafely } from "../../input/index.js";
import {
  CloseCode,
  type FrameObserver,
  type MessageData,
  type ProtocolEvent,
  ReadyState,
} from "../../protocol/index.js";
import type { Emitter } from "../emitter.js";
import type { ConnectionEvents, Message, Traffic } from "./events.js";
import type { ConnectionSettings, Membership, SessionSetup } from "./setup.js";
import { Incoming, type IncomingOwner } from "./incoming.js";
import { tellClosed, tellHandlerFailed } from "../diagnostics.js";
import { Ending, type EndingOwner } from "./ending.js";
import { LISTENER_FAILED, listenerOf, reportTo, toError } from "../handler-error.js";
import { LastWork, type LastWorkOwner } from "./last-work.js";
import { Driver, type DriverOwner } from "./driver.js";
import { Outgoing, type OutgoingOwner } from "./outgoing.js";
import { warnOfOverflow } from "./buffer-policy.js";
import { asBuffer } from "../platform.js";
import { TransportError } from "./transport-error.js";
import type { WrittenOptions } from "./written.js";

/** Emits an event of a connection, which does not let others do so. */
export type EmitEvent<Connection> = <Name extends keyof ConnectionEvents>(
  connection: Connection,
  name: Name,
  failed: (error: unknown) => void,
  ...values: ConnectionEvents[Name]
) => Promise<void> | undefined;

/**
 * Joins the parts of a connection: its driver, the messages that come in and those that go out. The
 * parts call its methods, so that a connection takes no memory for functions of its own.
 *
 * @typeParam Connection - What emits the events, and is given to callbacks of the application.
 */
export class Session<Connection extends Emitter<ConnectionEvents>>
  implements DriverOwner, IncomingOwner, OutgoingOwner, EndingOwner, LastWorkOwner
{
  readonly driver: Driver;
  readonly incoming: Incoming;
  isClosing = false;
  handlerError: Error | undefined;
  readonly #connection: Connection;
  readonly #emit: EmitEvent<Connection>;
  readonly options: ConnectionSettings<Connection>;
  readonly #membership: Membership | undefined;
  #outgoing: Outgoing | undefined;
  #report: ((cause: unknown) => void) | undefined;
  /** These two are made when they are wanted. */
  #lastWork: LastWork | undefined;
  #ending: Ending | undefined;

  constructor(
    setup: SessionSetup<Connection>,
    connection: Connection,
    emit: EmitEvent<Connection>,
  ) {
    const { options } = setup;
    this.#connection = connection;
    this.#emit = emit;
    this.options = options;
    const { onClosed } = setup;
    this.#membership = setup.membership ?? (onClosed && { end: () => onClosed(connection) });
    this.driver = new Driver(setup, this);
    this.incoming = new Incoming(this, this.driver.core.budget, options.maxQueuedBytes);
  }

  /** Made when something is sent, or its counts are asked for: many connections only listen. */
  get outgoing(): Outgoing {
    this.#outgoing ??= new Outgoing(this.driver, this.options, this);
    return this.#outgoing;
  }

  get readyState(): ReadyState {
    const state = this.driver.core.readyState;
    return this.isClosing && state === ReadyState.OPEN ? ReadyState.CLOSING : state;
  }

  /** As {@link WebSocketConnection.traffic}. */
  get traffic(): Traffic {
    const { received, sent } = this.driver.core;
    const { backpressureCount, droppedMessages } = this.outgoing;
    return { received: { ...received }, sent: { ...sent }, backpressureCount, droppedMessages };
  }

  /** Made when the transport has ended, or a caller asks for {@link Ending.closed}. */
  get ending(): Ending {
    this.#ending ??= new Ending(this);
    return this.#ending;
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
    else this.#lastWork = new LastWork(this, { clock: this.options.clock, waitMs, code, reason });
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

  /** The values that listeners of an event were told; `undefined` while the event can still come. */
  told<Name extends keyof ConnectionEvents>(name: Name): ConnectionEvents[Name] | undefined {
    return this.#ending?.told(name);
  }

  /** A listener has been added. @param call - Calls it, when its event is over already. */
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
    return this.driver.pings.send(payload, this.#controlSent(options));
  }

  pong(payload: MessageData, options: WrittenOptions): void {
    this.driver.pings.pong(payload, this.#controlSent(options));
  }

  frameObserver(): FrameObserver | undefined {
    const { onFrame } = this.options;
    if (onFrame === undefined) return undefined;
    const failed = (error: unknown): void => this.#reportFailure(error, "onFrame");
    return (frame) => callSafely(() => onFrame(frame, this.#connection), failed);
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
      this.tell(event.type, asBuffer(event.payload));
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

  onProgress(position?: number): void {
    this.#outgoing?.progress(position);
  }

  onSourceFailed(cause: unknown, reason: string): void {
    const { core } = this.driver;
    if (core.readyState === ReadyState.OPEN) {
      this.handlerError ??= toError(cause);
      core.close(CloseCode.INTERNAL_ERROR, reason);
      this.#closeSoon();
    }
    this.#reportFailure(cause, "the source of a message");
  }

  /** A callback that fails after the end did not cause the end. */
  onWrittenFailed(error: unknown): void {
    if (this.hasEnded) this.#reportFailure(error, "onWritten");
    else this.#fail(error, "onWritten");
  }

  onDrained(): void {
    this.incoming.unthrottle();
    this.tell("drain");
  }

  /** The peer reads too slowly, so it could not read a Close frame in time either. */
  onOverflow(error: TransportError): void {
    this.driver.error ??= error;
    warnOfOverflow(this.options, error);
    this.close(CloseCode.TRY_AGAIN_LATER, error.message);
  }

  onTransportClosed(): void {
    this.#membership?.end();
  }

  /** Servers, managers and diagnostics are told here, so that they do not depend on listeners. */
  onEnded(): void {
    this.#workEnded();
    const info = this.ending.end();
    this.#outgoing?.clear(this.driver.error);
    this.incoming.unthrottle();
    tellClosed(this.driver, info, this);
    this.tell("end", info);
  }

  onRest(): void {
    this.#ending?.settle();
  }

  tell<Name extends keyof ConnectionEvents>(name: Name, ...values: ConnectionEvents[Name]): void {
    if (this.#connection.listenerCount(name) === 0) return;
    void this.#emit(this.#connection, name, this.reporter(name), ...values);
  }

  /** Gives the function that gets errors of listeners. All messages share one. */
  reporter(name: keyof ConnectionEvents): (cause: unknown) => void {
    if (name !== "message") return (cause) => this.#fail(cause, listenerOf(name));
    return (this.#report ??= (cause) => this.#fail(cause, listenerOf("message")));
  }

  /** Whether messages are dropped: also while the Close frame waits for messages in front of it. */
  #isDropping(): boolean {
    return this.isClosing && this.options.messagesWhileClosing === "drop";
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
    reportTo(this.options.onHandlerError, cause, source);
  }

  /** A caller that gives no callback needs no {@link outgoing}. */
  #controlSent({ onWritten }: WrittenOptions): ((isSent: boolean) => void) | undefined {
    return onWritten && ((isSent) => this.outgoing.controlSent(onWritten, isSent));
  }

  #workEnded(): void {
    this.#lastWork?.end();
    this.#lastWork = undefined;
  }
}
