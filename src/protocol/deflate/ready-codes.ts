/** Codes that need not be found for a block: the fixed ones, and prepared ones for what many messages are made of (RFC 1951 §3.2.6, §3.2.7). */
import {
  DISTANCE_EXTRA_BITS,
  DISTANCE_SYMBOLS,
  FIRST_DISTANCE,
  FIRST_LENGTH,
  LENGTH_EXTRA_BITS,
  LITLEN_SYMBOLS,
} from "./alphabets.js";
import { type BitReader, BitWriter } from "./bits.js";
import { CodeDescription } from "./dynamic-codes.js";
import { COSTS_PER_SYMBOL, type CodePlan } from "./code-plan.js";
import { CodeLengths, assignCodes, fixedDistanceLengths, fixedLitlenLengths } from "./huffman.js";

/*
 * The tables below are lengths of codes. A block describes prepared codes like codes of its
 * own (RFC 1951 §3.2.7), so any decoder reads them; but nothing has to be found, and a
 * decompressor that recognises them has the tables already.
 *
 * Each row begins with its first symbol, as `alphabets.ts` counts them, distances from
 * 288 on. Then comes a hexadecimal digit for each of 16 symbols, and a dot for those
 * without a code. Rows without any code are left out. A block that has a symbol
 * without a code uses other codes: so does any text that is not ASCII.
 *
 * `bench/prepared-codes/` found the lengths, from messages made up of random fields and of
 * the sentences in docs/: with them an average message and the description together
 * take the fewest bits. No code is longer than the first part of a decoding
 * table has bits.
 */

/** JSON: letters, digits, and the names of fields as matches. */
const JSON_TEXT = `
    0 ..........8.....
   32 5999999999999958
   48 55555555557aaaaa
   64 a888888888888888
   80 8888888888aaaaaa
   96 a666666777777777
  112 7777777777aaaaa.
  256 8.45677777777777
  272 77aaaaaaaaaaaa..
  288 8888888888666655
  304 55333333888888..`;

/** Text that people write to each other: small letters, and many short matches. */
const PROSE = `
    0 ..........9.....
   32 4999999999999999
   48 9999999999999999
   64 9999999999999999
   80 9999999999999999
   96 9566666666666655
  112 666666888899999.
  256 8.33456899999999
  272 99999999999999..
  288 8888888888666644
  304 44443333888888..`;

/** JSON of which only the numbers change: prices, positions, measurements. Nothing else has a code. */
const NUMBERS = `
   32 ..7.........7a6.
   48 44444444447.....
  256 7.46666666666666
  272 7777777aaaaaaa..
  288 7777777777444444
  304 44444444777777..`;

/** The lengths of two codes that are known before any block is, with their description. */
interface PreparedCodes {
  readonly litlen: CodeLengths;
  readonly distance: CodeLengths;
  readonly description: PreparedDescription;
}

/** Bits that are written and compared at once: as many as {@link BitReader.take} gives. */
const PIECE_BITS = 16;

/** The longest description there can be has 320 lengths of 7 bits, and less than 80 bits before them. */
const MAX_BYTES = 300;

/**
 * The description of two codes (RFC 1951 §3.2.7), found once, to be written or
 * recognised any number of times.
 */
export class PreparedDescription {
  /** Its length in bits. */
  readonly bits: number;
  readonly #pieces: Uint16Array;
  readonly #lastBits: number;

  constructor(litlen: CodeLengths, distance: CodeLengths) {
    const writer = new BitWriter();
    writer.start(MAX_BYTES);
    const description = new CodeDescription();
    description.plan(litlen, distance);
    description.write(writer);
    this.bits = writer.length;
    const pieces = Math.ceil(this.bits / PIECE_BITS);
    this.#lastBits = this.bits - (pieces - 1) * PIECE_BITS;
    this.#pieces = Uint16Array.from({ length: pieces }, (_, i) =>
      writer.view.getUint16(i * 2, true),
    );
  }

  write(writer: BitWriter): void {
    const pieces = this.#pieces;
    const last = pieces.length - 1;
    for (let i = 0; i < last; i++) writer.put(pieces[i]!, PIECE_BITS);
    writer.put(pieces[last]!, this.#lastBits);
  }

  /** Takes the next bits of the input if they are this description. @returns Whether they are. */
  takeFrom(reader: BitReader): boolean {
    const { position, hold, count } = reader;
    const pieces = this.#pieces;
    const last = pieces.length - 1;
    let i = 0;
    while (i < last && reader.take(PIECE_BITS) === pieces[i]) i++;
    if (i === last && reader.take(this.#lastBits) === pieces[last]) return true;
    reader.position = position;
    reader.hold = hold;
    reader.count = count;
    return false;
  }
}

export const PREPARED_CODES: readonly PreparedCodes[] = [JSON_TEXT, PROSE, NUMBERS].map((table) =>
  parse(table),
);

function parse(table: string): PreparedCodes {
  const litlen = new CodeLengths(LITLEN_SYMBOLS);
  const distance = new CodeLengths(DISTANCE_SYMBOLS);
  for (const row of table.trim().split("\n")) {
    const [first = "", digits = ""] = row.trim().split(" ");
    for (const [i, digit] of Array.from(digits).entries()) {
      if (digit === ".") continue;
      const symbol = Number(first) + i;
      const bits = Number.parseInt(digit, 16);
      if (symbol < FIRST_DISTANCE) litlen.add(symbol, bits);
      else distance.add(symbol - FIRST_DISTANCE, bits);
    }
  }
  return { litlen, distance, description: new PreparedDescription(litlen, distance) };
}

/** What a symbol without a code costs: more than a whole chunk takes with the fixed codes. */
const IMPOSSIBLE: number = 1 << 20;

/** BFINAL and BTYPE (RFC 1951 §3.2.3). */
const TYPE_BITS = 3;

/** Codes that need not be found for a block: those of all blocks of type 1, or prepared ones. */
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
