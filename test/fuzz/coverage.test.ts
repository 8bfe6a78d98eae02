// What leads fuzzing: code that has not run before is news, once.
import { expect, it } from "vitest";
import { Coverage } from "./coverage.js";
import { classify } from "./coverage-sample.js";

it("tells of code that runs for the first time", () => {
  const coverage = new Coverage(["coverage-sample"]);
  const news = (value: number): boolean => {
    classify(value);
    return coverage.take();
  };
  expect(news(1)).toBe(true);
  expect(news(2)).toBe(false);
  expect(news(-1)).toBe(true);
  classify(1000);
  expect([coverage.hasNews(), coverage.take()]).toEqual([true, false]);
  classify(1000);
  expect([coverage.take(), news(3)]).toEqual([true, false]);
  // What stands behind a `return` counts as not run.
  const { run, all } = coverage.share;
  expect(run / all).toBeGreaterThan(0.9);
  coverage.end();
});
