// The table of docs/reliability.md: all rows, in order, each with tests that carry its name.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const page = readFileSync(path.join(ROOT, "docs/reliability.md"), "utf8");

/** How many rows each group has. */
const GROUPS = { A: 38, B: 25, C: 6, D: 14, E: 15, F: 9, G: 10, H: 9, K: 7, M: 11 };

/** Groups that come later, as a whole. */
const LATER = ["I", "J", "L"];

const NOT_APPLICABLE = /^not applicable: \S/;

const rows = Array.from(
  page.matchAll(/^\| ([A-Z]\d\d) \| (.+) \| (.+) \| (.+) \|$/gm),
  ([, id = "", , , tests = ""]) => ({ id, tests }),
);
const later = Array.from(page.matchAll(/^- ([A-Z](?:\d\d)?): \S/gm), ([, id = ""]) => id);

function filesOf(tests: string): string[] {
  return Array.from(tests.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g), ([, file = ""]) => file);
}

describe("the table", () => {
  it("has all rows in order, but for those that come later", () => {
    const all = Object.entries(GROUPS).flatMap(([group, count]) =>
      Array.from({ length: count }, (_, i) => `${group}${String(i + 1).padStart(2, "0")}`),
    );
    expect(rows.map(({ id }) => id)).toEqual(all.filter((id) => !later.includes(id)));
    expect(later.filter((id) => !LATER.includes(id) && !all.includes(id))).toEqual([]);
  });

  it.each(rows.filter(({ tests }) => !NOT_APPLICABLE.test(tests)))(
    "names files for $id that have tests with its name",
    ({ id, tests }) => {
      const files = filesOf(tests);
      expect(files).not.toEqual([]);
      const without = files.filter(
        (file) => !readFileSync(path.join(ROOT, file), "utf8").includes(`[${id}]`),
      );
      expect(without).toEqual([]);
    },
  );

  it("does not say that a group comes later when there are tests of it", () => {
    const names = readdirSync(path.join(ROOT, "test"), { encoding: "utf8", recursive: true });
    const early = names
      .filter((name) => name.endsWith(".test.ts"))
      .filter((name) => {
        const text = readFileSync(path.join(ROOT, "test", name), "utf8");
        return LATER.some((group) => new RegExp(`\\[${group}\\d\\d\\]`).test(text));
      });
    expect(early).toEqual([]);
  });
});
