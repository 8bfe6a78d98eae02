/**
 * The lengths of a prefix code, which are all there is to know about it
 * (RFC 1951 §3.2.2): a list of the symbols in use, in ascending order.
 */
export class CodeLengths {
  /** Symbols in use: the first {@link used} entries. */
  readonly symbols: Uint16Array;
  /** The length of the code of each, in bits. */
  readonly bits: Uint8Array;
  used = 0;

  /** @param size - How many symbols there are at most. */
  constructor(size: number) {
    this.symbols = new Uint16Array(size);
    this.bits = new Uint8Array(size);
  }

  /** Adds a symbol above those in the list. `bits` is 1 to 15. */
  add(symbol: number, bits: number): void {
    this.symbols[this.used] = symbol;
    this.bits[this.used] = bits;
    this.used++;
  }
}

/**
 * The fixed code of literals and lengths (§3.2.6). 286 and 287 have codes, which
 * nothing may use.
 */
export function fixedLitlenLengths(): CodeLengths {
  const lengths = new CodeLengths(288);
  for (let symbol = 0; symbol < 144; symbol++) lengths.add(symbol, 8);
  for (let symbol = 144; symbol < 256; symbol++) lengths.add(symbol, 9);
  for (let symbol = 256; symbol < 280; symbol++) lengths.add(symbol, 7);
  for (let symbol = 280; symbol < 288; symbol++) lengths.add(symbol, 8);
  return lengths;
}

/** The fixed code of distances (§3.2.6). 30 and 31 have codes, which nothing may use. */
export function fixedDistanceLengths(): CodeLengths {
  const lengths = new CodeLengths(32);
  for (let symbol = 0; symbol < 32; symbol++) lengths.add(symbol, 5);
  return lengths;
}
