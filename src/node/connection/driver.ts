/** Drives the protocol core over a transport. */
import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import {
  type CodecError,
  type FrameObserver,
  type ProtocolConnection,
  type ProtocolError,
  type ProtocolEvent,
  ReadyState,
  type Role,
} from "../../protocol/index.js";
import type { Timer } from "../platform.js";
import { type ConnectionSettings, coreFor, type SessionSetup } from "./setup.js";
import { tellFailed } from "../diagnostics.js";
import { queuedBytesOf, readDirectly, shareReads } from "./socket-internals.js";
import { Keepalive, type KeepaliveOwner } from "./keepalive.js";
import { MessageTimeout } from "./message-timeout.js";
import { Pings } from "./pings.js";
import { TransportError, transportError } from "./transport-error.js";
import { attempt, type TransportUser, useTransport } from "./transport-user.js";
import { chargeTurn, chargeWholeTurn, isTurnSpent, waitForTurn } from "./turn-budget.js";
import { TransportWriter, type WriterOwner } from "./writer.js";

type DriverSetup = Pick<SessionSetup, "role" | "transport" | "options" | "deflate" | "received">;

/** What {@link Driver} tells the connection that it drives, which takes the events one by one. */
export interface DriverOwner {
  /** Whether another event may come. When that changes to true, call {@link Driver.pump}. */
  readonly wantsMore: () => boolean;
  /** Whether this is the turn in which the connection was opened. It pumps at the end of the turn. */
  readonly isOpening: () => boolean;
  readonly onEvent: (event: ProtocolEvent) => void;
  /** Gives the observer of all frames, which must not throw. Called once. */
  readonly frameObserver: () => FrameObserver | undefined;
  /**
   * A codec is done: what waited for it can go on. Or, while the writer is watched, all output up to
   * `position` has been written.
   */
  readonly onProgress: (position?: number) => void;
  /** The transport is closed in both directions. Called once. */
  readonly onTransportClosed: () => void;
  /** Nothing can be sent any more. Called once, as soon as what came before has been told or is not wanted. */
  readonly onEnded: () => void;
  /** Called behind {@link onEnded}, and whenever more has been told of what came before the end. */
  readonly onRest: () => void;
}

/** Joins a transport to the protocol core: pulls events as fast as they are taken, and ends in time (RFC 6455 §7.1). */
export class Driver implements KeepaliveOwner, TransportUser, WriterOwner {
  readonly core: ProtocolConnection;
  readonly writer: TransportWriter;
  readonly role: Role;
  readonly transport: DriverSetup["transport"];
  readonly #options: ConnectionSettings;
  readonly #owner: DriverOwner;
  readonly #keepalive: Keepalive;
  /** These two are made when they have something to do, because most connections are idle. */
  #pings: Pings | undefined;
  #messageTimeout: MessageTimeout | undefined;
  readonly #ownsChunks: boolean;
  #closeTimer: Timer | undefined;
  #messageCount = 0;
  #hasFailed = false;
  #isPumping = false;
  #isReading = true;
  #peerEnded = false;
  #transportClosed = false;
  #hasEnded = false;
  /** Whether all that was sent had been written when the transport ended. */
  wasAllWritten = false;
  /** The first thing that went wrong. */
  error: Error | undefined;

