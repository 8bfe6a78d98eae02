/**
 * The alphabets of a compressed block (RFC 1951 §3.2.5).
 *
 * Literal/length symbols: 0-255 are bytes, 256 ends the block, 257-285 are match
 * lengths. Distance symbols: 0-29. Lengths and distances are a base value plus
 * the number in so many extra bits behind the code.
 */
export const END_OF_BLOCK = 256;
/** Symbol of the shortest length. */
export const FIRST_LENGTH = 257;

/** Symbols that a block may use: 286 and 287 have fixed codes but no meaning (§3.2.6). */
export const LITLEN_SYMBOLS = 286;
/** As {@link LITLEN_SYMBOLS}: 30 and 31 have fixed codes but no meaning. */
export const DISTANCE_SYMBOLS = 30;
/** Where distances begin when all symbols stand in one row: behind the literals and lengths. */
export const FIRST_DISTANCE = 288;
export const ALL_SYMBOLS: number = FIRST_DISTANCE + DISTANCE_SYMBOLS;
/** 0-15 are lengths of codes, 16-18 repeat (§3.2.7). */
export const CODE_LENGTH_SYMBOLS = 19;

/** The longest code of literals, lengths and distances, in bits (§3.2.7). */
export const MAX_CODE_BITS = 15;

export const MAX_MATCH = 258;

// oxfmt-ignore
export const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31,
  35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];

// oxfmt-ignore
export const LENGTH_EXTRA_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
  3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];

// oxfmt-ignore
export const DISTANCE_BASE: readonly number[] = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193,
  257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
];

// oxfmt-ignore
export const DISTANCE_EXTRA_BITS: readonly number[] = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
  7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];

/** In which order a dynamic block lists the lengths of its code length code (§3.2.7). */
export const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];
