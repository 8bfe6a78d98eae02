/** Codes made to measure for one block, and their description in front of it (RFC 1951 §3.2.7). */
import {
  ALL_SYMBOLS,
  CODE_LENGTH_ORDER,
  CODE_LENGTH_SYMBOLS,
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
  MAX_CODE_BITS,
} from "./alphabets.js";
import type { BitWriter } from "./bits.js";
import { CodePlan } from "./code-plan.js";
import { EXTRA_COUNT_SHIFT, EXTRA_SHIFT, SYMBOL_MASK, encodeSymbols } from "./encode-symbols.js";
import { type CodeLengths, assignCodes } from "./huffman.js";

/** Leaves room for 13 extra bits in one write of 31 bits, 7 of which may be taken. */
const MAX_DISTANCE_CODE_BITS = 11;

const LITLEN_EXTRA = new Uint8Array(LITLEN_SYMBOLS);
LITLEN_EXTRA.set(LENGTH_EXTRA_BITS, FIRST_LENGTH);
const DISTANCE_EXTRA: Uint8Array = Uint8Array.from(DISTANCE_EXTRA_BITS);

/** The codes of a block of type 2 (RFC 1951 §3.2.7), made to measure for its symbols. */
export class DynamicCodes {
  /** Lists the literal/length symbols that occur. To be filled before {@link plan}. */
  readonly litlenPlan: CodePlan = new CodePlan(LITLEN_SYMBOLS);
  /** Likewise for distances. */
  readonly distancePlan: CodePlan = new CodePlan(DISTANCE_SYMBOLS);
  /** The codes of the symbols that occur, once {@link writeHeader} has described them. */
  readonly codes: Int32Array = new Int32Array(ALL_SYMBOLS);
  readonly #distanceCodes: Int32Array = this.codes.subarray(FIRST_DISTANCE);
  readonly #description = new CodeDescription();

  /**
   * About how many bits the block takes, for a fifth of the time of {@link plan}:
   * the least there can be, and a description of usual size.
   */
  estimate(): number {
    const { litlenPlan, distancePlan } = this;
    const symbols = litlenPlan.lengths.used + distancePlan.lengths.used;
    return (
      60 +
      4.7 * symbols +
      litlenPlan.leastBits() +
      distancePlan.leastBits() +
      litlenPlan.bitsWith(LITLEN_EXTRA) +
      distancePlan.bitsWith(DISTANCE_EXTRA)
    );
  }

  /** Finds the best codes for the symbols. @returns The bits that the block takes with them. */
  plan(): number {
    this.litlenPlan.plan(MAX_CODE_BITS);
    this.distancePlan.plan(MAX_DISTANCE_CODE_BITS);
    return (
      3 +
      this.#description.plan(this.litlenPlan.lengths, this.distancePlan.lengths) +
      this.litlenPlan.plannedBits(LITLEN_EXTRA) +
      this.distancePlan.plannedBits(DISTANCE_EXTRA)
    );
  }

  /** Writes the description, behind the three bits that start the block. */
  writeHeader(writer: BitWriter): void {
    assignCodes(this.litlenPlan.lengths, this.codes);
    assignCodes(this.distancePlan.lengths, this.#distanceCodes);
    this.#description.write(writer);
  }
}

/** Three bits for each length of the code length code (RFC 1951 §3.2.7). */
const MAX_CODE_LENGTH_BITS = 7;

/** Extra bits of the symbols of the code length code: only those that repeat have any. */
const REPEAT_BITS = new Uint8Array(CODE_LENGTH_SYMBOLS);
REPEAT_BITS.set([2, 3, 7], 16);
/** What to add the number of times to, times 2^13, to write a repeat: see `encode-symbols.ts`. */
const REPEAT: number = 16 + (2 << EXTRA_COUNT_SHIFT) - (3 << EXTRA_SHIFT);
const ZEROS: number = 17 + (3 << EXTRA_COUNT_SHIFT) - (3 << EXTRA_SHIFT);
const LONG_ZEROS: number = 18 + (7 << EXTRA_COUNT_SHIFT) - (11 << EXTRA_SHIFT);

/**
 * How a block of type 2 describes its two codes: by their lengths, in one list that
 * is compressed with a third code (RFC 1951 §3.2.7).
 */
export class CodeDescription {
  /** The symbols of the description, each with its extra bits. */
  readonly #runs = new Int32Array(LITLEN_SYMBOLS + DISTANCE_SYMBOLS);
  #runCount = 0;
  readonly #codeLength = new CodePlan(CODE_LENGTH_SYMBOLS);
  readonly #frequencies = new Uint32Array(CODE_LENGTH_SYMBOLS);
  readonly #bits = new Uint8Array(CODE_LENGTH_SYMBOLS);
  readonly #codes = new Int32Array(CODE_LENGTH_SYMBOLS);
  #litlens = 0;
  #distances = 0;
  #listed = 0;

