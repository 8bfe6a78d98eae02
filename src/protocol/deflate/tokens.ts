import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  MAX_MATCH,
} from "./alphabets.js";
import type { BitWriter } from "./bit-writer.js";

/*
 * A token is one literal or match of a message (RFC 1951 §3.2.5) as a number: the
 * byte, or the length of the match times 2^16 plus its distance.
 */

/** For each length: its symbol; from bit 16 how many extra bits it has; from bit 24 their value. */
const LENGTHS: Int32Array = lengthTable();
/** The symbol of distance d: at d - 1 if that is below 256, else at 256 + (d - 1) / 128. */
const DISTANCES: Uint8Array = distanceTable();
const BASES: Int32Array = Int32Array.from(DISTANCE_BASE);
const EXTRA_BITS: Uint8Array = Uint8Array.from(DISTANCE_EXTRA_BITS);

/** Counts the symbols of `count` tokens and the end of block. */
export function countSymbols(
  tokens: Int32Array,
  count: number,
  litlens: Uint32Array,
  distances: Uint32Array,
): void {
  litlens.fill(0);
  distances.fill(0);
  for (let i = 0; i < count; i++) {
    const token = tokens[i]!;
    if (token < 256) {
      litlens[token]!++;
    } else {
      litlens[LENGTHS[token >> 16]! & 0x1ff]!++;
      distances[distanceSymbol(token & 0xffff)]!++;
    }
  }
  litlens[END_OF_BLOCK] = 1;
}

/**
 * Writes `length` tokens and the end of block.
 *
 * @param litlenCodes - The codes of all symbols that occur, as of {@link assignCodes}.
 * @param distanceCodes - Likewise, of 11 bits at most: with 13 extra bits and 7
 *   that wait, they go out in one word.
 */
export function writeTokens(
  writer: BitWriter,
  tokens: Int32Array,
  length: number,
  litlenCodes: Int32Array,
  distanceCodes: Int32Array,
): void {
  const { view } = writer;
  let { position, hold, count } = writer;
  for (let i = 0; i < length; i++) {
    const token = tokens[i]!;
    if (token < 256) {
      const code = litlenCodes[token]!;
      hold |= (code & 0xffff) << count;
      count += code >> 16;
    } else {
      const info = LENGTHS[token >> 16]!;
      const code = litlenCodes[info & 0x1ff]!;
      hold |= ((code & 0xffff) | ((info >> 24) << (code >> 16))) << count;
      count += (code >> 16) + ((info >> 16) & 0xff);
      view.setInt32(position, hold, true);
      position += count >> 3;
      hold >>>= count & 24;
      count &= 7;

      const distance = token & 0xffff;
      const symbol = distanceSymbol(distance);
      const distanceCode = distanceCodes[symbol]!;
      const extra = (distance - BASES[symbol]!) << (distanceCode >> 16);
      hold |= ((distanceCode & 0xffff) | extra) << count;
      count += (distanceCode >> 16) + EXTRA_BITS[symbol]!;
    }
    view.setInt32(position, hold, true);
    position += count >> 3;
    hold >>>= count & 24;
    count &= 7;
  }
  writer.position = position;
  writer.hold = hold;
  writer.count = count;
  const endCode = litlenCodes[END_OF_BLOCK]!;
  writer.put(endCode & 0xffff, endCode >> 16);
}

function distanceSymbol(distance: number): number {
  return DISTANCES[distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)]!;
}

function lengthTable(): Int32Array {
  const table = new Int32Array(MAX_MATCH + 1);
  for (const [i, base] of LENGTH_BASE.entries()) {
    const bits = LENGTH_EXTRA_BITS[i]!;
    // The last symbol takes 258 away from the one before it.
    for (let value = 0; value < 1 << bits && base + value <= MAX_MATCH; value++) {
      table[base + value] = (value << 24) | (bits << 16) | (FIRST_LENGTH + i);
    }
  }
  return table;
}

function distanceTable(): Uint8Array {
  const table = new Uint8Array(512);
  for (const [symbol, base] of DISTANCE_BASE.entries()) {
    const first = base - 1;
    const last = first + (1 << DISTANCE_EXTRA_BITS[symbol]!) - 1;
    for (let i = first; i <= last; i++) table[i < 256 ? i : 256 + (i >> 7)] = symbol;
  }
  return table;
}
