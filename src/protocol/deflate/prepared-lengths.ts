import { DISTANCE_SYMBOLS, FIRST_DISTANCE, LITLEN_SYMBOLS } from "./alphabets.js";
import { CodeLengths } from "./code-lengths.js";

/**
 * Lengths of codes that are made once instead of for each block, for what many
 * messages are made of. A block describes them like codes of its own
 * (RFC 1951 §3.2.7), so that any decoder reads them; but nothing has to be found,
 * and a decompressor that recognises them has the tables already.
 *
 * Each row begins with its first symbol, as `alphabets.ts` counts them, distances from
 * 288 on; then comes a hexadecimal digit for each of 16 symbols, and a dot for those
 * without a code. Rows without any are left out. A block that has a symbol
 * without a code uses other codes: so does any text that is not ASCII.
 *
 * They were found by `bench/prepared-codes/` from messages made up of random fields and of
 * the sentences in docs/: the lengths for which an average message and the description
 * take the fewest bits together. No code is longer than the first part of a decoding
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

/** The lengths of the two codes of a block. */
export interface LengthsOfTwo {
  readonly litlen: CodeLengths;
  readonly distance: CodeLengths;
}

export const PREPARED_LENGTHS: readonly LengthsOfTwo[] = [JSON_TEXT, PROSE, NUMBERS].map((table) =>
  parse(table),
);

function parse(table: string): LengthsOfTwo {
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
  return { litlen, distance };
}
