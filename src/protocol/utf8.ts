/**
 * Checks UTF-8 as it arrives (RFC 6455 §8.1, RFC 3629), wherever it is cut.
 *
 * An impossible byte is refused the moment it comes, even when its character is
 * not complete: `f4 90` is already more than U+10FFFF.
 */
export class Utf8Validator {
  readonly #isUtf8: (bytes: Uint8Array) => boolean;
  /** Continuation bytes that the current character still needs. */
  #needed = 0;
  // What the next continuation byte may be. Only the second byte of a character
  // has narrower bounds: they rule out overlong forms, surrogates and > U+10FFFF.
  #lower = 0x80;
  #upper = 0xbf;

  /** @param isUtf8 - Checks long runs of whole characters; see Platform.isUtf8. */
  constructor(isUtf8: (bytes: Uint8Array) => boolean) {
    this.#isUtf8 = isUtf8;
  }

  /** Whether what came so far ends with a whole character. */
  get isComplete(): boolean {
    return this.#needed === 0;
  }

  /** @returns False when `bytes` cannot go on from what came before. The validator must not be used after that. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length < BULK_FROM) return this.#check(bytes, 0, bytes.length);

    const start = Math.min(this.#needed, bytes.length);
    const end = startOfLastCharacter(bytes);
    return (
      this.#check(bytes, 0, start) &&
      this.#isUtf8(bytes.subarray(start, end)) &&
      this.#check(bytes, end, bytes.length)
    );
  }

  #check(bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (this.#needed > 0) {
        if (byte < this.#lower || byte > this.#upper) return false;
        this.#needed--;
        this.#lower = 0x80;
        this.#upper = 0xbf;
      } else if (byte >= 0x80 && !this.#begin(byte)) return false;
    }
    return true;
  }

  /** Takes the first byte of a character of two to four bytes (RFC 3629 §4). */
  #begin(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false; // continuation bytes, overlong forms, beyond U+10FFFF
    this.#needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.#lower = 0xa0;
    if (byte === 0xed) this.#upper = 0x9f;
    if (byte === 0xf0) this.#lower = 0x90;
    if (byte === 0xf4) this.#upper = 0x8f;
    return true;
  }
}

/** From this length on the platform's routine is faster than ours. */
const BULK_FROM = 64;

/** Where the last character starts, so that everything before it is whole. */
function startOfLastCharacter(bytes: Uint8Array): number {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
