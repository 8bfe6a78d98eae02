/** The bytes that a message may refer back to (RFC 1951 §2, RFC 7692 §7.1.1). */

/** What a window starts with; most connections say little. */
const SMALLEST_CAPACITY = 256;

/**
 * The last 2^windowBits bytes that went through one direction of a connection:
 * what a message may refer back to (RFC 1951 §2, RFC 7692 §7.1.1).
 *
 * They are plain bytes in one piece, so that any DEFLATE implementation can take
 * over at any message. Memory is taken as bytes come and never exceeds the window.
 */
export class History {
  readonly #capacity: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  /**
   * @param windowBits - Base-2 logarithm of the window, 8 to 15 (RFC 7692 §7.1.2).
   * @throws {RangeError} for any other number.
   */
  constructor(windowBits: number) {
    if (!Number.isInteger(windowBits) || windowBits < 8 || windowBits > 15) {
      throw new RangeError(`windowBits is a whole number from 8 to 15: ${windowBits}`);
    }
    this.#capacity = 1 << windowBits;
  }

  /** Bytes held, at most the window. */
  get length(): number {
    return this.#length;
  }

  /** The bytes held, oldest first. A view: it changes with the next {@link append}. */
  view(): Uint8Array {
    const bytes = this.#bytes;
    return this.#length === bytes.length ? bytes : bytes.subarray(0, this.#length);
  }

  /** Adds `bytes` at the end and forgets what falls out of the window. Copies them. */
  append(bytes: Uint8Array): void {
    const added = bytes.length;
    const total = this.#length + added;
    this.#reserve(Math.min(total, this.#capacity));
    if (added >= this.#capacity) {
      this.#bytes.set(bytes.subarray(added - this.#capacity));
      this.#length = this.#capacity;
      return;
    }
    const forgotten = total - this.#capacity;
    if (forgotten > 0) {
      this.#bytes.copyWithin(0, forgotten, this.#length);
      this.#length -= forgotten;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += added;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    let capacity = Math.max(SMALLEST_CAPACITY, this.#bytes.length);
    while (capacity < length) capacity *= 2;
    const bytes = new Uint8Array(Math.min(capacity, this.#capacity));
    bytes.set(this.view());
    this.#bytes = bytes;
  }
}
