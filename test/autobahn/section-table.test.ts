import { describe, expect, it } from "vitest";
import type { CaseResult, CaseResults, Direction } from "../../autobahn/results.js";
import { sectionTable } from "../../autobahn/section-table.js";

function results(behaviors: Record<string, string>): CaseResults {
  return new Map(
    Object.entries(behaviors).map(([caseId, behavior]): [string, CaseResult] => [
      caseId,
      { behavior, behaviorClose: "OK", closeCode: 1000 },
    ]),
  );
}

describe("sectionTable", () => {
  it("has a row for each section, a column for each direction, and a sum", () => {
    const runs = new Map<Direction, CaseResults>([
      ["server", results({ "10.1.1": "OK", "6.4.1": "NON-STRICT", "6.4.2": "OK", "6.4.3": "OK" })],
      ["client", results({ "6.4.1": "OK", "7.1.6": "INFORMATIONAL" })],
    ]);

    expect(sectionTable(runs)).toBe(
      [
        "section                           server               client",
        "6 UTF-8                           2 OK, 1 NON-STRICT   1 OK",
        "7 closing                                              1 INFORMATIONAL",
        "10 fragments made by the sender   1 OK",
        "all                               3 OK, 1 NON-STRICT   1 OK, 1 INFORMATIONAL",
      ].join("\n"),
    );
  });

  it("shows one direction alone", () => {
    expect(sectionTable(new Map([["client", results({ "1.1.1": "OK" })]]))).toBe(
      [
        "section                client",
        "1 frames and lengths   1 OK",
        "all                    1 OK",
      ].join("\n"),
    );
  });

  it("shows a section that it has no title for", () => {
    expect(sectionTable(new Map([["client", results({ "99.1": "FAILED" })]]))).toContain(
      "\n99        1 FAILED\n",
    );
  });
});
