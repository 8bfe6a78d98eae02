/** Counts `bufferedAmount` (WHATWG WebSockets §3): bytes of payload that the network has not taken yet. */
import { Queue } from "../../protocol/index.js";

/** A message that was sent. */
interface Sent {
  readonly payloadBytes: number;
  /** With the header of the frame; compressed, if messages are. */
  readonly wireBytes: number;
}

/**
 * Turns the number of bytes that wait on a connection, with frame headers, into bytes of payload: it
 * remembers the sizes of the messages that the waiting bytes belong to.
 *
 * Within one turn of the event loop the amount only grows, even when the network takes bytes in that
 * turn: the standard says so.
 */
export class BufferedAmount {
  /** Messages that may not be sent completely. */
  readonly #messages = new Queue<Sent>();
  /** The sums for these messages. */
  #payloadBytes = 0;
  #wireBytes = 0;
  /** The payload of messages that were passed to `send()` too late. */
  #lostBytes = 0;
  /** The amount in a turn in which a message was sent; `undefined` in others. */
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

  /** A message came too late and will never be sent. */
  addLost(payloadBytes: number): void {
    this.#lostBytes += payloadBytes;
  }

  /** @param waitingBytes - How many bytes wait on the connection now. */
  amount(waitingBytes: number): number {
    return this.#lostBytes + (this.#turnAmount ?? this.#waiting(waitingBytes));
  }

  /** The connection has ended: waiting bytes will never be sent, and the amount does not shrink any more. */
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

  /** The payload that has not been sent. */
  #waiting(waitingBytes: number): number {
    if (this.#hasEnded) return this.#payloadBytes;
    // Pings wait, too, so more bytes may wait than the messages have.
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
