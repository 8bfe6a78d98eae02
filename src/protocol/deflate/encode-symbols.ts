/** Symbols with their extra bits: how they are kept, and how they are written (RFC 1951 §3.2.5). */
import {
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  MAX_MATCH,
} from "./alphabets.js";
import type { BitWriter } from "./bits.js";

/**
 * A symbol and its extra bits (RFC 1951 §3.2.5) are one number, so that they can be
 * listed and written without asking what they are:
 *
 * | bits  | meaning                                                          |
 * |-------|------------------------------------------------------------------|
 * | 0-8   | the symbol; distances count from {@link FIRST_DISTANCE} on       |
 * | 9-12  | number of extra bits                                             |
 * | 13-25 | their value                                                      |
 *
 * A literal, and the end of a block, is just its symbol.
 */
export const SYMBOL_MASK = 0x1ff;
export const EXTRA_COUNT_SHIFT = 9;
const EXTRA_COUNT_MASK = 15;
export const EXTRA_SHIFT = 13;

/** For each length what {@link lengthSymbol} gives. */
const LENGTHS: Int32Array = lengthTable();

/** How a length of 3 to 258 bytes is written. */
export function lengthSymbol(length: number): number {
  return LENGTHS[length]!;
}

/**
 * How a distance of 1 to 32 768 bytes is written: computed, since two symbols share
 * each number of extra bits, and a table of all distances would not stay in the cache.
 */
export function distanceSymbol(distance: number): number {
  const more = distance - 1;
  const extraBits = 30 - Math.clz32(more | 2);
  const symbol = FIRST_DISTANCE + 2 * extraBits + (more >> extraBits);
  const extra = more & ((1 << extraBits) - 1);
  return symbol | (extraBits << EXTRA_COUNT_SHIFT) | (extra << EXTRA_SHIFT);
}

function lengthTable(): Int32Array {
  const table = new Int32Array(MAX_MATCH + 1);
  for (const [i, base] of LENGTH_BASE.entries()) {
    const bits = LENGTH_EXTRA_BITS[i]!;
    // The last symbol takes 258 away from the one before it.
    for (let value = 0; value < 1 << bits && base + value <= MAX_MATCH; value++) {
      table[base + value] =
        (FIRST_LENGTH + i) | (bits << EXTRA_COUNT_SHIFT) | (value << EXTRA_SHIFT);
    }
  }
  return table;
}

/**
 * Writes the first `total` symbols of a list, each with its extra bits (RFC 1951 §3.2.3).
 *
 * The bit writer is held in local variables, and goes out in words of which the
 * next one overwrites what is no whole byte: measured, half the time of a call of
 * `put` per code. Nothing is asked of a symbol, so the processor has nothing to
 * guess: measured on chat text, a third of the time of a loop over matches and the
 * literals between them.
 *
 * @param symbols - with their extra bits, as {@link SYMBOL_MASK} describes.
 * @param codes - The codes of all symbols that occur, see {@link assignCodes}. With its
 *   extra bits none has more than 24: 7 may wait, and all go out in one word.
 */
export function encodeSymbols(
  writer: BitWriter,
  symbols: Int32Array,
  total: number,
  codes: Int32Array,
): void {
  const { view } = writer;
  let { position, hold, count } = writer;
  for (let i = 0; i < total; i++) {
    const symbol = symbols[i]!;
    const code = codes[symbol & SYMBOL_MASK]!;
    const bits = code >> 16;
    hold |= ((code & 0xffff) | ((symbol >> EXTRA_SHIFT) << bits)) << count;
    count += bits + ((symbol >> EXTRA_COUNT_SHIFT) & EXTRA_COUNT_MASK);
    view.setInt32(position, hold, true);
    position += count >> 3;
    hold >>>= count & 24;
    count &= 7;
  }
  writer.position = position;
  writer.hold = hold;
  writer.count = count;
}
