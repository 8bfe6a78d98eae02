// What the README says of speed is what the page says that it links to.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { LOADS } from "../../bench/load/loads.js";

const read = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, "../..", file), "utf8");
const page = read("docs/performance.md");

/** The ratio of plainsocket to ws in the table of a load. */
function ratioOnPage(name: string): number {
  const title = LOADS.find((load) => load.name === name)?.title ?? "";
  const [, table = ""] = page.split(`### ${title}\n`);
  const [head, , ...rows] = table.trim().split("\n");
  const columnsOf = (line = ""): string[] => line.split("|").map((column) => column.trim());
  const ours = rows.map(columnsOf).find(([, peer]) => peer === "plainsocket");
  return Number(ours?.[columnsOf(head).indexOf("× ws")]);
}

it("the README quotes three ratios as docs/performance.md has them", () => {
  const [, quote = ""] = /bench:report` -->\n(.*)\n<!--/s.exec(read("README.md")) ?? [];
  const quoted = Array.from(quote.matchAll(/([\d.]+) ×/g), ([, ratio = ""]) => ratio);
  const measured = ["bytes-20b-64", "bytes-20b-1", "json-700b-context-16"].map(ratioOnPage);
  expect(quoted).toHaveLength(3);
  for (const [i, ratio] of quoted.entries()) {
    const [, decimals = ""] = ratio.split(".");
    const halfStep = 0.5 / 10 ** decimals.length;
    // The page has rounded, too.
    expect(Math.abs(Number(ratio) - measured[i]!)).toBeLessThanOrEqual(halfStep + 0.05);
  }
  expect(quote).toContain("(docs/performance.md)");
});

it("docs/performance.md has a table for each load", () => {
  const titles = page.split("\n").filter((line) => line.startsWith("### "));
  expect(titles).toEqual(LOADS.map(({ title }) => `### ${title}`));
});
