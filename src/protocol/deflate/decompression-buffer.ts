/** Where a message is decompressed to, behind the history that it may refer to. */
import { type Allocate, allocateOwn, copyOf } from "../copying.js";

/**
 * How far the fast loop over symbols may write behind {@link DecompressionBuffer.fastEnd}:
 * two literals, or a match of 258 bytes in words of 4 after a first step of 8.
 */
const SLACK_BYTES = 272;

const INITIAL_BYTES = 1 << 16;

/** More than this is given back when the next message starts. */
const KEPT_BYTES = 1 << 20;

/**
 * Where messages are decompressed: the history, then the message as it grows.
 * One serves all connections of a thread, since each message is done before the
 * next begins.
 */
export class DecompressionBuffer {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Bytes in use, history included. */
  length = 0;
  /** What `length` may not exceed. */
  end = 0;
  /** Up to here the fast loop need not look: see {@link SLACK_BYTES}. */
  fastEnd = 0;
  #historyBytes = 0;

  /** The largest message. */
  get maxBytes(): number {
    return this.end - this.#historyBytes;
  }

  /** Starts a message of at most `maxBytes` behind `history`, which is copied. */
  start(history: Uint8Array, maxBytes: number): void {
    if (this.bytes.length < INITIAL_BYTES || this.bytes.length > KEPT_BYTES) {
      this.#use(new Uint8Array(INITIAL_BYTES));
    }
    this.bytes.set(history);
    this.#historyBytes = history.length;
    this.length = history.length;
    this.end = history.length + maxBytes;
    this.#setFastEnd();
  }

  /** Doubles the memory. @returns `false` when there is enough for all that is allowed. */
  grow(): boolean {
    if (this.bytes.length >= this.end) return false;
    const bytes = new Uint8Array(Math.min(this.bytes.length * 2, this.end));
    bytes.set(this.bytes);
    this.#use(bytes);
    this.#setFastEnd();
    return true;
  }

  /** Appends `bytes`. @returns `false` when that is more than is allowed; then nothing is written. */
  append(bytes: Uint8Array): boolean {
    if (bytes.length > this.end - this.length) return false;
    while (bytes.length > this.bytes.length - this.length) this.grow();
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return true;
  }

  /** The message. A copy. */
  message(allocate: Allocate = allocateOwn): Uint8Array {
    return copyOf(this.bytes.subarray(this.#historyBytes, this.length), allocate);
  }

  #use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #setFastEnd(): void {
    this.fastEnd = Math.min(this.bytes.length, this.end) - SLACK_BYTES;
  }
}
