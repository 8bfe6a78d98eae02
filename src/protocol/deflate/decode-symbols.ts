/** Decodes the symbols of a block (RFC 1951 §3.2.3): for speed, and plainly where the end of the output is near. */
import type { BitReader } from "./bits.js";
import type { BlockCodes } from "./block-codes.js";
import { type DecodeTable, END, EXCEPTION, SUBTABLE } from "./decode-table.js";
import type { DecompressionBuffer } from "./decompression-buffer.js";

/** Why decoding stopped. `"invalid"` also when the input ended, see {@link BitReader.overrun}. */
export type SymbolsEnd = "end of block" | "invalid" | "too big";

/**
 * Decodes the symbols of a block (RFC 1951 §3.2.3) and never writes behind the
 * end of `output`: each byte is looked at twice, so this is for the last few
 * bytes before a limit. {@link decodeSymbolsFast} does all others.
 *
 * @param windowBytes - Largest distance.
 */
export function decodeSymbols(
  reader: BitReader,
  codes: BlockCodes,
  output: DecompressionBuffer,
  windowBytes: number,
): SymbolsEnd {
  const { bytes, end } = output;
  while (reader.position <= reader.end + 4) {
    const entry = nextEntry(reader, codes.litlen);
    if (entry < 0) {
      if (output.length === end) return "too big";
      bytes[output.length++] = entry >>> 16;
      continue;
    }
    if ((entry & EXCEPTION) !== 0) return (entry & END) !== 0 ? "end of block" : "invalid";
    const length = (entry >>> 16) + reader.take((entry >> 4) & 15);

    const distanceEntry = nextEntry(reader, codes.distance);
    if ((distanceEntry & EXCEPTION) !== 0) return "invalid";
    const distance = (distanceEntry >>> 16) + reader.take((distanceEntry >> 4) & 15);

    if (distance > output.length || distance > windowBytes) return "invalid";
    if (length > end - output.length) return "too big";
    for (const stop = output.length + length; output.length < stop; output.length++) {
      bytes[output.length] = bytes[output.length - distance]!; // may be one just written
    }
  }
  return "invalid";
}

/** Takes the next code from the input. @returns Its entry in the table. */
function nextEntry(reader: BitReader, table: DecodeTable): number {
  reader.refill();
  let entry = table.entries[reader.hold & ((1 << table.rootBits) - 1)]!;
  if ((entry & SUBTABLE) !== 0) {
    const index = (reader.hold >>> table.rootBits) & ((1 << ((entry >> 4) & 15)) - 1);
    entry = table.entries[(entry >>> 16) + index]!;
  }
  reader.take(entry & 15);
  return entry;
}

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
