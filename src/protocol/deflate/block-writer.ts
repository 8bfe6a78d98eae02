/** Writes a block, of the type that takes the fewest bits (RFC 1951 §3.2.3). */
import type { BitWriter } from "./bits.js";
import type { CompressionWindow, Parse } from "./compression-window.js";
import { DynamicCodes } from "./dynamic-codes.js";
import { FIXED_CODES, ReadyChoice, type ReadyCodes } from "./ready-codes.js";
import { encodeSymbols } from "./encode-symbols.js";

/** BTYPE, behind BFINAL = 0: the three bits that start a block (RFC 1951 §3.2.3). */
const STORED = 0b000;
const FIXED = 0b010;
const DYNAMIC = 0b100;

/**
 * For fewer symbols than this only the fixed codes are tried: the description of others takes 22 to
 * 46 bytes. Measured on JSON, chat text and GraphQL: they never
 * won below 48 symbols; codes made to measure hardly do in blocks of less than 108 bytes.
 */
const MIN_SYMBOLS_TO_COUNT = 48;
const MIN_READY_BITS_TO_PLAN = 108 * 8;

/**
 * Codes made to measure that save so many bits are worth their time, however large the block is:
 * they cost the two ends of a connection some 6 µs more than ready ones, for a
 * message of 1 KiB as for one of 4 KiB.
 */
const ENOUGH_SAVED_BITS = 32 * 8;

const ready = new ReadyChoice();
const dynamic = new DynamicCodes();

/**
 * Writes the chunk in the window as one block, not the final one: stored, with the
 * fixed codes, with prepared ones or with its own, whichever takes the fewest bits.
 *
 * @param parse - What the chunk was taken apart into.
 * @param leastGain - What codes of its own have to save of what the best others take, 0 to 1,
 *   as long as that is not {@link ENOUGH_SAVED_BITS}.
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
    writeReady(writer, parse, FIXED_CODES);
    if (writer.length - start > storedBits) {
      writer.rewind(start);
      writeStored(writer, window);
    }
    return;
  }
  const { litlenPlan, distancePlan } = dynamic;
  litlenPlan.collect(parse.litlens);
  distancePlan.collect(parse.distances);
  ready.choose(litlenPlan, distancePlan);
  const toSave = Math.min(ready.bits * leastGain, ENOUGH_SAVED_BITS);
  const worthPlanning =
    ready.bits >= MIN_READY_BITS_TO_PLAN && dynamic.estimate() < ready.bits - toSave;
  const dynamicBits = worthPlanning ? dynamic.plan() : Infinity;
  if (storedBits < ready.bits && storedBits < dynamicBits) {
    writeStored(writer, window);
  } else if (ready.bits <= dynamicBits) {
    writeReady(writer, parse, ready.best);
  } else {
    writer.put(DYNAMIC, 3);
    dynamic.writeHeader(writer);
    encodeSymbols(writer, parse.symbols, parse.count, dynamic.codes);
  }
}

/** §3.2.6 or §3.2.7 */
function writeReady(writer: BitWriter, parse: Parse, { codes, description }: ReadyCodes): void {
  if (description) {
    writer.put(DYNAMIC, 3);
    description.write(writer);
  } else {
    writer.put(FIXED, 3);
  }
  encodeSymbols(writer, parse.symbols, parse.count, codes);
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
