import { DISTANCE_SYMBOLS, LITLEN_SYMBOLS } from "./alphabets.js";
import { CHUNK_BYTES } from "./compression-window.js";

/** No match is shorter; RFC 1951 would allow 3 bytes, which hardly pay off. */
export const MIN_MATCH_BYTES = 4;

/**
 * What a chunk is taken apart into: matches, and the literals between them
 * (RFC 1951 §2). One serves all connections of a thread.
 */
export class Parse {
  /**
   * Two numbers for each match: the index in the window where it starts; its length
   * times 2^16 plus its distance. Behind the last one, the index of the end.
   */
  readonly matches: Int32Array = new Int32Array(2 * Math.ceil(CHUNK_BYTES / MIN_MATCH_BYTES) + 1);
  matchCount = 0;
  /** How many bytes the matches stand for; all others are literals. */
  matchedBytes = 0;
  /** How often each literal/length symbol occurs, the end of block included. */
  readonly litlens: Uint32Array = new Uint32Array(LITLEN_SYMBOLS);
  /** How often each distance symbol occurs. */
  readonly distances: Uint32Array = new Uint32Array(DISTANCE_SYMBOLS);
}
