/** The table in which the decoder looks up codes (RFC 1951 §3.2.2). */
import { MAX_CODE_BITS } from "./alphabets.js";
import type { CodeLengths } from "./huffman.js";

/**
 * Tables that turn the next bits of the input into a symbol (RFC 1951 §3.2.2).
 *
 * The next `rootBits` bits are an index into the first part. A code longer than
 * that leads to an entry that points to a further part, indexed by the bits
 * behind. Since codes are read lowest bit first, they stand here bit-reversed;
 * a code shorter than its index fills every entry that ends with it.
 *
 * One entry is one 32-bit number:
 *
 * | bits  | meaning                                                          |
 * |-------|------------------------------------------------------------------|
 * | 0-3   | length of the code in bits                                       |
 * | 4-7   | number of extra bits, or of the bits that index the further part |
 * | 8     | {@link EXCEPTION}: neither a literal nor a length nor a distance |
 * | 9     | {@link SUBTABLE}: points to a further part                       |
 * | 10    | {@link END}: end of block                                        |
 * | 16-30 | literal, base of a length or distance, or where that part starts |
 * | 31    | {@link LITERAL}, so that the commonest question is "negative?"   |
 */
export class DecodeTable {
  readonly entries: Int32Array;
  rootBits = 0;

  /** @param size - Entries that the worst code needs. */
  constructor(size: number) {
    this.entries = new Int32Array(size);
  }
}

export const LITERAL: number = 1 << 31;
export const EXCEPTION: number = 1 << 8;
export const SUBTABLE: number = 1 << 9;
export const END: number = 1 << 10;

/** What a bit pattern means that no code has: an exception of no known kind. */
const UNUSED: number = EXCEPTION | 1;

const count = new Int32Array(MAX_CODE_BITS + 1);
const offset = new Int32Array(MAX_CODE_BITS + 1);
const sorted = new Int32Array(288);

/**
 * `"incomplete"`: some bit patterns have no symbol. That is an error, except that
 * a block which uses a single distance, or none, has no complete code for it.
 */
type CodeSet = "complete" | "incomplete" | "invalid";

/**
 * Builds the table of the code with these lengths, 0 for unused symbols.
 *
 * Takes time in proportion to the symbols and the entries it fills: 2^`maxRootBits`
 * and the further parts.
 *
 * @param meanings - The entry of each symbol, without the length of its code.
 * @param maxRootBits - Most bits that the first part is indexed by.
 * @returns `"invalid"` for an over-subscribed code, and for an incomplete one of
 *   more than one bit: the table is then unusable.
 */
export function buildDecodeTable(
  table: DecodeTable,
  code: CodeLengths,
  meanings: Int32Array,
  maxRootBits: number,
): CodeSet {
  count.fill(0);
  for (let i = 0; i < code.used; i++) count[code.bits[i]!]!++;
  let longest = MAX_CODE_BITS;
  while (longest > 0 && count[longest] === 0) longest--;

  const unclaimed = unclaimedBy(longest);
  if (unclaimed < 0 || (unclaimed > 0 && longest > 1)) return "invalid";

  table.rootBits = Math.max(1, Math.min(longest, maxRootBits));
  if (unclaimed > 0) table.entries.fill(UNUSED, 0, 2);
  sortSymbols(code);
  const next = fillRoot(table, meanings);
  if (longest > maxRootBits) fillFurtherParts(table, next, longest, meanings);
  return unclaimed > 0 ? "incomplete" : "complete";
}

/** How many patterns of the longest length the codes leave; negative when over-subscribed. */
function unclaimedBy(longest: number): number {
  let unclaimed = 1;
  for (let bits = 1; bits <= longest && unclaimed >= 0; bits++) {
    unclaimed = unclaimed * 2 - count[bits]!;
  }
  return unclaimed;
}

/** Orders the symbols by length, then by value: the order of their codes (§3.2.2). */
function sortSymbols({ symbols, bits, used }: CodeLengths): void {
  offset[1] = 0;
  for (let length = 1; length < MAX_CODE_BITS; length++) {
    offset[length + 1] = offset[length]! + count[length]!;
  }
  for (let i = 0; i < used; i++) sorted[offset[bits[i]!]!++] = symbols[i]!;
}

/**
 * Fills the first part by doubling it: while it has 2^bits entries, codes of that
 * length fill one each, and its copy behind it repeats them for both values of
 * the next bit.
 */
function fillRoot({ entries, rootBits }: DecodeTable, meanings: Int32Array): number {
  let code = 0;
  let next = 0;
  for (let bits = 1; bits <= rootBits; bits++) {
    for (let left = count[bits]!; left > 0; left--) {
      entries[code] = meanings[sorted[next++]!]! | bits;
      code = codeAfter(code, bits);
    }
    if (bits < rootBits) entries.copyWithin(1 << bits, 0, 1 << bits);
  }
  return code;
}

/** Codes that begin with the same `rootBits` bits follow each other and share a part. */
function fillFurtherParts(
  { entries, rootBits }: DecodeTable,
  firstCode: number,
  longest: number,
  meanings: Int32Array,
): void {
  let code = firstCode;
  let next = 0;
  for (let bits = 1; bits <= rootBits; bits++) next += count[bits]!;
  let root = -1;
  let start = 0;
  let indexBits = 0;
  let free = 1 << rootBits;
  for (let bits = rootBits + 1; bits <= longest; bits++) {
    for (let left = count[bits]!; left > 0; left--) {
      if ((code & ((1 << rootBits) - 1)) !== root) {
        root = code & ((1 << rootBits) - 1);
        start = free;
        indexBits = indexBitsFor(bits, left, rootBits);
        free += 1 << indexBits;
        entries[root] = (start << 16) | EXCEPTION | SUBTABLE | (indexBits << 4);
      }
      const entry = meanings[sorted[next++]!]! | bits;
      for (let i = code >> rootBits; i < 1 << indexBits; i += 1 << (bits - rootBits)) {
        entries[start + i] = entry;
      }
      code = codeAfter(code, bits);
    }
  }
}

/** How many bits index a part whose first code has `bits` bits, `left` of that length still to come. */
function indexBitsFor(bits: number, left: number, rootBits: number): number {
  let indexBits = bits - rootBits;
  let free = (1 << indexBits) - left;
  while (free > 0) {
    indexBits++;
    free = free * 2 - count[rootBits + indexBits]!;
  }
  return indexBits;
}

/** The bit-reversed code after `code`: adds 1 at the high end and carries downwards. */
function codeAfter(code: number, bits: number): number {
  const carry = 1 << (31 - Math.clz32(code ^ ((1 << bits) - 1)));
  return (code & (carry - 1)) | carry;
}
