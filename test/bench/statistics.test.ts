import { describe, expect, test } from "vitest";
import { LatencyHistogram, median, spread } from "../../bench/load/statistics.js";

describe("median", () => {
  test("is the middle value, in whatever order they come", () => {
    expect(median([5, 1, 3])).toBe(3);
  });

  test("is the mean of the two in the middle when their number is even", () => {
    expect(median([4, 1, 2, 9])).toBe(3);
  });

  test("is not a number without values", () => {
    expect(median([])).toBeNaN();
  });
});

test("the spread is half of the range, by the median", () => {
  expect(spread([90, 100, 130])).toBe(0.2);
});

describe("a histogram of latencies", () => {
  test("gives percentiles that are off by 2 % at most, over six orders of magnitude", () => {
    const histogram = new LatencyHistogram();
    for (let i = 1; i <= 100; i++) histogram.add(i / 100);
    histogram.add(1000);
    expect(histogram.count).toBe(101);
    expect(histogram.percentile(0.5) / 0.51).toBeCloseTo(1, 1);
    expect(histogram.percentile(0.99)).toBeLessThan(1.03);
    expect(histogram.percentile(1) / 1000).toBeCloseTo(1, 1);
  });

  test("counts one latency for many messages", () => {
    const histogram = new LatencyHistogram();
    histogram.add(1, 99);
    histogram.add(50, 1);
    expect(histogram.percentile(0.99)).toBeLessThan(1.03);
    expect(histogram.percentile(0.995)).toBeGreaterThan(48);
  });

  test("puts what is too short or too long for it into its first and last bucket", () => {
    const histogram = new LatencyHistogram();
    histogram.add(0);
    expect(histogram.percentile(1)).toBeCloseTo(0.001);
    histogram.add(1e9);
    expect(histogram.percentile(1)).toBeGreaterThan(100_000);
  });

  test("has no percentile before it has a latency, nor after it was cleared", () => {
    const histogram = new LatencyHistogram();
    expect(histogram.percentile(0.5)).toBeNaN();
    histogram.add(1);
    histogram.clear();
    expect(histogram.percentile(0.5)).toBeNaN();
  });
});
