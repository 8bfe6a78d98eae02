import { DISTANCE_BASE, DISTANCE_EXTRA_BITS, END_OF_BLOCK } from "./alphabets.js";
import type { BitWriter } from "./bit-writer.js";
import type { CompressionWindow } from "./compression-window.js";
import { distanceSymbol, lengthInfo } from "./match-symbols.js";
import type { Parse } from "./parse.js";

const BASES: Int32Array = Int32Array.from(DISTANCE_BASE);
const EXTRA_BITS: Uint8Array = Uint8Array.from(DISTANCE_EXTRA_BITS);

/** The codes of a block, see {@link assignCodes}: those of all symbols that occur. */
export interface SymbolCodes {
  readonly litlen: Int32Array;
  /** Of 11 bits at most: with 13 extra bits and 7 that wait, they go out in one word. */
  readonly distance: Int32Array;
}

/**
 * Writes the symbols of a block, the end included (RFC 1951 §3.2.3).
 *
 * The bit writer is held in local variables, and goes out in words of which the
 * next one overwrites what is no whole byte: measured, half the time of a call of
 * `put` per code.
 */
export function writeSymbols(
  writer: BitWriter,
  window: CompressionWindow,
  parse: Parse,
  codes: SymbolCodes,
): void {
  const { litlen } = codes;
  const { bytes } = window;
  const { view } = writer;
  const { matches } = parse;
  const end = 2 * parse.matchCount;
  let { position, hold, count } = writer;
  let at = window.start;
  for (let i = 0; ; i += 2) {
    for (const start = matches[i]!; at < start; at++) {
      const code = litlen[bytes[at]!]!;
      hold |= (code & 0xffff) << count;
      count += code >> 16;
      view.setInt32(position, hold, true);
      position += count >> 3;
      hold >>>= count & 24;
      count &= 7;
    }
    if (i === end) break;
    const match = matches[i + 1]!;
    at += match >> 16;
    const length = lengthInfo(match >> 16);
    const code = litlen[length & 0xffff]!;
    hold |= ((code & 0xffff) | ((length >> 24) << (code >> 16))) << count;
    count += (code >> 16) + ((length >> 16) & 0xff);
    view.setInt32(position, hold, true);
    position += count >> 3;
    hold >>>= count & 24;
    count &= 7;

    const symbol = distanceSymbol(match & 0xffff);
    const distance = codes.distance[symbol]!;
    const extra = ((match & 0xffff) - BASES[symbol]!) << (distance >> 16);
    hold |= ((distance & 0xffff) | extra) << count;
    count += (distance >> 16) + EXTRA_BITS[symbol]!;
    view.setInt32(position, hold, true);
    position += count >> 3;
    hold >>>= count & 24;
    count &= 7;
  }
  writer.position = position;
  writer.hold = hold;
  writer.count = count;
  writer.put(litlen[END_OF_BLOCK]! & 0xffff, litlen[END_OF_BLOCK]! >> 16);
}
