/** A transport in its opening handshake, on the side of the server. */
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Chained } from "../../protocol/index.js";
import type { Clock, Timer } from "../platform.js";
import type { ServerRequest, StillWanted } from "./request.js";
import { isAnsweredSince, type SocketUse } from "./socket.js";
import {
  attempt,
  leaveTransport,
  type TransportUser,
  useTransport,
} from "../connection/transport-user.js";

export interface PendingLimits {
  readonly clock: Clock;
  /** The time until {@link PendingEvents.onTimeout}. */
  readonly handshakeTimeoutMs: number;
  /** How long a peer that was refused has to read the answer and end its side. */
  readonly closeTimeoutMs: number;
  /** How many bytes behind the head are kept before reading pauses. */
  readonly maxQueuedBytes: number;
}

export interface PendingEvents {
  /** Time is up: the receiver answers, or destroys the transport. */
  readonly onTimeout: (pending: PendingTransport) => void;
  /** The transport has been accepted or is closed. Called once, and last. */
  readonly onOver: (pending: PendingTransport) => void;
}

/**
 * A transport in its opening handshake. Its time and its bytes are limited, and its end is noticed. It
 * is over in one of three ways: accepted, answered, or gone.
 */
export class PendingTransport implements TransportUser, Chained<PendingTransport> {
  previous: PendingTransport | undefined = undefined;
  next: PendingTransport | undefined = undefined;
  readonly transport: Duplex;
  /** The request, once it has arrived and can be read. */
  request: ServerRequest | undefined = undefined;
  /** Told when an answer is of no use any more: the peer is gone, or has an answer. */
  wanted: Pick<StillWanted, "end"> | undefined = undefined;
  /** The method of the request: the answer to a HEAD has no body. */
  method = "GET";
  /** Whether it holds one of the places of `maxConnections`. */
  isAdmitted = false;
  readonly #limits: PendingLimits;
  readonly #events: PendingEvents;
  readonly #before: SocketUse | undefined;
  #state: "waiting" | "answered" | "over" = "waiting";
  #timer: Timer | undefined;
  /** Takes the bytes of the head. */
  #consume: ((chunk: Uint8Array) => void) | undefined;
  /** The bytes behind the head: the first `#keptLength` ones of this buffer. */
  #kept: Buffer = NOTHING;
  #keptLength = 0;

  /** @param before - How the transport had been used before, where other listeners have it, too. */
  constructor(transport: Duplex, limits: PendingLimits, events: PendingEvents, before?: SocketUse) {
    this.transport = transport;
    this.#limits = limits;
    this.#events = events;
    this.#before = before;
    if (transport.destroyed || transport.readableEnded || transport.writableEnded) {
      this.#state = "over"; // from the beginning: no event is due
      transport.on("error", ignore); // never removed: "close" follows and is handled
      if (!transport.writableEnded) transport.destroy(); // else another listener has answered
      return;
    }
    useTransport(transport, this);
    this.#timer = limits.clock.setTimer(() => events.onTimeout(this), limits.handshakeTimeoutMs);
  }

  /**
   * Tells whether the peer still waits for an answer. Lets go of the transport when another listener for
   * upgrades of the same http server has answered.
   */
  checkWaiting(): boolean {
    if (this.#state !== "waiting") return false;
    const { transport } = this;
    if (this.#before === undefined || !isAnsweredSince(transport, this.#before)) return true;
    leaveTransport(transport);
    this.onClose();
    return false;
  }

  /** Gives what arrives to `consume`, until {@link keep} is called. */
  readHead(consume: (chunk: Uint8Array) => void): void {
    this.#consume = consume;
  }

  /** Keeps `bytes` and what arrives from now on for {@link accept}. */
  keep(bytes: Uint8Array): void {
    this.#consume = undefined;
    if (this.#kept.length - this.#keptLength < bytes.length) {
      const longer = Buffer.allocUnsafe(
        Math.max(this.#kept.length * 2, this.#keptLength + bytes.length),
      );
      this.#kept.copy(longer, 0, 0, this.#keptLength);
      this.#kept = longer;
    }
    this.#kept.set(bytes, this.#keptLength);
    this.#keptLength += bytes.length;
    if (this.#keptLength > this.#limits.maxQueuedBytes) this.#attempt(() => this.transport.pause());
  }

  /**
   * Refuses: sends `response`, ends this side, and waits until the peer ends its side. If it closed the
   * transport at once, with unread bytes of the peer, the system would send a reset, and that can
   * overtake the response.
   *
   * @returns False when the peer does not wait for an answer any more.
   */
  answer(response: Uint8Array): boolean {
    if (!this.checkWaiting()) return false;
    this.#state = "answered";
    this.#timer?.cancel();
    this.#consume = undefined;
    this.#kept = NOTHING;
    this.#attempt(() => this.transport.end(response));
    this.#attempt(() => this.transport.resume());
    const { clock, closeTimeoutMs } = this.#limits;
    this.#timer = clock.setTimer(() => this.destroy(), closeTimeoutMs);
    this.#becomeUnwanted();
    return true;
  }

  /** Lets go of the transport. The caller gets the bytes behind the head, and owns them. */
  accept(): Uint8Array {
    this.#end();
    this.wanted = undefined;
    leaveTransport(this.transport);
    this.#attempt(() => this.transport.resume()); // takes effect in the next tick
    this.#events.onOver(this);
    return this.#kept.subarray(0, this.#keptLength);
  }

  /** Ends the transport at once. */
  destroy(): void {
    this.#attempt(() => this.transport.destroy());
    this.onClose();
  }

  onData(chunk: Uint8Array): void {
    if (this.#state !== "waiting") return; // refused: later bytes are dropped
    if (this.#consume === undefined) this.keep(chunk);
    else this.#consume(chunk);
  }

  onDrain(): void {}

  /** A peer that has ended its side could not complete a closing handshake (RFC 6455 §7.1.1). */
  onEnd(): void {
    if (this.#state === "waiting") this.destroy();
  }

  /** Does nothing: {@link onClose} follows. */
  onError(): void {}

  onClose(): void {
    if (this.#state === "over") return;
    this.#end();
    this.#becomeUnwanted();
    this.#events.onOver(this);
  }

  #attempt(use: () => unknown): void {
    attempt(this.transport, use);
  }

  #end(): void {
    this.#state = "over";
    this.#timer?.cancel();
    this.#timer = this.#consume = undefined;
  }

  #becomeUnwanted(): void {
    const { wanted } = this;
    this.wanted = undefined;
    wanted?.end();
  }
}

const NOTHING: Buffer = Buffer.alloc(0);

function ignore(): void {}
