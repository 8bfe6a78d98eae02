/** Decodes the symbols of a block for speed, as long as the end of the output is not near. */
import type { BitReader } from "./bit-reader.js";
import type { BlockCodes } from "./block-codes.js";
import { END, EXCEPTION, SUBTABLE } from "./decode-table.js";
import type { DecompressionBuffer } from "./decompression-buffer.js";
import type { SymbolsEnd } from "./decode-symbols.js";

/**
 * Does what {@link decodeSymbols} does, faster, as long as the end of the output
 * is not near. With few exceptions the time of the decompressor is spent here.
 *
 * What makes it ugly, and what it brought (time of the whole decompressor, JSON
 * and chat text of 700 B to 16 KiB, window 2^12, Node 20): the bit reader in
 * local variables; a second literal from the same load of bits, 5-12 %; matches
 * copied in words of 4, the first 8 bytes without asking, 10-35 %; no look at
 * the limit between matches and literals.
 *
 * @returns `"near the end"` when {@link DecompressionBuffer.fastEnd} is passed. Call
 *   again after making room, or go on with {@link decodeSymbols}.
 */
// oxlint-disable-next-line max-lines-per-function -- a call per symbol would cost more than the symbol
export function decodeSymbolsFast(
  reader: BitReader,
  { litlen, distance: distanceTable }: BlockCodes,
  output: DecompressionBuffer,
  windowBytes: number,
): SymbolsEnd | "near the end" {
  const { view } = reader;
  const lastPosition = reader.end + 4;
  const { bytes, view: words, fastEnd } = output;
  const { entries: litlens, rootBits: litlenBits } = litlen;
  const { entries: distances, rootBits: distanceBits } = distanceTable;
  const litlenMask = (1 << litlenBits) - 1;
  const distanceMask = (1 << distanceBits) - 1;
  let { position, hold, count } = reader;
  let at = output.length;
  let end: SymbolsEnd | "near the end" = "invalid";

  while (position <= lastPosition) {
    if (at > fastEnd) {
      end = "near the end";
      break;
    }
    hold |= view.getInt32(position, true) << count;
    position += (31 - count) >> 3;
    count |= 24;
    let entry = litlens[hold & litlenMask]!;
    if (entry < 0) {
      hold >>>= entry & 15;
      count -= entry & 15;
      bytes[at++] = entry >>> 16;
      entry = litlens[hold & litlenMask]!;
      if (entry < 0) {
        hold >>>= entry & 15;
        count -= entry & 15;
        bytes[at++] = entry >>> 16;
        continue;
      }
      hold |= view.getInt32(position, true) << count;
      position += (31 - count) >> 3;
      count |= 24;
    }
    if ((entry & SUBTABLE) !== 0) {
      entry = litlens[(entry >>> 16) + ((hold >>> litlenBits) & ((1 << ((entry >> 4) & 15)) - 1))]!;
    }
    let bits = entry & 15;
    if ((entry & EXCEPTION) !== 0) {
      if ((entry & END) === 0) break;
      hold >>>= bits;
      count -= bits;
      end = "end of block";
      break;
    }
    if (entry < 0) {
      hold >>>= bits;
      count -= bits;
      bytes[at++] = entry >>> 16;
      continue;
    }
    let extra = (entry >> 4) & 15;
    const length = (entry >>> 16) + ((hold >>> bits) & ((1 << extra) - 1));
    hold >>>= bits + extra;
    count -= bits + extra;
    hold |= view.getInt32(position, true) << count;
    position += (31 - count) >> 3;
    count |= 24;

    entry = distances[hold & distanceMask]!;
    if ((entry & SUBTABLE) !== 0) {
      entry =
        distances[(entry >>> 16) + ((hold >>> distanceBits) & ((1 << ((entry >> 4) & 15)) - 1))]!;
    }
    if ((entry & EXCEPTION) !== 0) break;
    bits = entry & 15;
    extra = (entry >> 4) & 15;
    hold >>>= bits;
    count -= bits;
    if (count < extra) {
      hold |= view.getInt32(position, true) << count;
      position += (31 - count) >> 3;
      count |= 24;
    }
    let distance = (entry >>> 16) + (hold & ((1 << extra) - 1));
    hold >>>= extra;
    count -= extra;
    if (distance > at || distance > windowBytes) break;

    const stop = at + length;
    if (distance < 4) {
      // One to three bytes over and over: write them until they are a word apart.
      do {
        for (let i = distance; i > 0; i--) {
          bytes[at] = bytes[at - distance]!;
          at++;
        }
        distance += distance;
      } while (distance < 4);
    }
    words.setInt32(at, words.getInt32(at - distance, true), true);
    words.setInt32(at + 4, words.getInt32(at + 4 - distance, true), true);
    for (at += 8; at < stop; at += 4) {
      words.setInt32(at, words.getInt32(at - distance, true), true);
    }
    at = stop;
  }
  reader.position = position;
  reader.hold = hold;
  reader.count = count;
  output.length = at;
  return end;
}
