/**
 * The payload of one message while it arrives, in parts.
 *
 * Large parts are kept as they are, and joined once half of the message is there: a
 * message in one piece that grows would be copied twice, into memory that the
 * system must find anew each time. Small parts are copied together in memory that grows.
 */
export class MessageBuffer {
  readonly #allocate: (length: number) => Uint8Array;
  /** What is before {@link #bytes}. */
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  #bytes: Uint8Array = EMPTY;
  #used = 0;

  constructor(allocate: (length: number) => Uint8Array) {
    this.#allocate = allocate;
  }

  get length(): number {
    return this.#partsLength + this.#used;
  }

  /**
   * Adds `payload` at the end, as a view if it is large, and most of the memory it
   * is in: it must not change. Memory grows with what has arrived, to at most
   * twice that: what a header announces costs nothing until it comes.
   *
   * @param expected - The length of the whole message once it is known, so that
   *   the last step of growth can be exact; else 0. A sum of the fragments so far
   *   would make every step exact: each fragment would copy all before it.
   */
  append(payload: Uint8Array, expected: number): void {
    const arrived = this.length + payload.length;
    const isLastStep = arrived <= expected && arrived * 2 >= expected;
    if (isLastStep) {
      if (this.#parts.length > 0) this.#join(expected);
    } else if (isWorthAPart(payload)) {
      this.#seal();
      this.#keep(payload);
      return;
    }
    const end = this.#used + payload.length;
    if (end > this.#bytes.length) this.#grow(end, expected - this.#partsLength);
    this.#bytes.set(payload, this.#used);
    this.#used = end;
  }

  /** Gives all bytes to the caller, at most twice as much memory behind them, and starts afresh. */
  take(): Uint8Array {
    if (this.#parts.length > 0) this.#join(this.length);
    const bytes = this.#copied();
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#parts = [];
    this.#bytes = EMPTY;
    this.#partsLength = this.#used = 0;
  }

  #copied(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  /** Begins new memory for small parts, behind the large part that comes next. */
  #seal(): void {
    if (this.#used === 0) return;
    this.#keep(this.#copied());
    this.#bytes = EMPTY;
    this.#used = 0;
  }

  /** Copies all there is into one piece of memory. */
  #join(capacity: number): void {
    this.#seal();
    const joined = this.#allocate(capacity);
    let position = 0;
    for (const part of this.#parts) {
      joined.set(part, position);
      position += part.length;
    }
    this.clear();
    this.#bytes = joined;
    this.#used = position;
  }

  #grow(needed: number, expected: number): void {
    const grown = Math.max(needed * 2, MIN_CAPACITY);
    const bytes = this.#allocate(expected >= needed ? Math.min(grown, expected) : grown);
    bytes.set(this.#copied());
    this.#bytes = bytes;
  }
}

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 256;

/** To copy fewer bytes takes less time, and less memory, than one more part. */
const KEPT_FROM = 4096;

function isWorthAPart({ length, buffer }: Uint8Array): boolean {
  return length >= KEPT_FROM && length * 2 >= buffer.byteLength;
}
