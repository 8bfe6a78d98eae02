// Every link from one document to another leads somewhere, to the section it names.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const PAGES = [
  "README.md",
  "autobahn/README.md",
  "bench/README.md",
  ...readdirSync(path.join(ROOT, "docs"), { encoding: "utf8", recursive: true })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name)),
];

/** What is said, without examples of code. */
function proseOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/^( *)```.*?^\1```/gms, "");
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
}

function anchorsOf(file: string): Set<string> {
  const headings = Array.from(
    proseOf(file).matchAll(/^#{1,6} +(.*?) *$/gm),
    ([, text = ""]) => text,
  );
  return new Set(headings.map(anchorOf));
}

it.each(PAGES)("%s", (page) => {
  const file = path.join(ROOT, page);
  const targets = Array.from(
    proseOf(file).matchAll(/\]\(([^)\s]+)\)/g),
    ([, target = ""]) => target,
  );
  const dead = targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [to = "", anchor] = target.split("#");
    const other = to === "" ? file : path.join(path.dirname(file), to);
    if (!existsSync(other)) return true;
    return anchor !== undefined && other.endsWith(".md") && !anchorsOf(other).has(anchor);
  });
  expect(dead).toEqual([]);
});
