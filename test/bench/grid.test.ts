import { describe, expect, test } from "vitest";
import { gridOf, linesOf, shortNumber } from "../../bench/load/grid.js";

const CELLS = [
  { load: "a", peer: "net", samples: [{ figure: 200 }, { figure: 100 }, { figure: 400 }] },
  { load: "a", peer: "ws", samples: [{ figure: 50, p50Ms: 1 }, { figure: 50 }, { figure: 50 }] },
];

describe("the grid of a load", () => {
  test("has medians, how far the rounds are apart, ratios, and the columns that somebody has", () => {
    expect(gridOf(CELLS)).toEqual({
      titles: ["figure", "±", "× ws", "× net", "p50 ms"],
      rows: [
        ["net", "200", "75 %", "4.00", "1.00", "–"],
        ["ws", "50.0", "0 %", "1.00", "0.25", "1.00"],
      ],
    });
  });

  test("has no ratio to a peer that is not there", () => {
    const [row] = gridOf([{ load: "a", peer: "bun", samples: [{ figure: 1 }] }]).rows;
    expect(row).toEqual(["bun", "1.00", "0 %", "–", "–"]);
  });

  test("is printed in columns", () => {
    const lines = linesOf(gridOf(CELLS)).split("\n");
    expect(lines.map((line) => line.length)).toEqual([74, 74, 74]);
    expect(lines[2]).toMatch(/^ {2}ws {20} +50\.0 +0 % +1\.00 +0\.25 +1\.00$/);
  });
});

test.each([
  [1_243_000, "1.24 M"],
  [12_430_000, "12.4 M"],
  [124_300, "124 k"],
  [999_600, "1.00 M"],
  [99_960, "100 k"],
  [9999.6, "10.0 k"],
  [12_430, "12.4 k"],
  [1240, "1 240"],
  [1005, "1 005"],
  [999.6, "1 000"],
  [124, "124"],
  [12.43, "12.4"],
  [1.243, "1.24"],
])("%d is written as %s", (value, text) => {
  expect(shortNumber(value)).toBe(text);
});
