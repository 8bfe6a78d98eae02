/** DEFLATE streams written by hand (RFC 1951), legal or not. */

/** Bits in the order they are sent, as `"1 01"`, or a number and how many bits it takes, lowest first. */
export type Bits = string | readonly [value: number, bits: number];

/** Joins `parts`; the last byte is filled with zeros (§3.1.1). */
export function bitsToBytes(...parts: readonly Bits[]): Uint8Array {
  const text = parts.map((part) => textOf(part)).join("");
  const bytes = new Uint8Array(Math.ceil(text.length / 8));
  for (let i = 0; i < text.length; i++) if (text[i] === "1") bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
}

function textOf(part: Bits): string {
  if (typeof part === "string") return part.replaceAll(" ", "");
  const [value, bits] = part;
  return value.toString(2).padStart(bits, "0").split("").toReversed().join("").slice(0, bits);
}

/** A length for each symbol that has a code. */
export type Lengths = Readonly<Record<number, number>>;

/** The codes that follow from lengths (§3.2.2), as the bits that are sent. */
export function codesOf(lengths: Lengths): Record<number, string> {
  const symbols = Object.keys(lengths).map(Number);
  const order = symbols.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const codes: Record<number, string> = {};
  let code = 0;
  let previous = 0;
  for (const symbol of order) {
    const length = lengths[symbol]!;
    code <<= length - previous;
    codes[symbol] = code.toString(2).padStart(length, "0");
    code++;
    previous = length;
  }
  return codes;
}

/** The fixed code of a literal or length symbol (§3.2.6). */
export function fixedCode(symbol: number): string {
  const [base, first, bits] =
    symbol < 144
      ? [0x30, 0, 8]
      : symbol < 256
        ? [0x190, 144, 9]
        : symbol < 280
          ? [0, 256, 7]
          : [0xc0, 280, 8];
  return (base + symbol - first).toString(2).padStart(bits, "0");
}

/** The order of the lengths of the code length code (§3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A code length code with all 19 symbols: thirteen of 4 bits, six of 5. */
const PLAIN: Lengths = Object.fromEntries(ORDER.map((_, symbol) => [symbol, symbol < 13 ? 4 : 5]));

export interface Header {
  readonly final?: boolean;
  /** Number of literal/length codes: 257 more than HLIT. */
  readonly litlens?: number;
  /** Number of distance codes: 1 more than HDIST. */
  readonly distances?: number;
  readonly codeLengths?: Lengths;
  /** Symbols of the code length code, each with its extra bits. */
  readonly runs: readonly Bits[];
}

/** The start of a dynamic block (§3.2.7). */
export function dynamicHeader(header: Header): Bits[] {
  const { final = false, litlens = 257, distances = 1, codeLengths = PLAIN, runs } = header;
  const parts: Bits[] = [final ? "1" : "0", [2, 2], [litlens - 257, 5], [distances - 1, 5]];
  parts.push([15, 4], ...ORDER.map((symbol): Bits => [codeLengths[symbol] ?? 0, 3]), ...runs);
  return parts;
}

const PLAIN_CODES = codesOf(PLAIN);

/** A symbol of the code length code that {@link dynamicHeader} describes unless told otherwise. */
export function run(symbol: number, extra: Bits = ""): Bits[] {
  return [PLAIN_CODES[symbol]!, extra];
}

/** The start of a dynamic block with these codes, each length given by itself. */
export function dynamicBlock(litlen: Lengths, distance: Lengths, final = false): Bits[] {
  const litlens = Math.max(257, ...Object.keys(litlen).map((symbol) => Number(symbol) + 1));
  const distances = Math.max(1, ...Object.keys(distance).map((symbol) => Number(symbol) + 1));
  const runs: Bits[] = [];
  for (let symbol = 0; symbol < litlens; symbol++) runs.push(...run(litlen[symbol] ?? 0));
  for (let symbol = 0; symbol < distances; symbol++) runs.push(...run(distance[symbol] ?? 0));
  return dynamicHeader({ final, litlens, distances, runs });
}
