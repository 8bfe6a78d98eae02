/** Finds a prefix code for symbols that were counted (RFC 1951 §3.2.2). */
import { CodeLengths, assignLengths } from "./huffman.js";

/** Larger weights are rare in a small message. */
const TABLED_WEIGHTS = 256;
const TABLE: Float64Array = Float64Array.from({ length: TABLED_WEIGHTS }, (_, i) => bitsOf(i));

/** What `weight` occurrences take when each stands for one of `weight` symbols. */
function bitsOf(weight: number): number {
  return weight * Math.log2(weight || 1);
}

/** How many codes {@link CodePlan.addBits} compares. */
export const COSTS_PER_SYMBOL = 4;

/** Makes a code to measure for the symbols of one alphabet that occur in a block. */
export class CodePlan {
  /** The symbols that occur and the lengths of their codes. */
  readonly lengths: CodeLengths;
  /** How often each symbol of `lengths` occurs. */
  readonly #weights: Int32Array;

  constructor(symbols: number) {
    this.lengths = new CodeLengths(symbols);
    this.#weights = new Int32Array(symbols);
  }

  /**
   * Lists the symbols that occur, and one or two more if they are less than two.
   *
   * @param frequencies - How often each symbol occurs.
   */
  collect(frequencies: Uint32Array): void {
    const { lengths } = this;
    const weights = this.#weights;
    const { symbols } = lengths;
    let used = 0;
    for (let symbol = 0; symbol < frequencies.length; symbol++) {
      const frequency = frequencies[symbol]!;
      symbols[used] = symbol;
      weights[used] = frequency;
      used += (frequency + 0x7fff_ffff) >>> 31; // 1 if it occurs; a branch would be a coin toss
    }
    if (used < 2) used = this.#twoSymbols(used);
    lengths.used = used;
  }

  /**
   * A code of less than two symbols is legal for distances only (RFC 1951 §3.2.7),
   * and not every decoder takes it.
   */
  #twoSymbols(used: number): number {
    const { symbols } = this.lengths;
    const only = used === 1 ? symbols[0]! : 0;
    const weight = used === 1 ? this.#weights[0]! : 0;
    symbols[0] = 0;
    symbols[1] = only === 0 ? 1 : only;
    this.#weights[0] = only === 0 ? weight : 0;
    this.#weights[1] = only === 0 ? 0 : weight;
    return 2;
  }

  /**
   * How many bits the codes of all occurrences take at least, whatever the code
   * (Shannon 1948): 1-2 % less than the best one.
   */
  leastBits(): number {
    const { used } = this.lengths;
    let occurrences = 0;
    let saved = 0;
    for (let i = 0; i < used; i++) {
      const weight = this.#weights[i]!;
      occurrences += weight;
      saved += weight < TABLED_WEIGHTS ? TABLE[weight]! : bitsOf(weight);
    }
    return bitsOf(occurrences) - saved;
  }

  /** Makes the best code for them with none longer than `maxBits`. Call {@link collect} first. */
  plan(maxBits: number): void {
    assignLengths(this.lengths, this.#weights, maxBits);
  }

  /** How many bits all occurrences take with that code and the extra bits of each symbol. */
  plannedBits(extraBits: Uint8Array): number {
    const { symbols, bits, used } = this.lengths;
    let total = 0;
    for (let i = 0; i < used; i++) {
      total += this.#weights[i]! * (bits[i]! + extraBits[symbols[i]!]!);
    }
    return total;
  }

  /** How many bits all occurrences take when each symbol costs so many. */
  bitsWith(costs: Uint8Array): number {
    const { symbols, used } = this.lengths;
    let total = 0;
    for (let i = 0; i < used; i++) total += this.#weights[i]! * costs[symbols[i]!]!;
    return total;
  }

  /**
   * Adds to `totals` how many bits all occurrences take with each of several codes, in
   * one pass: four passes take twice the time.
   *
   * @param costs - {@link COSTS_PER_SYMBOL} for each symbol, in a row.
   */
  addBits(costs: Int32Array, totals: Float64Array): void {
    const { symbols, used } = this.lengths;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < used; i++) {
      const weight = this.#weights[i]!;
      const row = symbols[i]! * COSTS_PER_SYMBOL;
      a += weight * costs[row]!;
      b += weight * costs[row + 1]!;
      c += weight * costs[row + 2]!;
      d += weight * costs[row + 3]!;
    }
    totals[0]! += a;
    totals[1]! += b;
    totals[2]! += c;
    totals[3]! += d;
  }
}
