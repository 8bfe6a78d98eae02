/** Pings, and the pongs that answer them. */
import { Buffer } from "node:buffer";
import { type MessageData, type ProtocolConnection, Queue } from "../../protocol/index.js";
import type { Clock } from "../platform.js";
import { toPayload } from "./sendable.js";
import { TransportError } from "./transport-error.js";
import type { TransportWriter } from "./writer.js";

/** Called once: was the frame sent, or was the connection not open? */
type OnSent = (isSent: boolean) => void;

interface Waiting {
  readonly payload: Buffer;
  readonly sentAt: number;
  readonly resolve: (roundTripMs: number) => void;
  readonly reject: (error: Error) => void;
}

/** Sends pings, and waits for their pongs (RFC 6455 §5.5.2, §5.5.3). */
export class Pings {
  readonly #clock: Clock;
  readonly #core: ProtocolConnection;
  readonly #writer: TransportWriter;
  /** The pings whose pongs a caller waits for. */
  readonly #waiting = new Queue<Waiting>();
  #keepaliveSentAt: number | undefined;
  #count = 0;
  /** How long the last answer took, in milliseconds. */
  roundTripMs: number | undefined;

  constructor(clock: Clock, core: ProtocolConnection, writer: TransportWriter) {
    this.#clock = clock;
    this.#core = core;
    this.#writer = writer;
  }

  /** Sends an empty ping. No caller waits for its pong. */
  sendKeepalive(): void {
    if (!this.#core.ping(NO_BYTES)) return;
    this.#writer.schedule();
    this.#keepaliveSentAt = this.#clock.now();
  }

  /**
   * Resolves with the time until the pong came, in milliseconds. A rejection does no harm when
   * nobody handles it.
   *
   * @param payload - By default one that no other ping of this connection carries.
   * @throws {RangeError} `payload` is too long; as a rejection, like all of these.
   * @throws {TypeError} `payload` cannot be sent.
   * @throws {TransportError} The connection is not open, or has ended before the pong.
   */
  send(payload?: MessageData, onSent?: OnSent): Promise<number> {
    const promise = new Promise<number>((resolve, reject) => {
      const bytes = payload === undefined ? this.#nextPayload() : toPayload(payload);
      if (!this.#core.ping(bytes)) {
        onSent?.(false);
        throw noPong("the connection is not open");
      }
      onSent?.(true);
      this.#writer.schedule();
      const sentAt = this.#clock.now();
      this.#waiting.push({ payload: Buffer.from(bytes), sentAt, resolve, reject });
    });
    promise.catch(() => {});
    return promise;
  }

  /** Sends a pong that answers no ping. @throws {RangeError | TypeError} As {@link send}, at once. */
  pong(payload: MessageData, onSent?: OnSent): void {
    const isSent = this.#core.pong(toPayload(payload));
    onSent?.(isSent);
    if (isSent) this.#writer.schedule();
  }

  /** A pong may answer the latest ping only: it then stands for those before, too (§5.5.3). */
  pongReceived(payload: Uint8Array): void {
    const now = this.#clock.now();
    if (payload.length === 0 && this.#keepaliveSentAt !== undefined) {
      this.roundTripMs = now - this.#keepaliveSentAt;
      this.#keepaliveSentAt = undefined;
    }
    const answered = this.#answeredBy(payload);
    if (answered === undefined) return;
    for (const place of this.#waiting.places()) {
      this.#waiting.remove(place);
      this.roundTripMs = now - place.value.sentAt;
      place.value.resolve(this.roundTripMs);
      if (place.value === answered) return;
    }
  }

  /** No pong will come any more. @param cause - Why. */
  rejectAll(cause: Error | undefined): void {
    if (this.#waiting.length === 0) return;
    const error = noPong("the connection ended before it", cause);
    for (const { value } of this.#waiting.places()) value.reject(error);
    this.#waiting.clear();
  }

  #answeredBy(payload: Uint8Array): Waiting | undefined {
    for (const { value } of this.#waiting.places()) {
      if (value.payload.equals(payload)) return value;
    }
    return undefined;
  }

  #nextPayload(): Buffer {
    const payload = Buffer.allocUnsafe(4);
    payload.writeUInt32BE(this.#count++ >>> 0);
    return payload;
  }
}

function noPong(what: string, cause?: Error): TransportError {
  return new TransportError("PING_UNANSWERED", { what }, { cause });
}

const NO_BYTES = new Uint8Array(0);
