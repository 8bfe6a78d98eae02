import { expect, it } from "vitest";
import { BitReader } from "../../src/protocol/deflate/bits.js";
import {
  type BlockCodes,
  fixedCodes,
  readDynamicCodes,
} from "../../src/protocol/deflate/block-codes.js";
import { DecompressionBuffer } from "../../src/protocol/deflate/decompression-buffer.js";
import {
  type Bits,
  bitsToBytes,
  codesOf,
  dynamicBlock,
  fixedCode,
  type Lengths,
} from "./deflate-stream.js";

/** A function that decodes the symbols of a block. */
export type DecodeSymbols = (
  reader: BitReader,
  codes: BlockCodes,
  output: DecompressionBuffer,
  windowBytes: number,
) => string;

export interface Decoded {
  readonly end: string;
  readonly message: string;
  readonly bitsLeft: number;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Decodes `bits`, behind the history "history" and with the fixed codes unless told otherwise. */
export function decode(
  decodeSymbols: DecodeSymbols,
  bits: readonly Bits[],
  options: {
    maxBytes?: number;
    windowBytes?: number;
    header?: readonly Bits[];
    history?: string;
  } = {},
): Decoded {
  const { maxBytes = 2000, windowBytes = 32_768, header = [], history = "history" } = options;
  const reader = new BitReader();
  reader.start(bitsToBytes(...header, ...bits));
  const output = new DecompressionBuffer();
  output.start(new TextEncoder().encode(history), maxBytes);
  if (header.length > 0) reader.take(3);
  const codes = header.length > 0 ? readDynamicCodes(reader)! : fixedCodes();
  const end = decodeSymbols(reader, codes, output, windowBytes);
  return { end, message: text(output.message()), bitsLeft: reader.bitsLeft };
}

export const literals = (word: string): Bits[] =>
  Array.from(new TextEncoder().encode(word), (byte) => fixedCode(byte));

/** A match with the fixed codes (RFC 1951 §3.2.6), for lengths up to 10. */
export function match(length: number, distanceSymbol: number, extra: Bits = ""): Bits[] {
  return [fixedCode(254 + length), distanceSymbol.toString(2).padStart(5, "0"), extra];
}

export const END: Bits = fixedCode(256);

/** What both decoders of symbols do. */
export function symbolTests(decodeSymbols: DecodeSymbols): void {
  it("decodes literals and matches up to the end of the block", () => {
    const bits = [...literals("ab"), ...match(3, 1), ...match(10, 0), ...literals("c"), END, "101"];
    const { end, message, bitsLeft } = decode(decodeSymbols, bits);
    expect({ end, message }).toEqual({ end: "end of block", message: "ababaaaaaaaaaaac" });
    expect(bitsLeft).toBe(9); // of 8 bytes, 55 bits are taken
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("repeats a match on itself at distance %i", (distance) => {
    const word = "abcdefgh".slice(8 - distance);
    const symbols: readonly [number, Bits][] = [
      [0, ""],
      [1, ""],
      [2, ""],
      [3, ""],
      [4, [0, 1]],
      [4, [1, 1]],
      [5, [0, 1]],
      [5, [1, 1]],
    ];
    const [symbol, extra] = symbols[distance - 1]!;
    const bits = [
      ...literals("abcdefgh"),
      fixedCode(285),
      symbol.toString(2).padStart(5, "0"),
      extra,
      END,
    ];
    const { message } = decode(decodeSymbols, bits);
    expect(message).toBe(`abcdefgh${word.repeat(300).slice(0, 258)}`);
  });

  it("copies from the history", () => {
    const { end, message } = decode(decodeSymbols, [...match(7, 5, [0, 1]), END]);
    expect({ end, message }).toEqual({ end: "end of block", message: "history" });
  });

  it("refuses a distance before the first byte, and one behind the window", () => {
    expect(decode(decodeSymbols, [...match(3, 5, [1, 1]), END]).end).toBe("invalid");
    expect(decode(decodeSymbols, [...match(3, 5, [0, 1]), END], { windowBytes: 7 }).end).toBe(
      "end of block",
    );
    expect(decode(decodeSymbols, [...match(3, 5, [0, 1]), END], { windowBytes: 6 }).end).toBe(
      "invalid",
    );
  });

  it("refuses symbols without a meaning", () => {
    for (const symbol of [286, 287]) {
      expect(decode(decodeSymbols, [fixedCode(symbol), "00000", END]).end).toBe("invalid");
    }
    for (const symbol of [30, 31])
      expect(decode(decodeSymbols, [...match(3, symbol), END]).end).toBe("invalid");
  });

  it("stops some bytes behind the end of its input", () => {
    // The zeros there are literals with this code.
    const header = dynamicBlock({ 97: 1, 256: 1 }, {});
    const { end, message } = decode(decodeSymbols, ["0000"], { header });
    expect(end).toBe("invalid");
    expect(message.length).toBeLessThan(100);
  });

  it("decodes codes of up to 15 bits, and the largest extra bits behind them", () => {
    const stairs = (symbols: readonly number[]): Lengths =>
      Object.fromEntries(symbols.map((symbol, i) => [symbol, Math.min(i + 1, 15)]));
    const rare = [97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 256, 108, 109, 284, 285];
    const litlen = stairs(rare);
    const distance = stairs([4, 1, 2, 3, 0, 6, 7, 8, 9, 10, 11, 12, 5, 13, 14, 15]);
    const codes = codesOf(litlen);
    const distances = codesOf(distance);
    const header = dynamicBlock(litlen, distance);
    const bits: Bits[] = [
      codes[107]!,
      codes[109]!,
      codes[284]!,
      [30, 5],
      distances[0]!,
      codes[284]!,
      [0, 5],
      distances[5]!,
      [1, 1],
      codes[97]!,
      codes[256]!,
    ];
    const { end, message } = decode(decodeSymbols, bits, { header });
    expect(end).toBe("end of block");
    expect(message).toBe(`km${"m".repeat(257)}${"m".repeat(227)}a`);
    expect(decode(decodeSymbols, [codes[285]!, distances[15]!, [63, 6]], { header }).end).toBe(
      "invalid",
    );
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "takes a distance of 15 and 13 bits, however they lie in the words (%i)",
    (shift) => {
      const symbols = Array.from({ length: 16 }, (_, i) => 14 + i);
      const distance = Object.fromEntries(symbols.map((its, i) => [its, Math.min(i + 1, 15)]));
      const header = dynamicBlock({ 97: 1, 98: 3, 256: 3, 285: 2 }, distance);
      const history = "0123456789".repeat(3277).slice(0, 32_768);
      const match: Bits[] = ["10", codesOf(distance)[29]!, [8191, 13]];
      const bits: Bits[] = ["0".repeat(shift), ...match, "110 0 110 110 0 0", "111"];
      const { end, message } = decode(decodeSymbols, bits, { header, history });
      expect(end).toBe("end of block");
      expect(message).toBe(`${"a".repeat(shift)}${history.slice(shift, shift + 258)}babbaa`);
    },
  );

  it("refuses patterns without a code", () => {
    const header = dynamicBlock({ 97: 1, 256: 2, 257: 2 }, { 0: 1 });
    expect(decode(decodeSymbols, ["0 11 0 10"], { header }).message).toBe("aaaa");
    expect(decode(decodeSymbols, ["0 11 1 10"], { header }).end).toBe("invalid");
    expect(decode(decodeSymbols, ["1"], { header: dynamicBlock({ 256: 1 }, {}) }).end).toBe(
      "invalid",
    );
  });
}
