import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseExpected, parseIndex, serializeExpected } from "../../autobahn/results.js";

const EXPECTED = readFileSync(
  path.join(import.meta.dirname, "../../autobahn/expected.json"),
  "utf8",
);
const ROW = {
  behavior: "OK",
  behaviorClose: "OK",
  duration: 3,
  remoteCloseCode: 1000,
  reportfile: "plainsocket_case_1_1_1.json",
};

const index = (cases: Record<string, unknown>): string => JSON.stringify({ plainsocket: cases });

describe("parseIndex", () => {
  it("keeps both verdicts and the close code, in the order of cases", () => {
    const results = parseIndex(
      index({
        "2.10": { ...ROW, behavior: "NON-STRICT", behaviorClose: "UNCLEAN", remoteCloseCode: null },
        "2.9": { ...ROW, duration: 99 },
      }),
    );

    expect(Array.from(results)).toEqual([
      ["2.9", { behavior: "OK", behaviorClose: "OK", closeCode: 1000 }],
      ["2.10", { behavior: "NON-STRICT", behaviorClose: "UNCLEAN", closeCode: null }],
    ]);
  });

  it.each([
    ["several agents", JSON.stringify({ one: {}, two: {} })],
    ["no agent", "{}"],
    ["a list", "[]"],
    ["null", "null"],
    ["an agent that is no object", JSON.stringify({ plainsocket: 1 })],
    ["a case that is no object", index({ "1.1.1": "OK" })],
    ["a case without a verdict on messages", index({ "1.1.1": { ...ROW, behavior: undefined } })],
    ["a case without a verdict on the end", index({ "1.1.1": { ...ROW, behaviorClose: 1 } })],
    ["a case without a close code", index({ "1.1.1": { ...ROW, remoteCloseCode: undefined } })],
    ["a close code that is no number", index({ "1.1.1": { ...ROW, remoteCloseCode: "1000" } })],
  ])("refuses %s", (_, text) => {
    expect(() => parseIndex(text)).toThrow(TypeError);
  });
});

describe("parseExpected", () => {
  it.each([
    ["a short row", '{"1.1.1": ["OK", "OK"]}'],
    ["a long row", '{"1.1.1": ["OK", "OK", 1000, 1]}'],
    ["a row that is no list", '{"1.1.1": "OK"}'],
  ])("refuses %s", (_, text) => {
    expect(() => parseExpected(text)).toThrow("is not [behavior, behaviorClose, closeCode]");
  });

  it("reads what serializeExpected wrote", () => {
    const results = parseIndex(index({ "1.1.1": ROW, "7.3.1": { ...ROW, remoteCloseCode: null } }));

    expect(parseExpected(serializeExpected(results))).toEqual(results);
  });
});

describe("expected.json", () => {
  it("demands 514 OK and three that can only be INFORMATIONAL", () => {
    const results = parseExpected(EXPECTED);
    const others = Array.from(results).filter(([, result]) => result.behavior !== "OK");

    expect(results.size).toBe(517);
    expect(others.map(([caseId, { behavior }]) => [caseId, behavior])).toEqual([
      ["7.1.6", "INFORMATIONAL"],
      ["7.13.1", "INFORMATIONAL"],
      ["7.13.2", "INFORMATIONAL"],
    ]);
  });

  it("demands the same of the end of each connection", () => {
    for (const { behavior, behaviorClose } of parseExpected(EXPECTED).values()) {
      expect(behaviorClose).toBe(behavior);
    }
  });

  it("demands 1007 of invalid UTF-8 and 1002 of other broken rules", () => {
    const results = parseExpected(EXPECTED);

    expect(results.get("6.4.3")?.closeCode).toBe(1007);
    expect(results.get("7.5.1")?.closeCode).toBe(1007);
    expect(results.get("3.1")?.closeCode).toBe(1002);
    expect(results.get("7.3.1")?.closeCode).toBeNull();
  });

  it("is written as serializeExpected writes it, one line a case", () => {
    expect(serializeExpected(parseExpected(EXPECTED))).toBe(EXPECTED);
    expect(EXPECTED.split("\n").filter((line) => line.includes(":"))).toHaveLength(517);
  });
});
