/** Takes bits from a DEFLATE stream, and puts bits into one (RFC 1951 §3.1.1). */

/** Bytes that may be loaded behind the input, in words, before its end is noticed. */
const READER_SLACK_BYTES = 64;

/** Memory that a reader or a writer starts with. */
const INITIAL_BYTES = 1 << 14;

/** More memory than this is given back when the next input or message starts. */
const KEPT_BYTES = 1 << 20;

/**
 * Reads bits of a DEFLATE stream, lowest bit of each byte first (RFC 1951 §3.1.1).
 *
 * Behind the input come zeros. That they were read is noticed afterwards, by
 * {@link overrun}, so that not every read has to look. One reader serves all
 * connections of a thread.
 *
 * The fields are open because the loop over symbols holds them in local variables.
 */
export class BitReader {
  /** A copy of the input, then zeros. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Length of the input in bytes. */
  end = 0;
  /** Next byte to load. */
  position = 0;
  /** Loaded bits, the next one lowest. Above `count` it may hold a copy of what comes next. */
  hold = 0;
  /** How many bits of `hold` are loaded, at most 31. */
  count = 0;

  /** Starts at the first bit of `input`, which is copied. */
  start(input: Uint8Array): void {
    const size = input.length + READER_SLACK_BYTES;
    if (this.bytes.length < size || this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(Math.max(size, INITIAL_BYTES));
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(input);
    this.bytes.fill(0, input.length, size);
    this.end = input.length;
    this.position = 0;
    this.hold = 0;
    this.count = 0;
  }

  /** Loads bits until there are at least 24. */
  refill(): void {
    this.hold |= this.view.getInt32(this.position, true) << this.count;
    this.position += (31 - this.count) >> 3;
    this.count |= 24; // adds 8 for each byte that `position` moved by
  }

  /** Takes `bits` bits, at most 16, as a number. */
  take(bits: number): number {
    if (this.count < bits) this.refill();
    const value = this.hold & ((1 << bits) - 1);
    this.hold >>>= bits;
    this.count -= bits;
    return value;
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.position -= this.count >> 3;
    this.hold = 0;
    this.count = 0;
  }

  /** Takes whole bytes. Call {@link align} first. @returns A view of a copy: use it before the next input. */
  takeBytes(length: number): Uint8Array {
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** Bits of the input not taken yet; negative when more were taken than there are. */
  get bitsLeft(): number {
    return (this.end - this.position) * 8 + this.count;
  }

  /** Whether bits behind the input were taken. */
  get overrun(): boolean {
    return this.bitsLeft < 0;
  }
}

/** Whole words are written, so that many bytes behind the position must be there. */
const WRITER_SLACK_BYTES = 8;

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
    const needed = size + WRITER_SLACK_BYTES;
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
