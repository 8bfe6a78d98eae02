// All inputs that fuzzing has kept, and its own parts.
import { describe, expect, it } from "vitest";
import { seeded } from "../support/deflate-corpora.js";
import { corpusText, readCorpus } from "./corpus.js";
import { MAX_INPUT_BYTES, Mutator } from "./mutations.js";
import { TARGETS } from "./targets/index.js";

const MAX_BYTES = 200_000;

describe.each(TARGETS.map((target) => [target.name, target] as const))("%s", (name, target) => {
  it("has documented outcomes only, for every input that was kept", () => {
    const inputs = [...target.seeds, ...readCorpus(name)];
    const outcomes = new Set(inputs.map((input) => target.run(input)));
    expect(outcomes.size).toBeGreaterThan(3);
  });

  it("has them for a few new inputs, too", () => {
    const mutator = new Mutator(target.words, seeded(name.length));
    mutator.inputs.push(...target.seeds);
    for (let i = 0; i < 200; i++) target.run(mutator.next());
  });
});

it("keeps a corpus that is small", () => {
  const bytes = TARGETS.map(({ name }) => corpusText(readCorpus(name)).length);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(MAX_BYTES);
});

it("makes inputs of words and of each other, from a seed", () => {
  const inputs = (): Uint8Array[] => {
    const mutator = new Mutator(["word"], seeded(7));
    mutator.inputs.push(Uint8Array.of(1, 2, 3), new Uint8Array(0));
    return Array.from({ length: 500 }, () => mutator.next());
  };
  const made = inputs();
  expect(made).toEqual(inputs());
  expect(made.some((input) => Buffer.from(input).includes("word"))).toBe(true);
  expect(Math.max(...made.map(({ length }) => length))).toBeLessThanOrEqual(MAX_INPUT_BYTES);
});
