import type { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { CodeDescription } from "./code-description.js";
import type { CodeLengths } from "./code-lengths.js";

/** Bits that are written and compared at once: as many as {@link BitReader.take} gives. */
const PIECE_BITS = 16;

/** The longest description there can be has 320 lengths of 7 bits, and less than 80 bits before them. */
const MAX_BYTES = 300;

/**
 * The description of two codes (RFC 1951 §3.2.7), found once, to be written or
 * recognised any number of times.
 */
export class PreparedDescription {
  /** Its length in bits. */
  readonly bits: number;
  readonly #pieces: Uint16Array;
  readonly #lastBits: number;

  constructor(litlen: CodeLengths, distance: CodeLengths) {
    const writer = new BitWriter();
    writer.start(MAX_BYTES);
    const description = new CodeDescription();
    description.plan(litlen, distance);
    description.write(writer);
    this.bits = writer.length;
    const pieces = Math.ceil(this.bits / PIECE_BITS);
    this.#lastBits = this.bits - (pieces - 1) * PIECE_BITS;
    this.#pieces = Uint16Array.from({ length: pieces }, (_, i) =>
      writer.view.getUint16(i * 2, true),
    );
  }

  write(writer: BitWriter): void {
    const pieces = this.#pieces;
    const last = pieces.length - 1;
    for (let i = 0; i < last; i++) writer.put(pieces[i]!, PIECE_BITS);
    writer.put(pieces[last]!, this.#lastBits);
  }

  /** Takes the next bits of the input if they are this description. @returns Whether they are. */
  takeFrom(reader: BitReader): boolean {
    const { position, hold, count } = reader;
    const pieces = this.#pieces;
    const last = pieces.length - 1;
    let i = 0;
    while (i < last && reader.take(PIECE_BITS) === pieces[i]) i++;
    if (i === last && reader.take(this.#lastBits) === pieces[last]) return true;
    reader.position = position;
    reader.hold = hold;
    reader.count = count;
    return false;
  }
}
