import { describe, expect, it } from "vitest";
import { atLeast, limit } from "../../src/input/index.js";

describe("a limit", () => {
  it("is what is given, Infinity and 0 included, or else the default", () => {
    expect([7, 0, Infinity, undefined].map((value) => limit("maxBytes", value, 3))).toEqual([
      7,
      0,
      Infinity,
      3,
    ]);
  });

  it.each([-1, -Infinity, NaN])("cannot be %d: the error has the name and the number", (value) => {
    const text = `maxBytes must be 0 or more, or Infinity for no limit, not ${value}`;
    expect(() => limit("maxBytes", value, 3)).toThrow(new RangeError(text));
  });

  it.each([
    ["7", "a string"],
    [null, "null"],
    [Symbol("seven"), "a symbol"],
  ])("cannot be %s: the error has the name and the kind", (value, kind) => {
    const text = `maxBytes must be a number, not ${kind}`;
    for (const check of [
      () => Reflect.apply(limit, undefined, ["maxBytes", value, 3]),
      () => Reflect.apply(atLeast, undefined, [1, "maxBytes", value]),
    ]) {
      expect(check).toThrow(new TypeError(text));
    }
  });
});

describe("a number that is at least so large", () => {
  it("is what is given, from the least on", () => {
    expect([1, 1.5, Infinity].map((value) => atLeast(1, "concurrency", value))).toEqual([
      1,
      1.5,
      Infinity,
    ]);
  });

  it.each([0.9, NaN])("is not %d", (value) => {
    const text = `concurrency must be 1 or more, not ${value}`;
    expect(() => atLeast(1, "concurrency", value)).toThrow(new RangeError(text));
  });
});
