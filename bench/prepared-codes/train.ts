/**
 * Finds the tables of `src/protocol/deflate/ready-codes.ts`: those that make the
 * messages of `training-text.ts` smallest. Takes a minute for each of the three;
 * `npm run tools && node .build/bench/prepared-codes/train.js`.
 */
import {
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LITLEN_SYMBOLS,
} from "../../src/protocol/deflate/alphabets.js";
import { CodeDescription } from "../../src/protocol/deflate/dynamic-codes.js";
import { CodeLengths, assignLengths } from "../../src/protocol/deflate/huffman.js";
import {
  CompressionWindow,
  HashChains,
  Parse,
} from "../../src/protocol/deflate/compression-window.js";
import { DEFAULT_LEVEL, effortOf } from "../../src/protocol/deflate/levels.js";
import { findMatches } from "../../src/protocol/deflate/match-finder.js";
import { type Random, seeded } from "../../test/support/deflate-corpora.js";
import { conversation, type Kind } from "./training-text.js";

const WINDOW_BITS = 12;
const CONVERSATIONS = 100;
const STEPS = 1_000_000;
/** What a code is made of that never occurred, so that it is there: occurrences in a message. */
const RARE = 0.02;
const SYMBOLS: number = FIRST_DISTANCE + DISTANCE_SYMBOLS;
/** Of one alphabet each: where it begins and ends, and its longest code. */
const ALPHABETS = [
  { from: 0, to: LITLEN_SYMBOLS, maxBits: 10 },
  { from: FIRST_DISTANCE, to: SYMBOLS, maxBits: 8 },
] as const;

const PRINTABLE: string = String.fromCharCode(10, ...Array.from({ length: 95 }, (_, i) => 32 + i));
const LITERALS: Readonly<Record<Kind, string>> = {
  json: PRINTABLE,
  prose: PRINTABLE,
  numbers: '.,":-0123456789',
};

const description = new CodeDescription();

for (const kind of ["json", "prose", "numbers"] as const) print(kind, best(weightsOf(kind)));

/** How often each symbol occurs in a message on average; 0 for those that get no code. */
function weightsOf(kind: Kind): Float64Array {
  const random = seeded(kind.length);
  const sums = new Float64Array(SYMBOLS);
  let messages = 0;
  for (let i = 0; i < CONVERSATIONS; i++) {
    const chains = new HashChains(WINDOW_BITS);
    const window = new CompressionWindow();
    const parse = new Parse();
    let history: Uint8Array = new Uint8Array(0);
    let position = 0;
    for (const message of conversation(kind, random)) {
      window.load(history, message);
      const base = position - window.start;
      findMatches({ chains, window, base, effort: effortOf(DEFAULT_LEVEL) }, parse);
      for (let s = 0; s < SYMBOLS; s++) sums[s]! += parse.frequencies[s]!;
      history = Buffer.concat([history, message]).subarray(-(1 << WINDOW_BITS));
      position = (position + message.length) & 0x7fff;
      messages++;
    }
  }
  const literals = new TextEncoder().encode(LITERALS[kind]);
  return sums.map((sum, symbol) => {
    // The finder gives no match of 3 bytes, whose length is the first one.
    const isWanted = symbol < END_OF_BLOCK ? literals.includes(symbol) : symbol !== FIRST_LENGTH;
    const exists = symbol < LITLEN_SYMBOLS || symbol >= FIRST_DISTANCE;
    return isWanted && exists ? Math.max(sum / messages, RARE) : 0;
  });
}

/**
 * Lengths for which the average message and their description take the fewest bits:
 * random steps, of which those that make it worse are taken less and less often
 * (simulated annealing). How far the description can be compressed depends on all
 * lengths at once, so there is no short way.
 */
function best(weights: Float64Array): Uint8Array {
  const random = seeded(1);
  let now = startFor(weights);
  let bits = cost(weights, now);
  let [least, leastBits] = [now, bits];
  for (let step = 0; step < STEPS; step++) {
    const heat = 4 * (1 - step / STEPS) ** 2 + 0.02;
    const next = changed(now, weights, random);
    if (!next) continue;
    const nextBits = cost(weights, next);
    if (nextBits < bits || random() < Math.exp((bits - nextBits) / heat)) {
      [now, bits] = [next, nextBits];
      if (bits < leastBits) [least, leastBits] = [now, bits];
    }
  }
  return least;
}

