/**
 * A second DEFLATE decoder (RFC 1951), slow and independent of the one under
 * test, which tells how a payload was made: its blocks and its distances.
 */
export interface Inspection {
  readonly message: Uint8Array;
  readonly blocks: readonly ("stored" | "fixed" | "dynamic")[];
  /** 0 when there is no match. */
  readonly largestDistance: number;
  readonly largestLength: number;
  readonly matches: number;
}

/**
 * Decodes the payload of one message, given without `00 00 ff ff`.
 *
 * @param before - All messages before it that it may refer to.
 * @throws {Error} when it is not DEFLATE, or refers to what was not there.
 */
export function inspectPayload(payload: Uint8Array, before: Uint8Array): Inspection {
  const output = Array.from(before);
  const blocks: ("stored" | "fixed" | "dynamic")[] = [];
  const distances: number[] = [0];
  const lengths: number[] = [0];
  const bits = bitsOf(new Uint8Array([...payload, 0x00, 0x00, 0xff, 0xff]));
  while (bits.left() > 0) {
    const final = bits.number(1);
    const type = bits.number(2);
    if (type === 0) {
      blocks.push("stored");
      bits.align();
      const length = bits.number(16);
      if (bits.number(16) !== 0xffff - length) throw new Error("LEN and NLEN");
      for (let i = 0; i < length; i++) output.push(bits.number(8));
    } else {
      blocks.push(type === 1 ? "fixed" : "dynamic");
      const [litlen, distance] = type === 1 ? FIXED : readCodes(bits);
      for (let symbol = decode(bits, litlen); symbol !== 256; symbol = decode(bits, litlen)) {
        if (symbol < 256) {
          output.push(symbol);
          continue;
        }
        const length = lengthOf(bits, symbol);
        const back = distanceOf(bits, decode(bits, distance));
        if (back > output.length) throw new Error("distance before the start");
        for (let i = 0; i < length; i++) output.push(output[output.length - back]!);
        distances.push(back);
        lengths.push(length);
      }
    }
    if (final === 1) bits.align();
  }
  return {
    message: Uint8Array.from(output.slice(before.length)),
    blocks,
    largestDistance: distances.reduce((a, b) => Math.max(a, b)),
    largestLength: lengths.reduce((a, b) => Math.max(a, b)),
    matches: distances.length - 1,
  };
}

interface BitSource {
  number: (bits: number) => number;
  align: () => void;
  left: () => number;
}

function bitsOf(bytes: Uint8Array): BitSource {
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length * 8) throw new Error("end of input");
    const bit = (bytes[at >> 3]! >> (at & 7)) & 1;
    at++;
    return bit;
  };
  return {
    number: (bits) => {
      let value = 0;
      for (let i = 0; i < bits; i++) value += next() << i;
      return value;
    },
    align: () => {
      at = Math.ceil(at / 8) * 8;
    },
    left: () => bytes.length * 8 - at,
  };
}

/** From `length:code` to the symbol. */
type Code = ReadonlyMap<string, number>;

function codeOf(lengths: readonly number[]): Code {
  const code = new Map<string, number>();
  let next = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, its] of lengths.entries()) {
      if (its === length) code.set(`${length}:${next++}`, symbol);
    }
    next *= 2;
  }
  return code;
}

function decode(bits: BitSource, code: Code): number {
  let value = 0;
  for (let length = 1; length <= 15; length++) {
    value = value * 2 + bits.number(1);
    const symbol = code.get(`${length}:${value}`);
    if (symbol !== undefined) return symbol;
  }
  throw new Error("no such code");
}

const FIXED: readonly [Code, Code] = [
  codeOf(Array.from({ length: 288 }, (_, s) => (s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8))),
  codeOf(Array.from({ length: 32 }, () => 5)),
];

function readCodes(bits: BitSource): [Code, Code] {
  const litlens = bits.number(5) + 257;
  const total = litlens + bits.number(5) + 1;
  const listed = bits.number(4) + 4;
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const own = Array.from({ length: 19 }, () => 0);
  for (let i = 0; i < listed; i++) own[order[i]!] = bits.number(3);
  const code = codeOf(own);
  const lengths: number[] = [];
  while (lengths.length < total) {
    const symbol = decode(bits, code);
    const times =
      symbol < 16
        ? 1
        : symbol === 16
          ? 3 + bits.number(2)
          : symbol === 17
            ? 3 + bits.number(3)
            : 11 + bits.number(7);
    const length = symbol < 16 ? symbol : symbol === 16 ? lengths.at(-1)! : 0;
    for (let i = 0; i < times; i++) lengths.push(length);
  }
  return [codeOf(lengths.slice(0, litlens)), codeOf(lengths.slice(litlens))];
}

/** §3.2.5, by rule instead of by table: groups of four with one more extra bit each. */
function lengthOf(bits: BitSource, symbol: number): number {
  if (symbol === 285) return 258;
  const i = symbol - 257;
  if (i < 8) return 3 + i;
  const extra = (i >> 2) - 1;
  return 3 + ((4 + (i & 3)) << extra) + bits.number(extra);
}

/** §3.2.5: groups of two. */
function distanceOf(bits: BitSource, symbol: number): number {
  if (symbol < 4) return 1 + symbol;
  const extra = (symbol >> 1) - 1;
  return 1 + ((2 + (symbol & 1)) << extra) + bits.number(extra);
}
