/** Reads the codes of a block from its header (RFC 1951 §3.2.6, §3.2.7). */
import {
  CODE_LENGTH_ORDER,
  CODE_LENGTH_SYMBOLS,
  DISTANCE_BASE,
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
} from "./alphabets.js";
import type { BitReader } from "./bits.js";
import { CodeLengths, fixedDistanceLengths, fixedLitlenLengths } from "./huffman.js";
import { buildDecodeTable, DecodeTable, END, EXCEPTION, LITERAL } from "./decode-table.js";
import { PREPARED_CODES } from "./ready-codes.js";

/** The two codes of a compressed block (RFC 1951 §3.2.3). */
export interface BlockCodes {
  readonly litlen: DecodeTable;
  readonly distance: DecodeTable;
}

/**
 * Bits that index the first parts. Measured with 9, 10 and 11 on blocks of 1 to
 * 16 KiB of JSON: a longer code is rare at 10, and a bigger table costs more to
 * build than it saves.
 */
const LITLEN_ROOT_BITS = 10;
const DISTANCE_ROOT_BITS = 8;
const CODE_LENGTH_ROOT_BITS = 7;

/** Entries for the worst code of 286 and of 30 symbols with these bits; a test has both codes. */
const LITLEN_ENTRIES = 1332;
const DISTANCE_ENTRIES = 400;

const litlenLengths = new CodeLengths(LITLEN_SYMBOLS);
const distanceLengths = new CodeLengths(DISTANCE_SYMBOLS);
const codeLengthTable = new DecodeTable(1 << CODE_LENGTH_ROOT_BITS);
const codeLengthLengths = new CodeLengths(CODE_LENGTH_SYMBOLS);
const codeLengthBits = new Uint8Array(CODE_LENGTH_SYMBOLS);

/** Of the symbols that repeat a length (§3.2.7): how many extra bits they have, and how often at least. */
const REPEAT_BITS: Uint8Array = new Uint8Array(CODE_LENGTH_SYMBOLS);
REPEAT_BITS.set([2, 3, 7], 16);
const REPEAT_BASE: Uint8Array = new Uint8Array(CODE_LENGTH_SYMBOLS);
REPEAT_BASE.set([3, 3, 11], 16);

const LITLEN_MEANINGS: Int32Array = litlenMeanings();
const DISTANCE_MEANINGS: Int32Array = distanceMeanings();
const CODE_LENGTH_MEANINGS: Int32Array = Int32Array.from(
  CODE_LENGTH_ORDER,
  (_, symbol) => symbol << 16,
);

const dynamic: BlockCodes = emptyCodes();
let fixed: BlockCodes | undefined;
const prepared: (BlockCodes | undefined)[] = PREPARED_CODES.map(() => undefined);

/** The codes of a block of type 1 (§3.2.6). Made once. */
export function fixedCodes(): BlockCodes {
  fixed ??= codesWith(fixedLitlenLengths(), fixedDistanceLengths());
  return fixed;
}

/**
 * Takes the codes in front of a block of type 2 (§3.2.7) if they are prepared ones: what
 * {@link readDynamicCodes} would build has been built before. Measured on JSON of 1 KiB:
 * a third of the time to decompress.
 *
 * @returns `undefined` when they are any others; then nothing was taken.
 */
export function takePreparedCodes(reader: BitReader): BlockCodes | undefined {
  for (let i = 0; i < PREPARED_CODES.length; i++) {
    const { litlen, distance, description } = PREPARED_CODES[i]!;
    if (description.takeFrom(reader)) return (prepared[i] ??= codesWith(litlen, distance));
  }
  return undefined;
}

/**
 * Reads the codes in front of a block of type 2 (§3.2.7), valid until the next
 * call: all blocks share one pair of tables.
 *
 * @returns `undefined` when they break a rule. Running past the end of the input
 *   may go unnoticed: see {@link BitReader.overrun}.
 */
export function readDynamicCodes(reader: BitReader): BlockCodes | undefined {
  const litlenSymbols = reader.take(5) + 257;
  const distanceSymbols = reader.take(5) + 1;
  if (litlenSymbols > LITLEN_SYMBOLS || distanceSymbols > DISTANCE_SYMBOLS) return undefined;
  if (!readCodeLengthCode(reader)) return undefined;
  if (!readLengths(reader, litlenSymbols, litlenSymbols + distanceSymbols)) return undefined;

  return build(dynamic, litlenLengths, distanceLengths) === "invalid" ? undefined : dynamic;
}

function emptyCodes(): BlockCodes {
  return { litlen: new DecodeTable(LITLEN_ENTRIES), distance: new DecodeTable(DISTANCE_ENTRIES) };
}

