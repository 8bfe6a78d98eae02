/** Counts the messages that come back, at the least cost: it looks at headers and skips payloads. */

const FIN = 0x80;
const CONTROL = 0x08;
const CLOSE = 0x88;
const MASKED = 0x80;

/** Counts in chunks of any size. Control frames are no messages; a Close frame is an error. */
export class MessageCounter {
  /** Bytes of the frame's payload that are still to come. */
  #left = 0;
  /** Of a header that was cut. */
  readonly #header = new Uint8Array(14);
  #headerBytes = 0;
  #endsMessage = false;

  /**
   * Counts the messages that end in `chunk`.
   *
   * @throws {Error} The other end closes.
   */
  count(chunk: Uint8Array, length = chunk.length): number {
    let messages = 0;
    let at = 0;
    while (at < length) {
      if (this.#left === 0 && this.#headerBytes === 0 && at + 14 <= length) {
        at += this.#parse(chunk, at, 14);
      } else if (this.#left === 0) {
        at = this.#parseSlowly(chunk, at, length);
        if (this.#headerBytes > 0) return messages;
      }
      const taken = Math.min(this.#left, length - at);
      this.#left -= taken;
      at += taken;
      if (this.#left === 0 && this.#endsMessage) messages++;
    }
    return messages;
  }

  /** Byte by byte, until the header is complete. */
  #parseSlowly(chunk: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      this.#header[this.#headerBytes++] = chunk[at]!;
      if (this.#parse(this.#header, 0, this.#headerBytes) > 0) {
        this.#headerBytes = 0;
        return at + 1;
      }
    }
    return end;
  }

  /** @returns The header's length, or 0 when not all of it is there. */
  #parse(bytes: Uint8Array, at: number, available: number): number {
    if (available < 2) return 0;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const short = second & 0x7f;
    const extended = short < 126 ? 0 : short === 126 ? 2 : 8;
    const headerBytes = 2 + extended + (second & MASKED ? 4 : 0);
    if (available < headerBytes) return 0;
    let length = short;
    if (extended > 0) {
      length = 0;
      for (let i = 0; i < extended; i++) length = length * 256 + bytes[at + 2 + i]!;
    }
    if (first === CLOSE) throw new Error(`the other end closes the connection`);
    this.#left = length;
    this.#endsMessage = (first & FIN) !== 0 && (first & CONTROL) === 0;
    return headerBytes;
  }
}
