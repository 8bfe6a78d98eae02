/** Codes made to measure for one block (RFC 1951 §3.2.7). */
import {
  ALL_SYMBOLS,
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
  MAX_CODE_BITS,
} from "./alphabets.js";
import type { BitWriter } from "./bit-writer.js";
import { CodeDescription } from "./code-description.js";
import { CodePlan } from "./code-plan.js";
import { assignCodes } from "./huffman.js";

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
