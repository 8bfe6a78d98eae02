import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../src/protocol/deflate/bits.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { CodePlan } from "../../../src/protocol/deflate/code-plan.js";
import { encodeSymbols } from "../../../src/protocol/deflate/encode-symbols.js";
import { CodeLengths } from "../../../src/protocol/deflate/huffman.js";
import {
  FIXED_CODES,
  PREPARED_CODES,
  PreparedDescription,
  ReadyChoice,
} from "../../../src/protocol/deflate/ready-codes.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type Part, parsed } from "../../support/deflate-parse.js";
import { type Lengths, bitsToBytes, dynamicBlock } from "../../support/deflate-stream.js";
import { inspectPayload } from "../../support/deflate-window.js";

const [JSON_TEXT, PROSE, NUMBERS] = PREPARED_CODES;

/** What share of all patterns of bits the codes take: 1 for a complete code (RFC 1951 §3.2.2). */
function taken({ bits, used }: CodeLengths): number {
  return bits.subarray(0, used).reduce((sum, length) => sum + 2 ** -length, 0);
}

const symbolsOf = ({ symbols, used }: CodeLengths): number[] => [...symbols.subarray(0, used)];
const longest = ({ bits, used }: CodeLengths): number => Math.max(...bits.subarray(0, used));

describe("PREPARED_CODES", () => {
  it("are those of complete codes, in ascending order of symbols", () => {
    expect(PREPARED_CODES).toHaveLength(3);
    for (const lengths of PREPARED_CODES.flatMap(({ litlen, distance }) => [litlen, distance])) {
      expect(taken(lengths)).toBe(1);
      expect(symbolsOf(lengths)).toEqual(symbolsOf(lengths).toSorted((a, b) => a - b));
    }
  });

  it("fit into the first part of a decoding table", () => {
    for (const { litlen, distance } of PREPARED_CODES) {
      expect(longest(litlen)).toBeLessThanOrEqual(10);
      expect(longest(distance)).toBeLessThanOrEqual(8);
    }
  });

  it("have codes for the end of a block, all matches of 4 bytes and more, and all distances", () => {
    const matches = Array.from({ length: 28 }, (_, i) => 258 + i);
    for (const { litlen, distance } of PREPARED_CODES) {
      expect(symbolsOf(litlen)).toEqual(expect.arrayContaining([256, ...matches]));
      expect(symbolsOf(distance)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    }
  });

  it("have codes for printable ASCII and the end of a line, or for what numbers are written with", () => {
    const literals = (lengths: CodeLengths): string =>
      String.fromCharCode(...symbolsOf(lengths).filter((symbol) => symbol < 256));
    const printable = String.fromCharCode(10, ...Array.from({ length: 95 }, (_, i) => 32 + i));

    expect(literals(JSON_TEXT!.litlen)).toBe(printable);
    expect(literals(PROSE!.litlen)).toBe(printable);
    expect(literals(NUMBERS!.litlen)).toBe('",-.0123456789:');
  });
});

function lengthsOf(lengths: Lengths): CodeLengths {
  const code = new CodeLengths(286);
  for (const [symbol, bits] of Object.entries(lengths)) code.add(Number(symbol), bits);
  return code;
}

/** From 1 to 16 symbols make descriptions that end anywhere in a piece. */
const ALL = Array.from({ length: 16 }, (_, i) => {
  const litlen: Record<number, number> = {};
  for (let s = 0; s < i; s++) litlen[2 * s] = s + 1;
  litlen[255] = i + 1 > 15 ? 15 : i + 1;
  if (i < 15) litlen[256] = i + 1;
  else litlen[256] = 15;
  return i === 15
    ? undefined
    : new PreparedDescription(lengthsOf(litlen), lengthsOf({ 0: 1, 1: 1 }));
}).filter((description) => description !== undefined);

/** The input that begins with `before` bits and this description. */
function inputWith(description: PreparedDescription, before: number): Uint8Array {
  const writer = new BitWriter();
  writer.start(500);
  writer.put((1 << before) - 1, before);
  description.write(writer);
  expect(writer.length).toBe(before + description.bits);
  writer.put(0b101, 3);
  writer.align();
  return writer.bytes.slice(0, writer.position);
}

function readerBehind(input: Uint8Array, before: number): BitReader {
  const reader = new BitReader();
  reader.start(input);
  reader.take(before);
  return reader;
}

describe("PreparedDescription", () => {
  it("writes what any decoder reads (RFC 1951 §3.2.7)", () => {
    const writer = new BitWriter();
    writer.start(500);
    writer.put(0b100, 3);
    const codes = { 65: 1, 256: 1 };
    const description = new PreparedDescription(lengthsOf(codes), lengthsOf({ 0: 1, 1: 1 }));
    description.write(writer);
    writer.put(0b10, 2); // "A" and the end of the block
    writer.put(0b000, 3);
    writer.align();
    const payload = writer.bytes.slice(0, writer.position);

    expect(inspectPayload(payload, new Uint8Array(0)).message).toEqual(Uint8Array.of(65));
  });

  it("takes itself from the input, wherever in a byte it begins", () => {
    expect(new Set(ALL.map(({ bits }) => bits % 16)).size).toBeGreaterThan(5);
    for (const description of ALL) {
      for (let before = 0; before < 8; before++) {
        const reader = readerBehind(inputWith(description, before), before);
        expect(description.takeFrom(reader)).toBe(true);
        expect(reader.take(3)).toBe(0b101);
      }
    }
  });

  it("takes nothing where a single bit is another one", () => {
    const description = ALL[7]!;
    for (let bit = 0; bit < description.bits; bit++) {
      const input = inputWith(description, 3);
      input[(3 + bit) >> 3]! ^= 1 << ((3 + bit) & 7);
      const reader = readerBehind(input, 3);
      const left = reader.bitsLeft;
      expect(description.takeFrom(reader)).toBe(false);
      expect(reader.bitsLeft).toBe(left);
      const untouched = readerBehind(input, 3);
      for (let i = 0; i < 10; i++) expect(reader.take(16)).toBe(untouched.take(16));
    }
  });

  it("does not take another description of the same codes", () => {
    const codes = { 65: 1, 256: 1 };
    const description = new PreparedDescription(lengthsOf(codes), lengthsOf({ 0: 1, 1: 1 }));
    const reader = readerBehind(bitsToBytes(...dynamicBlock(codes, { 0: 1, 1: 1 })), 3);
    expect(description.takeFrom(reader)).toBe(false);
  });

  it("leaves it to the reader to notice that the input ends inside of it", () => {
    const description = ALL[3]!;
    const input = inputWith(description, 0);
    const reader = readerBehind(input.subarray(0, 4), 0);
    expect(description.takeFrom(reader) && !reader.overrun).toBe(false);
  });
});

it("has a description for each pair of codes, shorter than what codes made to measure need", () => {
  expect(PREPARED_CODES).toHaveLength(3);
  for (const { description } of PREPARED_CODES) {
    const writer = new BitWriter();
    writer.start(500);
    description.write(writer);
    expect(description.bits).toBeLessThan(36 * 8);
    const reader = new BitReader();
    reader.start(writer.bytes.slice(0, writer.position + 1));
    expect(readDynamicCodes(reader)).toBeDefined();
    expect(PREPARED_CODES.filter((other) => other.description.bits === description.bits)).toEqual([
      expect.objectContaining({ description }),
    ]);
  }
});

const choice = new ReadyChoice();

/** What is chosen for a block of these parts, which takes as many bits as was said. */
function chosen(parts: readonly Part[], history?: Uint8Array): ReadyChoice {
  const { parse } = parsed(parts, history);
  const litlens = new CodePlan(286);
  const distances = new CodePlan(30);
  litlens.collect(parse.litlens);
  distances.collect(parse.distances);
  choice.choose(litlens, distances);
  const { codes, description } = choice.best;
  const writer = new BitWriter();
  writer.start(100_000);
  writer.put(description ? 0b100 : 0b010, 3);
  description?.write(writer);
  encodeSymbols(writer, parse.symbols, parse.count, codes);
  expect(writer.length).toBe(choice.bits);
  return choice;
}

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

describe("ReadyChoice", () => {
  it("chooses the fixed codes for little (RFC 1951 §3.2.6)", () => {
    expect(chosen(ascii("Hello")).best).toBe(FIXED_CODES);
  });

  it("chooses prepared codes for what they were made for", () => {
    const random = seeded(2);
    const used = [
      chosen([...CORPORA.chat(random, 900)]).best,
      chosen([...CORPORA.graphql(random, 900)]).best,
      chosen(ascii("1234.5,-67.89,".repeat(40))).best,
    ];
    expect(new Set(used).size).toBe(3);
    for (const { description } of used) expect(description).toBeDefined();
  });

  it("counts extra bits of lengths and distances", () => {
    const history = new Uint8Array(32_768);
    const lengths = Array.from({ length: 255 }, (_, i): Part => [4 + i, 1 + i * 128]);
    chosen(lengths, history);
    chosen([...ascii("a long text of no use at all"), ...lengths], history);
  });

  it("never chooses codes that lack a symbol, however much else they would save", () => {
    const digits = ascii("0123456789".repeat(6000));
    const numbers = chosen(digits).best;
    expect(numbers.description).toBeDefined();
    const others = chosen([...digits, 65]).best;
    expect(others.description).toBeDefined();
    expect(others).not.toBe(numbers);
    expect(chosen([...digits, 200]).best).toBe(FIXED_CODES);
    expect(chosen([...digits, 0]).best).toBe(FIXED_CODES);
  });
});
