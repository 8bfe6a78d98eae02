/** Puts bits into a DEFLATE stream (RFC 1951 §3.1.1). */

/** Whole words are written, so that many bytes behind the position must be there. */
const SLACK_BYTES = 8;

const INITIAL_BYTES = 1 << 14;

/** More than this is given back when the next message starts. */
const KEPT_BYTES = 1 << 20;

/**
 * Writes bits of a DEFLATE stream, lowest bit of each byte first (RFC 1951 §3.1.1).
 *
 * The fields are open because the loop over tokens holds them in local variables.
 */
export class BitWriter {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Whole bytes written. */
  position = 0;
  /** Bits of the byte at `position`, the first one lowest. */
  hold = 0;
  /** How many they are: 0 to 7. */
  count = 0;

  /** Starts over, with room for `size` bytes. */
  start(size: number): void {
    const needed = size + SLACK_BYTES;
    if (this.bytes.length < needed || this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(Math.max(needed, INITIAL_BYTES));
      this.view = new DataView(this.bytes.buffer);
    }
    this.position = 0;
    this.hold = 0;
    this.count = 0;
  }

  /** Appends the low `bits` bits of `value`, which has no others: at most 24. */
  put(value: number, bits: number): void {
    const hold = this.hold | (value << this.count);
    const count = this.count + bits;
    this.view.setInt32(this.position, hold, true);
    this.position += count >> 3;
    this.hold = hold >>> (count & 24);
    this.count = count & 7;
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.count > 0) this.put(0, 8 - this.count);
  }

  /** Appends bytes. Call {@link align} first. */
  putBytes(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Bits written so far. */
  get length(): number {
    return this.position * 8 + this.count;
  }

  /** Goes back to where {@link length} was `length`. */
  rewind(length: number): void {
    this.position = length >> 3;
    this.count = length & 7;
    this.hold = this.bytes[this.position]! & ((1 << this.count) - 1);
  }
}
