import { readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCaseIds, SECTION_TITLES, sectionOf, selectCases } from "../../autobahn/cases.js";
import { parseExpected } from "../../autobahn/results.js";

const folder = path.join(import.meta.dirname, "../../autobahn");
const ALL = Array.from(
  parseExpected(readFileSync(path.join(folder, "expected.json"), "utf8")).keys(),
);

describe("sectionOf", () => {
  it("is the number before the first dot", () => {
    expect(sectionOf("6.4.3")).toBe(6);
    expect(sectionOf("13.2.18")).toBe(13);
    expect(sectionOf("2.5")).toBe(2);
  });

  it("has a title for every section of the suite", () => {
    expect(new Set(ALL.map(sectionOf))).toEqual(new Set(SECTION_TITLES.keys()));
  });
});

describe("compareCaseIds", () => {
  it("orders by number and not by letter", () => {
    expect(["10.1.1", "2.10", "2.9", "1.1.8"].sort(compareCaseIds)).toEqual([
      "1.1.8",
      "2.9",
      "2.10",
      "10.1.1",
    ]);
  });

  it("puts a shorter id before the ids that start with it", () => {
    expect(["6.4.1", "6.4"].sort(compareCaseIds)).toEqual(["6.4", "6.4.1"]);
    expect(compareCaseIds("6.4", "6.4.1")).toBeLessThan(0);
    expect(compareCaseIds("6.4.1", "6.4")).toBeGreaterThan(0);
    expect(compareCaseIds("6.4", "6.4")).toBe(0);
  });

  it("is a total order", () => {
    const id = fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));

    fc.assert(
      fc.property(id, id, id, (a, b, c) => {
        expect(Math.sign(compareCaseIds(a, b))).toBe(0 - Math.sign(compareCaseIds(b, a)));
        expect(compareCaseIds(a, b) === 0).toBe(a === b);
        if (compareCaseIds(a, b) <= 0 && compareCaseIds(b, c) <= 0) {
          expect(compareCaseIds(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

describe("selectCases", () => {
  it("takes a whole section with a star", () => {
    expect(selectCases(["1.1.1", "1.2.8", "10.1.1", "12.1.1"], "1.*")).toEqual(["1.1.1", "1.2.8"]);
  });

  it("takes one case without a star, and only that", () => {
    expect(selectCases(ALL, "1.1.1")).toEqual(["1.1.1"]);
    expect(selectCases(ALL, "12.1.1")).toEqual(["12.1.1"]);
  });

  it("joins patterns without repeating a case, in the suite's order", () => {
    expect(selectCases(ALL, "7.13.*, 6.4.1,6.4.*")).toEqual([
      "6.4.1",
      "6.4.2",
      "6.4.3",
      "6.4.4",
      "7.13.1",
      "7.13.2",
    ]);
  });

  it("takes everything with a lone star", () => {
    expect(selectCases(ALL, "*")).toEqual(ALL);
    expect(ALL).toHaveLength(517);
  });

  it("takes a dot as a dot", () => {
    expect(() => selectCases(["111"], "1.1")).toThrow('no case matches "1.1"');
  });

  it.each(["8.*", "6", "1.*,99.1", ""])(
    "refuses %j, which matches no case somewhere",
    (patterns) => {
      expect(() => selectCases(ALL, patterns)).toThrow(RangeError);
    },
  );

  it.each(["1.(1|2)", "a*", "[1].1"])("refuses %j, which is no pattern", (patterns) => {
    expect(() => selectCases(ALL, patterns)).toThrow("is no pattern of case ids");
  });
});
