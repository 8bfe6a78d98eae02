import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDifference, findDifferences } from "../../autobahn/check.js";
import type { CaseResult } from "../../autobahn/results.js";

const OK: CaseResult = { behavior: "OK", behaviorClose: "OK", closeCode: 1000 };
const results = (rows: Record<string, CaseResult>): Map<string, CaseResult> =>
  new Map(Object.entries(rows));

describe("findDifferences", () => {
  it("finds none between equal tables", () => {
    expect(findDifferences(results({ "1.1.1": OK }), results({ "1.1.1": { ...OK } }))).toEqual([]);
  });

  it.each([
    ["a worse verdict on messages", { behavior: "NON-STRICT" }],
    ["a worse verdict on the end", { behaviorClose: "UNCLEAN" }],
    ["another close code", { closeCode: 1002 }],
    ["no close code", { closeCode: null }],
  ])("finds %s", (_, change) => {
    const actual = { ...OK, ...change };

    expect(findDifferences(results({ "1.1.1": OK }), results({ "1.1.1": actual }))).toEqual([
      { caseId: "1.1.1", expected: OK, actual },
    ]);
  });

  it("finds a result that is better than expected: the file must say so first", () => {
    const expected = { ...OK, behavior: "NON-STRICT" };

    expect(findDifferences(results({ "6.4.3": expected }), results({ "6.4.3": OK }))).toHaveLength(
      1,
    );
  });

  it("finds cases that are missing or extra", () => {
    expect(findDifferences(results({ "1.1.1": OK }), results({ "1.1.2": OK }))).toEqual([
      { caseId: "1.1.1", expected: OK, actual: undefined },
      { caseId: "1.1.2", expected: undefined, actual: OK },
    ]);
  });

  it("lists them in the suite's order", () => {
    const expected = results({ "10.1.1": OK, "2.10": OK, "2.9": OK });

    expect(findDifferences(expected, results({})).map(({ caseId }) => caseId)).toEqual([
      "2.9",
      "2.10",
      "10.1.1",
    ]);
  });

  it("finds exactly the cases that were changed", () => {
    const caseId = fc.nat(30).map((number) => `1.1.${number}`);
    const value = fc.constantFrom(OK, { ...OK, behavior: "FAILED" }, { ...OK, closeCode: null });
    const table = fc.array(fc.tuple(caseId, value)).map((rows) => new Map(rows));

    fc.assert(
      fc.property(table, table, (expected, actual) => {
        const found = new Set(findDifferences(expected, actual).map((row) => row.caseId));
        for (const id of new Set([...expected.keys(), ...actual.keys()])) {
          expect(found.has(id)).toBe(expected.get(id) !== actual.get(id));
        }
      }),
    );
  });
});

describe("describeDifference", () => {
  it("names every field that differs", () => {
    const actual = { behavior: "FAILED", behaviorClose: "WRONG CODE", closeCode: null };

    expect(describeDifference({ caseId: "7.9.1", expected: OK, actual })).toBe(
      "7.9.1: behavior is FAILED, expected OK; " +
        "behaviorClose is WRONG CODE, expected OK; closeCode is none, expected 1000",
    );
  });

  it("leaves out the fields that do not", () => {
    const actual = { ...OK, closeCode: 1001 };

    expect(describeDifference({ caseId: "7.9.1", expected: OK, actual })).toBe(
      "7.9.1: closeCode is 1001, expected 1000",
    );
  });

  it("says when a case is missing or extra", () => {
    expect(describeDifference({ caseId: "1.1.1", expected: OK, actual: undefined })).toBe(
      "1.1.1: has no result",
    );
    expect(describeDifference({ caseId: "1.1.1", expected: undefined, actual: OK })).toBe(
      "1.1.1: is not in expected.json",
    );
  });
});
