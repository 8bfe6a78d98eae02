import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Session } from "../../bench/load/session.js";
import { quoteIn } from "../../bench/report/readme-quote.js";

const LOADS = ["bytes-20b-64", "bytes-20b-1", "json-700b-context-16"];

function session(loads: readonly string[], ratio: number): Session {
  const cell = (load: string, peer: string, figure: number) => ({
    load,
    peer,
    samples: [{ figure }],
  });
  return {
    startedAt: "2026-11-27T03:00:00.000Z",
    versions: {},
    cpu: "",
    cores: 2,
    memoryBytes: 1,
    system: "",
    rounds: 1,
    seconds: 1,
    cells: loads.flatMap((load, i) => [
      cell(load, "ws", 100),
      cell(load, "plainsocket", 100 * ratio * (i + 1)),
    ]),
  };
}

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the README quotes three ratios, and each report replaces those of the last", () => {
  const once = quoteIn(readme, session(LOADS, 1.25));
  expect(once.replaceAll("\n", " ")).toMatch(/echoes 1\.3 × .* 2\.5 × .* 3\.8 × .*performance\.md/);
  const twice = quoteIn(once, session(LOADS, 20));
  expect(twice.replaceAll("\n", " ")).toMatch(/echoes 20 × .* 40 × .* 60 × /);
  expect(twice).not.toContain("1.3 ×");
  expect(twice.length).toBeLessThan(once.length);
});

test("nothing else of the README changes", () => {
  const lines = quoteIn(readme, session(LOADS, 2)).split("\n");
  const changed = lines.filter((line) => !readme.includes(line));
  expect(changed.length).toBeLessThanOrEqual(3);
});

test("a session without one of them leaves the README as it is", () => {
  expect(quoteIn(readme, session(LOADS.slice(1), 2))).toBe(readme);
});

test("a README without a place for them is an error", () => {
  expect(() => quoteIn("# plainsocket", session(LOADS, 2))).toThrow("no place for ratios");
});
