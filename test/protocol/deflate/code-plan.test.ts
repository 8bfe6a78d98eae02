import { describe, expect, it } from "vitest";
import { CodePlan, COSTS_PER_SYMBOL } from "../../../src/protocol/deflate/code-plan.js";

function counts(frequencies: Readonly<Record<number, number>>): Uint32Array {
  return Uint32Array.from({ length: 30 }, (_, symbol) => frequencies[symbol] ?? 0);
}

function planned(frequencies: Readonly<Record<number, number>>, maxBits = 15): CodePlan {
  const plan = new CodePlan(30);
  plan.collect(counts(frequencies));
  plan.plan(maxBits);
  return plan;
}

const codesIn = ({ lengths }: CodePlan): number[][] =>
  Array.from(lengths.symbols.subarray(0, lengths.used), (symbol, i) => [symbol, lengths.bits[i]!]);

describe("CodePlan", () => {
  it("lists the symbols that occur, with lengths made to measure", () => {
    expect(codesIn(planned({ 3: 10, 7: 1, 29: 4 }))).toEqual([
      [3, 1],
      [7, 2],
      [29, 2],
    ]);
  });

  it("gives a code to two symbols at least, as every decoder takes it", () => {
    expect(codesIn(planned({}))).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(codesIn(planned({ 0: 5 }))).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(codesIn(planned({ 1: 5 }))).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(codesIn(planned({ 20: 5 }))).toEqual([
      [0, 1],
      [20, 1],
    ]);
  });

  it("counts the bits of all occurrences", () => {
    const extra = new Uint8Array(30).fill(2, 7, 8);
    expect(planned({ 3: 10, 7: 1, 29: 4 }).plannedBits(extra)).toBe(10 * 1 + (2 + 2) + 4 * 2);
    expect(planned({ 20: 5 }).plannedBits(extra)).toBe(5);
    expect(planned({ 0: 5 }).plannedBits(extra)).toBe(5);

    const costs = new Uint8Array(30).fill(5).fill(9, 7, 8);
    expect(planned({ 3: 10, 7: 1, 29: 4 }).bitsWith(costs)).toBe(50 + 9 + 20);
    expect(planned({}).bitsWith(costs)).toBe(0);
  });

  it("counts the bits with several codes at once, for all occurrences", () => {
    const costs = Int32Array.from({ length: 30 * COSTS_PER_SYMBOL }, (_, i) => i);
    const totals = Float64Array.of(1000, 0, 0, 0);
    planned({ 3: 10, 7: 1, 29: 4 }).addBits(costs, totals);
    const first = 10 * 12 + 28 + 4 * 116;
    expect([...totals]).toEqual([1000 + first, first + 15, first + 30, first + 45]);
  });

  it("knows the least bits that any code takes", () => {
    // Weights that are powers of two have a code without loss.
    expect(planned({ 3: 8, 7: 4, 29: 4 }).leastBits()).toBeCloseTo(8 * 1 + 4 * 2 + 4 * 2);
    expect(planned({ 3: 512, 7: 512 }).leastBits()).toBeCloseTo(1024);
    expect(planned({ 20: 5 }).leastBits()).toBe(0);
    expect(planned({}).leastBits()).toBe(0);
    const plan = planned({ 1: 30, 2: 20, 3: 33, 4: 77, 5: 11, 6: 25 });
    const best = plan.plannedBits(new Uint8Array(30));
    expect(plan.leastBits()).toBeLessThanOrEqual(best);
    expect(plan.leastBits()).toBeGreaterThan(best * 0.97);
  });

  it("keeps to the limit of the length", () => {
    const frequencies = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, 2 ** i]));
    const bits = codesIn(planned(frequencies, 7)).map(([, length]) => length);
    expect(Math.max(...bits.map(Number))).toBe(7);
  });

  it("starts over with each block", () => {
    const plan = planned({ 3: 10, 7: 1, 29: 4 });
    plan.collect(counts({ 5: 1, 6: 1 }));
    plan.plan(15);
    expect(codesIn(plan)).toEqual([
      [5, 1],
      [6, 1],
    ]);
  });
});
