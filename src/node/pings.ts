import { Buffer } from "node:buffer";
import type { ProtocolConnection } from "../protocol/index.js";
import type { Clock } from "./clock.js";
import { type Sendable, toPayload } from "./sendable.js";
import { TransportError } from "./transport-error.js";
import type { TransportWriter } from "./transport-writer.js";

/** Where pings go. */
interface Way {
  readonly core: ProtocolConnection;
  readonly writer: TransportWriter;
}

interface Waiting {
  readonly payload: Buffer;
  readonly sentAt: number;
  readonly resolve: (roundTripMs: number) => void;
  readonly reject: (error: Error) => void;
}

/** Pings whose pong has not come yet, oldest first. */
export class Pings {
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Sends a ping. Resolves with the time until its pong comes, in milliseconds; rejects when
   * it cannot be sent, or at {@link rejectAll}. Who does not wait for it is not bothered by that.
   */
  send(payload: Exclude<Sendable, Blob> | undefined, { core, writer }: Way): Promise<number> {
    try {
      const bytes = payload === undefined ? this.#nextPayload() : toPayload(payload);
      if (!core.ping(bytes)) throw new TransportError("TRANSPORT_FAILED");
      writer.schedule();
      return this.#wait(bytes);
    } catch (error) {
      const rejected = Promise.reject<number>(error);
      rejected.catch(() => {});
      return rejected;
    }
  }

  /** A payload that no other ping of this connection carries. */
  #nextPayload(): Buffer {
    const payload = Buffer.allocUnsafe(4);
    payload.writeUInt32BE(this.#count++ >>> 0);
    return payload;
  }

  #wait(payload: Uint8Array): Promise<number> {
    const promise = new Promise<number>((resolve, reject) => {
      const sentAt = this.#clock.now();
      this.#waiting.push({ payload: Buffer.from(payload), sentAt, resolve, reject });
    });
    promise.catch(() => {});
    return promise;
  }

  /** A pong may answer the latest ping only: it then stands for those before, too (RFC 6455 §5.5.3). */
  pongReceived(payload: Uint8Array): void {
    if (this.#waiting.length === 0) return;
    const index = this.#waiting.findIndex((ping) => ping.payload.equals(payload));
    const now = this.#clock.now();
    for (const { resolve, sentAt } of this.#waiting.splice(0, index + 1)) resolve(now - sentAt);
  }

  /** No pong will come any more. */
  rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
