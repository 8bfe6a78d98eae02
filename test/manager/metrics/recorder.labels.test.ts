import { describe, expect, it } from "vitest";
import { closeCodeLabel, LabelledCounter } from "../../../src/manager/metrics/recorder.js";

describe("closeCodeLabel", () => {
  it.each([
    [1000, "1000"],
    [1004, "other"],
    [1005, "1005"],
    [1006, "1006"],
    [1014, "1014"],
    [1015, "1015"],
    [1016, "other"],
    [2999, "other"],
    [3000, "3xxx"],
    [3999, "3xxx"],
    [4000, "4xxx"],
    [4999, "4xxx"],
    [5000, "other"],
    [0, "other"],
  ])("counts %d as %s", (code, label) => {
    expect(closeCodeLabel(code)).toBe(label);
  });

  it("knows no more than 18 labels, whatever a peer sends", () => {
    const labels = new Set(Array.from({ length: 65_536 }, (_, code) => closeCodeLabel(code)));
    expect(labels.size).toBe(18);
  });
});

describe("LabelledCounter", () => {
  it("counts by label, and gives them in order", () => {
    const counter = new LabelledCounter();
    for (const label of ["b", "a", "b", "__proto__"]) counter.add(label);
    expect(Object.entries(counter.read())).toEqual([
      ["__proto__", 1],
      ["a", 1],
      ["b", 2],
    ]);
    const before = counter.read();
    counter.add("a");
    expect(before["a"]).toBe(1);
  });
});
