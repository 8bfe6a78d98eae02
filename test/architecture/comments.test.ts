// Comments that every reader meets: each file of src/ says what it is, and no comment starts with a clause without a noun.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");

function filesIn(folder: string, endings: RegExp): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => endings.test(file))
    .map((file) => `${folder}/${file.split(path.sep).join("/")}`);
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** Whether a file begins with a comment whose first line is a sentence or most of one. */
function saysWhatItIs(text: string): boolean {
  const first = /^(?:#!.*\n)?(?:\/\/ |\/\*\*(?: |\n \* ))(.*)/.exec(text)?.[1] ?? "";
  const isForATool = /^(@|oxlint|oxfmt|eslint|prettier|v8 |c8 )/.test(first);
  return !isForATool && first.split(" ").length >= 3;
}

/** The lines of comments that start with a word that says too late, or never, of whom something is said. */
function findClauses(text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const start = /(?:^|\s)(?:\/\/|\/\*\*?|\*) +(?:Who|Whose|Has)\b.*/.exec(line)?.[0];
    return start === undefined ? [] : [`${index + 1}: ${start.trim()}`];
  });
}

const sources = filesIn("src", /\.ts$/);
/** All but this file, which has wrong ones as examples. */
const commented = [
  ...sources,
  ...filesIn("test", /\.(ts|js|mjs|c|py)$/),
  ...filesIn("bench", /\.(ts|js|mjs)$/),
  ...filesIn("autobahn", /\.ts$/),
  ...filesIn("docs", /\.(ts|js|md|html|css)$/),
  "README.md",
  "rolldown.config.ts",
  "vitest.config.ts",
].filter((file) => path.join(ROOT, file) !== import.meta.filename);

describe("the first line", () => {
  it("of each file in src says what the file is", () => {
    expect(sources).toContain("src/protocol/errors.ts");
    expect(sources.filter((file) => !saysWhatItIs(read(file)))).toEqual([]);
  });

  it.each([
    "// Reads a frame's header.\n",
    "/** Reads a frame's header. */\n",
    "/**\n * Reads a frame's header.\n */",
    "#!/usr/bin/env node\n// The command line.\n",
  ])("is there in %j", (text) => {
    expect(saysWhatItIs(text)).toBe(true);
  });

  it.each([
    "",
    `import a from "a";\n// Reads a frame's header.`,
    "\n// Reads a frame's header.",
    "// header\n",
    "/** @module the header */",
    "// oxlint-disable no-console because of that\n",
  ])("is missing in %j", (text) => {
    expect(saysWhatItIs(text)).toBe(false);
  });
});

describe("comments", () => {
  it("start with the noun, not with Who, Whose or Has", () => {
    expect(
      commented.flatMap((file) => findClauses(read(file)).map((clause) => `${file}:${clause}`)),
    ).toEqual([]);
  });

  it.each([
    "// Who has it not gets copies",
    "  /** Whose turn it is. */",
    "/**\n * Has a client go.\n */",
    "const a = 1; // Who knows",
    "/* Has */",
  ])("are found in %j", (text) => {
    expect(findClauses(text)).toHaveLength(1);
  });

  it.each([
    "// Users who have it get copies",
    "/** Hashes a name. */",
    `const text = "Who may connect";`,
    "// Whoever connects",
  ])("are fine in %j", (text) => {
    expect(findClauses(text)).toEqual([]);
  });
});
