/** Received bytes that are not used yet. */
import { COPIED_CHUNK_BYTES, JOINED_CHUNKS_BYTES, joinParts } from "./copying.js";
import { wordsOf } from "./masking.js";

/**
 * Bytes that have arrived and are not yet used, kept as the chunks they came in.
 *
 * The front chunk can be read in place: its unread bytes are
 * `front[start .. end)`. Small chunks behind it are copied together, so that a
 * peer that sends byte by byte costs bytes and not objects.
 */
export class ByteQueue {
  #front: Uint8Array = EMPTY;
  #words: Int32Array | undefined;
  #start = 0;
  /** Made when a chunk comes behind another. */
  #rest: Uint8Array[] | undefined;
  #length = 0;
  /** Memory of our own; the last chunk of `#rest` is its used part. */
  #tail: Uint8Array = EMPTY;

  /** How many bytes are waiting. */
  get length(): number {
    return this.#length;
  }

  get front(): Uint8Array {
    return this.#front;
  }

  /** The front as words, for unmasking: see {@link wordsOf}. */
  get words(): Int32Array {
    return (this.#words ??= wordsOf(this.#front));
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#front.length;
  }

  /** Takes ownership of `chunk`. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#length === 0) {
      this.#setFront(chunk);
    } else {
      const rest = (this.#rest ??= []);
      if (chunk.length <= COPIED_CHUNK_BYTES) this.#pushSmall(chunk, rest);
      else rest.push(chunk);
    }
    this.#length += chunk.length;
  }

  /** Makes the front hold at least `count` bytes in one piece, or all there are. */
  makeContiguous(count: number): void {
    let available = this.#front.length - this.#start;
    const rest = this.#rest;
    if (available >= count || rest === undefined || rest.length === 0) return;

    const parts = [this.#front.subarray(this.#start)];
    while (available < count) {
      const next = rest.shift();
      if (next === undefined) break;
      parts.push(next);
      available += next.length;
    }
    this.#setFront(joinParts(parts, available));
  }

  /** Drops `count` bytes, which the front must have. */
  skip(count: number): void {
    this.#start += count;
    this.#length -= count;
    if (this.#start < this.#front.length) return;

    const rest = this.#rest;
    const next = rest !== undefined && rest.length > 0 ? rest.shift() : undefined;
    this.#setFront(next ?? EMPTY);
    if (this.#length === 0) this.#tail = EMPTY;
  }

  /** Removes `count` bytes, which the front must have, and gives them as a view. */
  take(count: number): Uint8Array {
    const bytes = this.#front.subarray(this.#start, this.#start + count);
    this.skip(count);
    return bytes;
  }

  /** Copies what is left of the front, so that the memory it is in may change. */
  copyFront(): void {
    if (this.#length > 0) this.#setFront(new Uint8Array(this.#front.subarray(this.#start)));
  }

  /** Drops everything. */
  clear(): void {
    this.#tail = EMPTY;
    this.#setFront(EMPTY);
    this.#rest = undefined;
    this.#length = 0;
  }

  #setFront(chunk: Uint8Array): void {
    this.#front = chunk;
    this.#words = undefined;
    this.#start = 0;
  }

  #pushSmall(chunk: Uint8Array, rest: Uint8Array[]): void {
    const last = rest.at(-1);
    const used = last?.buffer === this.#tail.buffer ? last.length : 0;
    if (used > 0 && used + chunk.length <= this.#tail.length) {
      this.#tail.set(chunk, used);
      rest[rest.length - 1] = this.#tail.subarray(0, used + chunk.length);
    } else {
      this.#tail = new Uint8Array(JOINED_CHUNKS_BYTES);
      this.#tail.set(chunk);
      rest.push(this.#tail.subarray(0, chunk.length));
    }
  }
}

const EMPTY = new Uint8Array(0);
