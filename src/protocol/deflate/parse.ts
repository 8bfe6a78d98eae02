import { ALL_SYMBOLS, FIRST_DISTANCE, LITLEN_SYMBOLS } from "./alphabets.js";
import { CHUNK_BYTES } from "./compression-window.js";

/** No match is shorter; RFC 1951 would allow 3 bytes, which hardly pay off. */
export const MIN_MATCH_BYTES = 4;

/**
 * What a chunk is taken apart into: literals, and matches of a length and a
 * distance (RFC 1951 §2). One serves all connections of a thread.
 */
export class Parse {
  /**
   * What there is to write, in order, the end of the block included: each symbol with
   * its extra bits, see `match-symbols.ts`. A length is followed by its distance.
   */
  readonly symbols: Int32Array = new Int32Array(CHUNK_BYTES + 1);
  /** How many they are. */
  count = 0;
  /** How often each symbol occurs among them. */
  readonly frequencies: Uint32Array = new Uint32Array(ALL_SYMBOLS);
  /** The part of it that is about literals, lengths and the end of the block. */
  readonly litlens: Uint32Array = this.frequencies.subarray(0, LITLEN_SYMBOLS);
  /** The part of it that is about distances. */
  readonly distances: Uint32Array = this.frequencies.subarray(FIRST_DISTANCE);
}
