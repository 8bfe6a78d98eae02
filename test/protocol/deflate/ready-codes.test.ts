import { describe, expect, it } from "vitest";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { CodePlan } from "../../../src/protocol/deflate/code-plan.js";
import { FIXED_CODES, ReadyChoice } from "../../../src/protocol/deflate/ready-codes.js";
import { encodeSymbols } from "../../../src/protocol/deflate/encode-symbols.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { type Part, parsed } from "../../support/deflate-parse.js";

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
