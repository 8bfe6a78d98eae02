import {
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  MAX_MATCH,
} from "./alphabets.js";

/** For each length what {@link lengthInfo} gives. */
const LENGTHS: Int32Array = lengthTable();
/** The symbol of distance d: at d - 1 if that is below 256, else at 256 + (d - 1) / 128. */
const DISTANCES: Uint8Array = distanceTable();

/**
 * How a length of 3 to 258 bytes is written (RFC 1951 §3.2.5): its symbol in the
 * low 16 bits, then how many extra bits in 8 bits, then their value.
 */
export function lengthInfo(length: number): number {
  return LENGTHS[length]!;
}

/** The symbol of a length. */
export function lengthSymbol(length: number): number {
  return LENGTHS[length]! & 0xffff;
}

/** The symbol of a distance of 1 to 32 768 bytes. */
export function distanceSymbol(distance: number): number {
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
