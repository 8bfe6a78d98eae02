import {
  DISTANCE_EXTRA_BITS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
} from "./alphabets.js";
import type { BitWriter } from "./bit-writer.js";
import { type CodeLengths, fixedDistanceLengths, fixedLitlenLengths } from "./code-lengths.js";
import type { CompressionWindow } from "./compression-window.js";
import { DynamicCodes } from "./dynamic-codes.js";
import { assignCodes } from "./huffman.js";
import type { Parse } from "./parse.js";
import { writeSymbols } from "./symbol-writer.js";

/** BTYPE, behind BFINAL = 0: the three bits that start a block (RFC 1951 §3.2.3). */
const STORED = 0b000;
const FIXED = 0b010;
const DYNAMIC = 0b100;

/**
 * Below this nobody asks what codes made to measure would bring: their description
 * takes some 40 bytes. Measured on JSON, chat text and GraphQL: they never won below
 * 48 symbols, and would make what the fixed codes write in 100 to 128 bytes 1-3 %
 * smaller.
 */
const MIN_SYMBOLS_TO_COUNT = 48;
const MIN_FIXED_BITS_TO_PLAN = 128 * 8;

const FIXED_CODES: Int32Array = new Int32Array(FIRST_DISTANCE + 32);
assignCodes(fixedLitlenLengths(), FIXED_CODES);
assignCodes(fixedDistanceLengths(), FIXED_CODES.subarray(FIRST_DISTANCE));
const FIXED_LITLEN_COSTS: Uint8Array = costs(fixedLitlenLengths(), LENGTH_EXTRA_BITS, FIRST_LENGTH);
const FIXED_DISTANCE_COSTS: Uint8Array = costs(fixedDistanceLengths(), DISTANCE_EXTRA_BITS, 0);

const dynamic = new DynamicCodes();

/**
 * Writes the chunk in the window as one block, not the final one: stored, with the
 * fixed codes or with its own, whichever takes the fewest bits.
 *
 * @param parse - What the chunk was taken apart into.
 * @param leastGain - What codes of its own have to save of what the fixed ones take, 0 to 1.
 */
export function writeBlock(
  writer: BitWriter,
  window: CompressionWindow,
  parse: Parse,
  leastGain: number,
): void {
  const start = writer.length;
  const bytes = window.end - window.start;
  const storedBits = ((start + 3 + 7) & ~7) - start + 32 + bytes * 8;
  if (parse.count < MIN_SYMBOLS_TO_COUNT) {
    writeFixed(writer, parse);
    if (writer.length - start > storedBits) {
      writer.rewind(start);
      writeStored(writer, window);
    }
    return;
  }
  const { litlenPlan, distancePlan } = dynamic;
  litlenPlan.collect(parse.litlens);
  distancePlan.collect(parse.distances);
  const fixedBits =
    3 + litlenPlan.bitsWith(FIXED_LITLEN_COSTS) + distancePlan.bitsWith(FIXED_DISTANCE_COSTS);
  const maxEstimate = fixedBits < MIN_FIXED_BITS_TO_PLAN ? 0 : fixedBits * (1 - leastGain);
  const dynamicBits = dynamic.estimate() < maxEstimate ? dynamic.plan() : Infinity;
  if (storedBits < fixedBits && storedBits < dynamicBits) {
    writeStored(writer, window);
  } else if (fixedBits <= dynamicBits) {
    writeFixed(writer, parse);
  } else {
    writer.put(DYNAMIC, 3);
    dynamic.writeHeader(writer);
    writeSymbols(writer, parse.symbols, parse.count, dynamic.codes);
  }
}

/** §3.2.6 */
function writeFixed(writer: BitWriter, parse: Parse): void {
  writer.put(FIXED, 3);
  writeSymbols(writer, parse.symbols, parse.count, FIXED_CODES);
}

/** §3.2.4 */
function writeStored(writer: BitWriter, { bytes, start, end }: CompressionWindow): void {
  const length = end - start;
  writer.put(STORED, 3);
  writer.align();
  writer.put(length, 16);
  writer.put(length ^ 0xffff, 16);
  writer.putBytes(bytes.subarray(start, end));
}

/** What each symbol takes with the code and its extra bits, those from `first` on. */
function costs(
  { symbols, bits, used }: CodeLengths,
  extraBits: readonly number[],
  first: number,
): Uint8Array {
  const result = new Uint8Array(used);
  for (let i = 0; i < used; i++) result[symbols[i]!] = bits[i]!;
  for (const [i, extra] of extraBits.entries()) result[first + i]! += extra;
  return result;
}