/** Tables of their own for codes that are known to be right. */
function codesWith(litlen: CodeLengths, distance: CodeLengths): BlockCodes {
  const codes = emptyCodes();
  build(codes, litlen, distance);
  return codes;
}

/** Builds both tables. @returns Whether there is one for each. */
function build(codes: BlockCodes, litlen: CodeLengths, distance: CodeLengths): "valid" | "invalid" {
  const set = buildDecodeTable(codes.litlen, litlen, LITLEN_MEANINGS, LITLEN_ROOT_BITS);
  if (set === "invalid") return "invalid";
  const other = buildDecodeTable(codes.distance, distance, DISTANCE_MEANINGS, DISTANCE_ROOT_BITS);
  return other === "invalid" ? "invalid" : "valid";
}

function readCodeLengthCode(reader: BitReader): boolean {
  const listed = reader.take(4) + 4;
  for (let symbol = 0; symbol < CODE_LENGTH_SYMBOLS; symbol++) codeLengthBits[symbol] = 0;
  for (let i = 0; i < listed; i++) codeLengthBits[CODE_LENGTH_ORDER[i]!] = reader.take(3);
  codeLengthLengths.used = 0;
  for (let symbol = 0; symbol < CODE_LENGTH_SYMBOLS; symbol++) {
    const bits = codeLengthBits[symbol]!;
    if (bits !== 0) codeLengthLengths.add(symbol, bits);
  }
  const set = buildDecodeTable(
    codeLengthTable,
    codeLengthLengths,
    CODE_LENGTH_MEANINGS,
    CODE_LENGTH_ROOT_BITS,
  );
  return set === "complete";
}

/**
 * Reads the lengths of both codes: one sequence of `total` that repeats may cross
 * (§3.2.7), of which the first `litlenSymbols` are for literals and lengths.
 */
function readLengths(reader: BitReader, litlenSymbols: number, total: number): boolean {
  const { entries, rootBits } = codeLengthTable;
  const { view } = reader;
  const mask = (1 << rootBits) - 1;
  const lastPosition = reader.end + 4;
  let { position, hold, count } = reader;
  litlenLengths.used = 0;
  distanceLengths.used = 0;
  let code = litlenLengths;
  let first = 0;
  let previous = -1;
  for (let i = 0; i < total;) {
    if (position > lastPosition) return false; // the zeros there might go on for ever
    hold |= view.getInt32(position, true) << count;
    position += (31 - count) >> 3;
    count |= 24;
    const entry = entries[hold & mask]!;
    const symbol = entry >>> 16;
    hold >>>= entry & 15;
    count -= entry & 15;
    let times = 1;
    if (symbol < 16) {
      previous = symbol;
    } else {
      if (symbol > 16) previous = 0;
      else if (previous < 0) return false;
      const bits = REPEAT_BITS[symbol]!;
      times = REPEAT_BASE[symbol]! + (hold & ((1 << bits) - 1));
      hold >>>= bits;
      count -= bits;
    }
    const next = i + times;
    if (next > total) return false;
    if (previous === 0) {
      i = next;
      continue;
    }
    for (; i < next; i++) {
      if (i >= litlenSymbols && first === 0) {
        code = distanceLengths;
        first = litlenSymbols;
      }
      code.add(i - first, previous);
    }
  }
  reader.position = position;
  reader.hold = hold;
  reader.count = count;
  return hasEndOfBlock();
}

function hasEndOfBlock(): boolean {
  const { symbols, used } = litlenLengths;
  for (let i = used - 1; i >= 0 && symbols[i]! >= END_OF_BLOCK; i--) {
    if (symbols[i] === END_OF_BLOCK) return true;
  }
  return false;
}

/** Symbols 286 and 287 are left as exceptions of no known kind. */
function litlenMeanings(): Int32Array {
  const meanings = new Int32Array(288).fill(EXCEPTION);
  for (let byte = 0; byte < 256; byte++) meanings[byte] = LITERAL | (byte << 16);
  meanings[END_OF_BLOCK] = EXCEPTION | END;
  for (const [i, base] of LENGTH_BASE.entries()) {
    meanings[FIRST_LENGTH + i] = (base << 16) | (LENGTH_EXTRA_BITS[i]! << 4);
  }
  return meanings;
}

/** Symbols 30 and 31 are left as exceptions of no known kind. */
function distanceMeanings(): Int32Array {
  const meanings = new Int32Array(32).fill(EXCEPTION);
  for (const [i, base] of DISTANCE_BASE.entries()) {
    meanings[i] = (base << 16) | (DISTANCE_EXTRA_BITS[i]! << 4);
  }
  return meanings;
}
