/** Chooses among the codes that need not be found: the fixed and the prepared ones. */
import {
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
} from "./alphabets.js";
import {
  type CodeLengths,
  assignCodes,
  fixedDistanceLengths,
  fixedLitlenLengths,
} from "./huffman.js";
import { type CodePlan, COSTS_PER_SYMBOL } from "./code-plan.js";
import { PREPARED_CODES, type PreparedDescription } from "./prepared-codes.js";

/** What a symbol without a code costs: more than a whole chunk takes with the fixed codes. */
const IMPOSSIBLE: number = 1 << 20;

/** BFINAL and BTYPE (RFC 1951 §3.2.3). */
const TYPE_BITS = 3;

/** Codes that nobody has to find for a block: those of all blocks of type 1, or prepared ones. */
export interface ReadyCodes {
  /** The codes of all symbols, as {@link assignCodes} gives them. */
  readonly codes: Int32Array;
  /** What stands in front of a block of type 2; the fixed codes have none. */
  readonly description: PreparedDescription | undefined;
}

/** §3.2.6 */
export const FIXED_CODES: ReadyCodes = {
  codes: codesOf(fixedLitlenLengths(), fixedDistanceLengths()),
  description: undefined,
};

/** The fixed codes first. */
const READY_CODES: readonly ReadyCodes[] = [
  FIXED_CODES,
  ...PREPARED_CODES.map(({ litlen, distance, description }) => ({
    codes: codesOf(litlen, distance),
    description,
  })),
];

const LITLEN_COSTS: Int32Array = costTable(
  [fixedLitlenLengths(), ...PREPARED_CODES.map(({ litlen }) => litlen)],
  LITLEN_SYMBOLS,
  (symbol) => LENGTH_EXTRA_BITS[symbol - FIRST_LENGTH] ?? 0,
);
const DISTANCE_COSTS: Int32Array = costTable(
  [fixedDistanceLengths(), ...PREPARED_CODES.map(({ distance }) => distance)],
  DISTANCE_SYMBOLS,
  (symbol) => DISTANCE_EXTRA_BITS[symbol]!,
);

/** What a block with each of them starts with. */
const HEADER_BITS: Float64Array = Float64Array.from(
  READY_CODES,
  ({ description }) => TYPE_BITS + (description ? description.bits : 0),
);

const bitsWith = new Float64Array(COSTS_PER_SYMBOL);

/** Which of the ready codes takes the fewest bits for a block. One serves all connections of a thread. */
export class ReadyChoice {
  /** The codes of choice. */
  best: ReadyCodes = FIXED_CODES;
  /** How many bits the block takes with them. */
  bits = 0;

  /** Chooses for the symbols that are collected in two plans. */
  choose(litlenPlan: CodePlan, distancePlan: CodePlan): void {
    bitsWith.set(HEADER_BITS);
    litlenPlan.addBits(LITLEN_COSTS, bitsWith);
    distancePlan.addBits(DISTANCE_COSTS, bitsWith);
    let best = 0;
    for (let i = 1; i < READY_CODES.length; i++) if (bitsWith[i]! < bitsWith[best]!) best = i;
    this.best = READY_CODES[best]!;
    this.bits = bitsWith[best]!;
  }
}

function codesOf(litlen: CodeLengths, distance: CodeLengths): Int32Array {
  const codes = new Int32Array(FIRST_DISTANCE + 32); // 30 and 31 have fixed codes
  assignCodes(litlen, codes);
  assignCodes(distance, codes.subarray(FIRST_DISTANCE));
  return codes;
}

/** What each symbol takes with each of `codes`, its extra bits included: {@link COSTS_PER_SYMBOL} in a row. */
function costTable(
  codes: readonly CodeLengths[],
  size: number,
  extraBits: (symbol: number) => number,
): Int32Array {
  const table = new Int32Array(size * COSTS_PER_SYMBOL).fill(IMPOSSIBLE);
  for (const [column, { symbols, bits, used }] of codes.entries()) {
    for (let i = 0; i < used; i++) {
      const symbol = symbols[i]!;
      if (symbol < size) table[symbol * COSTS_PER_SYMBOL + column] = bits[i]! + extraBits(symbol);
    }
  }
  return table;
}