  /** Finds the shortest description of two codes. @returns Its length in bits. */
  plan(litlen: CodeLengths, distance: CodeLengths): number {
    const plan = this.#codeLength;
    this.#litlens = listedSymbols(litlen);
    this.#distances = listedSymbols(distance);
    this.#frequencies.fill(0);
    this.#runCount = 0;
    this.#addRuns(litlen);
    this.#addRuns(distance);
    plan.collect(this.#frequencies);
    plan.plan(MAX_CODE_LENGTH_BITS);
    const { symbols, bits, used } = plan.lengths;
    this.#bits.fill(0);
    for (let i = 0; i < used; i++) this.#bits[symbols[i]!] = bits[i]!;
    this.#listed = CODE_LENGTH_SYMBOLS;
    while (this.#bits[CODE_LENGTH_ORDER[this.#listed - 1]!] === 0) this.#listed--;
    return 5 + 5 + 4 + 3 * this.#listed + plan.plannedBits(REPEAT_BITS);
  }

  /** Writes what {@link plan} found. */
  write(writer: BitWriter): void {
    assignCodes(this.#codeLength.lengths, this.#codes);
    writer.put(this.#litlens - 257, 5);
    writer.put(this.#distances - 1, 5);
    writer.put(this.#listed - 4, 4);
    for (let i = 0; i < this.#listed; i++) writer.put(this.#bits[CODE_LENGTH_ORDER[i]!]!, 3);
    encodeSymbols(writer, this.#runs, this.#runCount, this.#codes);
  }

  /** Describes the lengths of a code up to its last symbol, a run at a time. */
  #addRuns({ symbols, bits, used }: CodeLengths): void {
    const runs = this.#runs;
    const frequencies = this.#frequencies;
    let count = this.#runCount;
    let next = 0;
    for (let i = 0; i < used;) {
      let zeros = symbols[i]! - next;
      const length = bits[i]!;
      const first = i;
      next += zeros;
      do {
        i++;
        next++;
      } while (i < used && symbols[i] === next && bits[i] === length);
      let more = i - first - 1;

      for (; zeros > 2;) {
        const times = zeros < 138 ? zeros : 138;
        const run =
          times > 10 ? LONG_ZEROS + (times << EXTRA_SHIFT) : ZEROS + (times << EXTRA_SHIFT);
        runs[count++] = run;
        frequencies[run & SYMBOL_MASK]!++;
        zeros -= times;
      }
      frequencies[0]! += zeros;
      for (; zeros > 0; zeros--) runs[count++] = 0;

      runs[count++] = length;
      frequencies[length]!++;
      for (; more > 2;) {
        const times = more < 6 ? more : 6;
        runs[count++] = REPEAT + (times << EXTRA_SHIFT);
        frequencies[16]!++;
        more -= times;
      }
      frequencies[length]! += more;
      for (; more > 0; more--) runs[count++] = length;
    }
    this.#runCount = count;
  }
}

/** How many symbols there are up to the last one in use. */
function listedSymbols({ symbols, used }: CodeLengths): number {
  return symbols[used - 1]! + 1;
}