  constructor(setup: DriverSetup, owner: DriverOwner) {
    const { role, transport, options, received } = setup;
    this.role = role;
    this.transport = transport;
    this.#ownsChunks = transport instanceof Socket;
    this.#options = options;
    this.#owner = owner;
    this.core = coreFor(setup, owner.frameObserver(), () => this.#progress());
    this.writer = new TransportWriter(transport, this.core, this);
    this.#keepalive = new Keepalive(options, this);
    this.#attach(received);
  }

  get pings(): Pings {
    this.#pings ??= new Pings(this.#options.clock, this.core, this.writer);
    return this.#pings;
  }

  /** As {@link Pings.roundTripMs}. */
  get roundTripMs(): number | undefined {
    return this.#pings?.roundTripMs;
  }

  get isPumping(): boolean {
    return this.#isPumping;
  }

  /** Whether the peer waits, or bytes of the peer do. */
  get isHeldBack(): boolean {
    return !this.#isReading || this.core.unreadBytes > 0;
  }

  get remoteAddress(): string | undefined {
    return this.transport instanceof Socket ? this.transport.remoteAddress : undefined;
  }

  /** Gives the owner the peer's events, until there are none left or the owner wants no more. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.writer.cork();
    const pulled = this.#pull();
    this.writer.uncork();
    this.#isPumping = false;
    this.#afterPull(pulled);
  }

  /** Sends the Close frame that waits, and makes sure that the closing handshake ends in time. */
  closeSoon(): void {
    this.writer.schedule();
    if (this.#transportClosed) return;
    const { clock, closeTimeoutMs } = this.#options;
    this.#closeTimer ??= clock.setTimer(
      () => this.destroy(new TransportError("CLOSE_TIMEOUT", { limit: closeTimeoutMs })),
      closeTimeoutMs,
    );
  }

  /** Ends the transport at once, in whatever state it is; what has not been read is dropped. */
  destroy(error: Error): void {
    this.core.discard();
    if (this.#transportClosed) return;
    this.error ??= error;
    this.core.transportEnded();
    attempt(this.transport, () => this.transport.destroy());
  }

  #pull(): Pulled {
    const { core } = this;
    const { canDecode } = core;
    let chargedBytes = core.received.uncompressedBytes;
    for (let count = 0; this.#wantsMore(); count++) {
      if (count === MAX_EVENTS_A_TURN) {
        setImmediate(() => this.pump());
        return "goes on";
      }
      if (canDecode && isTurnSpent()) {
        waitForTurn(this);
        return "goes on";
      }
      const event = core.nextEvent();
      if (event === undefined) return core.isDecoding ? "goes on" : "dry";
      if (event.type === "message") {
        this.#messageCount++;
        if (canDecode) {
          chargeTurn(core.received.uncompressedBytes - chargedBytes);
          chargedBytes = core.received.uncompressedBytes;
        }
      } else if (!core.isInMessage) this.#messageTimeout?.isFinished();
      if (event.type === "pong") this.#pings?.pongReceived(event.payload);
      else if (event.type === "failed") this.#failed(event.error);
      this.#owner.onEvent(event);
    }
    return this.#owner.isOpening() ? "goes on" : "held back";
  }

  /** A closing connection reads on for the peer's Close frame, while messages in front of it have room. */
  #wantsMore(): boolean {
    const { core } = this;
    if (core.sentClose === undefined) return this.#owner.wantsMore();
    const { messagesWhileClosing, maxQueuedBytes } = this.#options;
    return messagesWhileClosing === "drop" || core.budget.queuedBytes <= maxQueuedBytes;
  }

  #afterPull(pulled: Pulled): void {
    if (!this.#hasEnded) this.#watch(pulled);
    if (!this.#transportClosed || pulled === "goes on") return;
    if (!this.#hasEnded) this.#end();
    if (pulled === "dry") this.core.discard(); // half a message that will never be whole
    this.#owner.onRest();
  }

  /** Reads on, or pauses. Makes sure that messages and the closing handshake end in time. */
  #watch(pulled: Pulled): void {
    const { core } = this;
    const isDry = pulled === "dry";
    // While a codec works off the main thread, no event can be taken, and yet more bytes are wanted.
    const hasRoom = core.unreadBytes <= this.#options.maxQueuedBytes;
    this.#setReading(isDry || (hasRoom && this.#wantsMore()));
    // Half a frame counts from its first byte, as a part of the message that it may begin.
    const isUnfinished = core.isInMessage || (isDry && core.unreadBytes > 0);
    if (isUnfinished && !this.#transportClosed) this.#timed().isUnfinished(this.#messageCount);
    else this.#messageTimeout?.isFinished();

    const isOver = isDry && (this.#peerEnded || this.#transportClosed);
    if (core.readyState !== ReadyState.OPEN || isOver) this.#goOnClosing(isOver);
  }

  /** §7.1.1: the server ends the transport first, and so does an end that failed the connection (§7.1.7). */
  #goOnClosing(isOver: boolean): void {
    const { core } = this;
    const isDone = core.receivedClose !== undefined && this.role === "server";
    if (isOver || isDone || this.#hasFailed) this.writer.end();
    this.closeSoon();
  }

  #failed(error: ProtocolError | CodecError): void {
    this.#hasFailed = true;
    if (this.core.canDecode) chargeWholeTurn();
    this.error ??= error;
    tellFailed(this, error);
  }

  #setReading(isReading: boolean): void {
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    const { transport } = this;
    attempt(transport, () => (isReading ? transport.resume() : transport.pause()));
  }

  #progress(): void {
    this.#owner.onProgress();
    this.pump();
    this.writer.flush();
  }

