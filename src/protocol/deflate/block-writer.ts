import { DISTANCE_EXTRA_BITS, FIRST_LENGTH, LENGTH_EXTRA_BITS } from "./alphabets.js";
import type { BitWriter } from "./bit-writer.js";
import { type CodeLengths, fixedDistanceLengths, fixedLitlenLengths } from "./code-lengths.js";
import { DynamicCodes } from "./dynamic-codes.js";
import { assignCodes } from "./huffman.js";
import { countSymbols, writeTokens } from "./tokens.js";

/** BTYPE, behind BFINAL = 0: the three bits that start a block (RFC 1951 §3.2.3). */
const STORED = 0b000;
const FIXED = 0b010;
const DYNAMIC = 0b100;

/**
 * Below this nobody asks what a code made to measure would bring: its description
 * takes some 40 bytes, and finding it some 5 µs. Measured on JSON, chat text and
 * GraphQL: it never won below, and brought 1-3 % just above.
 */
const MIN_TOKENS_TO_COUNT = 48;
const MIN_FIXED_BITS_TO_PLAN = 100 * 8;

const FIXED_LITLEN_CODES = new Int32Array(288);
const FIXED_DISTANCE_CODES = new Int32Array(32);
assignCodes(fixedLitlenLengths(), FIXED_LITLEN_CODES);
assignCodes(fixedDistanceLengths(), FIXED_DISTANCE_CODES);
const FIXED_LITLEN_COSTS: Uint8Array = costs(fixedLitlenLengths(), LENGTH_EXTRA_BITS, FIRST_LENGTH);
const FIXED_DISTANCE_COSTS: Uint8Array = costs(fixedDistanceLengths(), DISTANCE_EXTRA_BITS, 0);

const dynamic = new DynamicCodes();

/**
 * Writes one block, not the final one: stored, with the fixed or with its own
 * codes, whichever takes the fewest bits.
 *
 * @param tokens - What `chunk` was taken apart into: the first `count` of them.
 * @param chunk - At most 65 535 bytes.
 */
export function writeBlock(
  writer: BitWriter,
  tokens: Int32Array,
  count: number,
  chunk: Uint8Array,
): void {
  const start = writer.length;
  const storedBits = ((start + 3 + 7) & ~7) - start + 32 + chunk.length * 8;
  if (count < MIN_TOKENS_TO_COUNT) {
    writeFixed(writer, tokens, count);
    if (writer.length - start > storedBits) {
      writer.rewind(start);
      writeStored(writer, chunk);
    }
    return;
  }
  const { litlen, distance } = dynamic;
  countSymbols(tokens, count, litlen.frequencies, distance.frequencies);
  litlen.collect();
  distance.collect();
  const fixedBits =
    3 + litlen.bitsWith(FIXED_LITLEN_COSTS) + distance.bitsWith(FIXED_DISTANCE_COSTS);
  const dynamicBits = fixedBits < MIN_FIXED_BITS_TO_PLAN ? Infinity : dynamic.plan();
  if (storedBits < fixedBits && storedBits < dynamicBits) {
    writeStored(writer, chunk);
  } else if (fixedBits <= dynamicBits) {
    writeFixed(writer, tokens, count);
  } else {
    writer.put(DYNAMIC, 3);
    dynamic.writeHeader(writer);
    writeTokens(writer, tokens, count, dynamic.litlenCodes, dynamic.distanceCodes);
  }
}

function writeFixed(writer: BitWriter, tokens: Int32Array, count: number): void {
  writer.put(FIXED, 3);
  writeTokens(writer, tokens, count, FIXED_LITLEN_CODES, FIXED_DISTANCE_CODES);
}

/** §3.2.4 */
function writeStored(writer: BitWriter, chunk: Uint8Array): void {
  writer.put(STORED, 3);
  writer.align();
  writer.put(chunk.length, 16);
  writer.put(chunk.length ^ 0xffff, 16);
  writer.putBytes(chunk);
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
