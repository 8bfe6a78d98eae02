/** Counts `bufferedAmount` (WHATWG WebSockets §3): bytes of payload that the network has not taken yet. */

import { Queue } from "../../protocol/index.js";

/** A message that was sent. */
interface Sent {
  readonly payloadBytes: number;
  /** With its header; as compressed. */
  readonly wireBytes: number;
}

/**
 * A connection knows how many bytes wait, framing included. This knows which
 * messages they are of, and so how much of them is payload.
 *
 * Within one turn of the event loop the amount only grows, whatever the network
 * took meanwhile: that is how the standard has it.
 */
export class BufferedAmount {
  /** Messages that may not be out yet. */
  readonly #messages = new Queue<Sent>();
  /** Of these messages. */
  #payloadBytes = 0;
  #wireBytes = 0;
  /** Sent when it was too late. */
  #lostBytes = 0;
  /** While a turn lasts in which something was sent: the amount. */
  #turnAmount: number | undefined;
  #hasEnded = false;

  /** A message has been sent. @param waitingBytes - How many bytes waited on the connection before. */
  add(message: Sent, waitingBytes: number): void {
    this.#turnAmount ??= this.#beginTurn(waitingBytes);
    this.#turnAmount += message.payloadBytes;
    this.#messages.push(message);
    this.#payloadBytes += message.payloadBytes;
    this.#wireBytes += message.wireBytes;
  }

  /** A message was to be sent, and never will be. */
  addLost(payloadBytes: number): void {
    this.#lostBytes += payloadBytes;
  }

  /** @param waitingBytes - How many bytes wait on the connection now. */
  amount(waitingBytes: number): number {
    return this.#lostBytes + (this.#turnAmount ?? this.#waiting(waitingBytes));
  }

  /** The connection has ended: what waits will not go out any more, and the amount will not shrink. */
  end(waitingBytes: number): void {
    const amount = this.#waiting(waitingBytes);
    this.#hasEnded = true;
    this.#turnAmount = undefined;
    this.#payloadBytes = amount;
    this.#messages.clear();
  }

  #beginTurn(waitingBytes: number): number {
    setImmediate(() => {
      this.#turnAmount = undefined;
    });
    return this.#waiting(waitingBytes);
  }

  /** Payload of the messages that are not out, in part or as a whole. */
  #waiting(waitingBytes: number): number {
    if (this.#hasEnded) return this.#payloadBytes;
    // Pings wait, too, so there may be more than the messages make up.
    let outBytes = Math.max(this.#wireBytes - waitingBytes, 0);
    let oldest = this.#messages.first;
    while (oldest !== undefined && oldest.wireBytes <= outBytes) {
      outBytes -= oldest.wireBytes;
      this.#wireBytes -= oldest.wireBytes;
      this.#payloadBytes -= oldest.payloadBytes;
      this.#messages.shift();
      oldest = this.#messages.first;
    }
    if (oldest === undefined) return 0;
    const left = Math.min(oldest.payloadBytes, oldest.wireBytes - outBytes);
    return this.#payloadBytes - oldest.payloadBytes + left;
  }
}