/** The best codes without a look at their description (Huffman 1952). */
function startFor(weights: Float64Array): Uint8Array {
  const lengths = new Uint8Array(SYMBOLS);
  for (const { from, to, maxBits } of ALPHABETS) {
    const used = symbolsIn(weights, from, to);
    const code = new CodeLengths(used.length);
    for (const symbol of used) code.add(symbol, 0);
    const whole = Int32Array.from(used, (symbol) => weights[symbol]! * 1000);
    assignLengths(code, whole, maxBits);
    for (const [i, symbol] of used.entries()) lengths[symbol] = code.bits[i]!;
  }
  return lengths;
}

/** A step: some lengths in a row the same, or one more or less, and others made to fit. */
function changed(now: Uint8Array, weights: Float64Array, random: Random): Uint8Array | undefined {
  const { from, to, maxBits } = ALPHABETS[random() < 0.85 ? 0 : 1];
  const used = symbolsIn(weights, from, to);
  const i = Math.floor(random() * used.length);
  const lengths = now.slice();
  if (random() < 0.5) {
    const like = now[used[i]!]!;
    const row = random() < 0.75 ? 2 : 2 + Math.floor(random() * 7);
    const first = random() < 0.5 ? i : Math.max(0, i - row + 1);
    for (const symbol of used.slice(first, first + row)) lengths[symbol] = like;
  } else {
    lengths[used[i]!]! += random() < 0.5 ? 1 : -1;
  }
  const isPossible = lengths[used[i]!]! >= 1 && lengths[used[i]!]! <= maxBits;
  return isPossible && fit(lengths, used, weights, maxBits, random) ? lengths : undefined;
}

/**
 * Makes some codes of an alphabet longer or shorter until no pattern of bits is left over or
 * meant twice (RFC 1951 §3.2.2). @returns Whether that was possible.
 */
function fit(
  lengths: Uint8Array,
  used: readonly number[],
  weights: Float64Array,
  maxBits: number,
  random: Random,
): boolean {
  const patterns = (symbol: number): number => 1 << (maxBits - lengths[symbol]!);
  let free = (1 << maxBits) - used.reduce((sum, symbol) => sum + patterns(symbol), 0);
  for (let tries = 0; tries < 60 && free !== 0; tries++) {
    const shorter = free > 0;
    let chosen = -1;
    let most = -Infinity;
    for (let look = 0; look < 12; look++) {
      const symbol = used[Math.floor(random() * used.length)]!;
      const able = shorter ? patterns(symbol) <= free : lengths[symbol]! < maxBits;
      const worth = ((weights[symbol]! + 0.01) / patterns(symbol)) * (1 + random());
      if (!able || (shorter ? worth : -worth) <= most) continue;
      most = shorter ? worth : -worth;
      chosen = symbol;
    }
    if (chosen < 0) continue;
    free += shorter ? -patterns(chosen) : patterns(chosen) / 2;
    lengths[chosen]! += shorter ? -1 : 1;
  }
  return free === 0;
}

/** Bits of the description and of the codes of an average message. */
function cost(weights: Float64Array, lengths: Uint8Array): number {
  const [litlen, distance] = ALPHABETS.map(({ from, to }) => {
    const code = new CodeLengths(to - from);
    for (const symbol of symbolsIn(weights, from, to)) code.add(symbol - from, lengths[symbol]!);
    return code;
  });
  let bits = description.plan(litlen!, distance!);
  for (let symbol = 0; symbol < SYMBOLS; symbol++) bits += weights[symbol]! * lengths[symbol]!;
  return bits;
}

function symbolsIn(weights: Float64Array, from: number, to: number): number[] {
  const symbols: number[] = [];
  for (let symbol = from; symbol < to; symbol++) if (weights[symbol]! > 0) symbols.push(symbol);
  return symbols;
}

function print(kind: Kind, lengths: Uint8Array): void {
  console.log(`\n${kind}`);
  for (let first = 0; first < SYMBOLS; first += 16) {
    const row = Array.from(lengths.subarray(first, first + 16), (bits) => bits.toString(16));
    const digits = row.join("").replaceAll("0", ".").padEnd(16, ".");
    if (/[^.]/.test(digits)) console.log(`  ${String(first).padStart(3)} ${digits}`);
  }
}