  #timed(): MessageTimeout {
    const { clock, messageTimeoutMs } = this.#options;
    this.#messageTimeout ??= new MessageTimeout(clock, messageTimeoutMs, (value) => {
      this.core.fail("MESSAGE_TOO_SLOW", { value, limit: messageTimeoutMs });
      this.pump();
    });
    return this.#messageTimeout;
  }

  onWritten(position: number): void {
    this.#keepalive.heard();
    if (!this.#hasEnded) this.#owner.onProgress(position);
  }

  sendPing(): void {
    this.pings.sendKeepalive();
  }

  listen(): void {
    if (!this.#hasEnded && this.core.unreadBytes <= MAX_UNREAD_TO_LISTEN) this.#setReading(true);
  }

  queuedBytes(): number {
    return queuedBytesOf(this.transport);
  }

  isReadingPaused(): boolean {
    return !this.#isReading && this.writer.bufferedBytes <= this.#options.maxBufferedBytes;
  }

  onSilence(): void {
    const { pongTimeoutMs: limit } = this.#options;
    this.destroy(new TransportError("PONG_TIMEOUT", { limit }));
  }

  #attach(received: Uint8Array): void {
    const transport = this.transport;
    if (transport instanceof Socket) {
      transport.setNoDelay(true);
      transport.setTimeout(0);
      // A client's socket shares its reads from the beginning, where that is possible.
      const canShare = this.role === "server" && this.#options.sharedReads;
      if (!canShare || !shareReads(transport)) readDirectly(transport);
    }
    useTransport(transport, this);
    if (transport.destroyed) queueMicrotask(() => this.onClose());
    // The owner reads it by pumping: when there is a listener, or at the end of this turn.
    if (received.length > 0) this.core.receive(received);
  }

  onData(chunk: Buffer): void {
    this.#keepalive.heard();
    // Unmasking writes into a chunk. Only chunks of a socket certainly belong to nobody else.
    this.core.receive(this.#ownsChunks ? chunk : Buffer.from(chunk));
    this.pump();
  }

  onLentData(chunk: Buffer): void {
    this.#keepalive.heard();
    this.core.receive(chunk, "lent");
    this.pump();
    this.core.keepLent();
  }

  onDrain(): void {
    this.writer.flush();
    this.#keepalive.heard();
  }

  onEnd(): void {
    this.#peerEnded = true;
    this.pump();
  }

  onError(cause: Error): void {
    this.error ??= transportError(cause);
  }

  onClose(): void {
    if (this.#transportClosed) return;
    this.#transportClosed = true;
    this.wasAllWritten = this.writer.bufferedBytes === 0;
    this.#keepalive.stop();
    this.#messageTimeout?.stop();
    this.#closeTimer?.cancel();
    this.#owner.onTransportClosed();
    this.pump();
  }

  #end(): void {
    this.#hasEnded = true;
    this.core.transportEnded();
    this.#pings?.rejectAll(this.error);
    this.#owner.onEnded();
  }
}

/** How far events were taken: all there are, or until the owner wants no more, or more follow by themselves. */
type Pulled = "dry" | "held back" | "goes on";

/** A connection whose reading is paused listens for a pong behind at most this much. */
const MAX_UNREAD_TO_LISTEN = 64 * 1024;

/** More events than a socket's chunk of 64 KiB can hold. Other transports give longer chunks, while all connections wait. */
const MAX_EVENTS_A_TURN = 16_384;
