/** Decodes the symbols of a block, plainly (RFC 1951 §3.2.3). */
import type { BitReader } from "./bit-reader.js";
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
