/** The payload of one message while it arrives, in one piece of memory that grows. */
export class MessageBuffer {
  readonly #allocate: (length: number) => Uint8Array;
  #bytes: Uint8Array = EMPTY;
  #length = 0;

  constructor(allocate: (length: number) => Uint8Array) {
    this.#allocate = allocate;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Copies `payload` to the end. Memory grows with what has arrived, to at most
   * twice that: what a header announces costs nothing until it comes.
   *
   * @param expected - The length of the whole message once it is known, so that
   *   the last step of growth can be exact; else 0. A sum of the fragments so far
   *   would make every step exact: each fragment would copy all before it.
   * @returns The copy, as a view.
   */
  append(payload: Uint8Array, expected: number): Uint8Array {
    const end = this.#length + payload.length;
    if (end > this.#bytes.length) this.#grow(end, expected);
    this.#bytes.set(payload, this.#length);
    const copy = this.#bytes.subarray(this.#length, end);
    this.#length = end;
    return copy;
  }

  /** Gives all bytes to the caller, at most twice as much memory behind them, and starts afresh. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#bytes = EMPTY;
    this.#length = 0;
  }

  #grow(needed: number, expected: number): void {
    const grown = Math.max(needed * 2, MIN_CAPACITY);
    const bytes = this.#allocate(expected >= needed ? Math.min(grown, expected) : grown);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 256;
