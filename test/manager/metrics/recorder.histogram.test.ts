import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/manager/metrics/recorder.js";

describe("Histogram", () => {
  it("puts a value into the first bucket whose bound it does not exceed", () => {
    const histogram = new Histogram([1, 2.5, 10]);
    for (const value of [0, 1, 1.01, 2.5, 9, 10.5, Infinity]) histogram.observe(value);
    expect(histogram.read()).toEqual({
      bounds: [1, 2.5, 10],
      counts: [2, 2, 1, 2],
      sum: Infinity,
      count: 7,
    });
  });

  it("takes what is no time or size for nothing", () => {
    const histogram = new Histogram([0, 1]);
    histogram.observe(NaN);
    histogram.observe(-5);
    expect(histogram.read()).toEqual({ bounds: [0, 1], counts: [2, 0, 0], sum: 0, count: 2 });
  });

  it("gives copies", () => {
    const histogram = new Histogram([1]);
    const before = histogram.read();
    histogram.observe(1);
    expect(before).toMatchObject({ counts: [0, 0], count: 0 });
    expect(histogram.read()).toMatchObject({ counts: [1, 0], count: 1 });
  });

  it("loses nothing", () => {
    const bounds = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 1 });
    const values = fc.array(fc.integer({ min: 0, max: 2_000 }));
    fc.assert(
      fc.property(bounds, values, (unordered, observed) => {
        const ascending = unordered.toSorted((a, b) => a - b);
        const histogram = new Histogram(ascending);
        for (const value of observed) histogram.observe(value);
        const { counts, sum, count } = histogram.read();
        expect(count).toBe(observed.length);
        expect(sum).toBe(observed.reduce((total, one) => total + one, 0));
        const upTo = (bound: number) => observed.filter((value) => value <= bound).length;
        let soFar = 0;
        ascending.forEach((bound, index) => {
          soFar += counts[index] ?? NaN;
          expect(soFar).toBe(upTo(bound));
        });
      }),
    );
  });
});
