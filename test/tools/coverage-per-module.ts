// Runs the tests of each module alone and demands that they cover all of it.
//
// Usage: node .build/test/tools/coverage-per-module.js [part of a path ...]
//
// A module's own tests are x.test.ts and x.<something>.test.ts beside it under test/. Property tests are left out:
// what random input happens to reach is not the same in each run. Modules that have no code but types and
// re-exports, such as index.ts, need none.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { transformSync } from "rolldown/utils";
import { parseAst } from "vitest/node";

const ROOT = path.join(import.meta.dirname, "../../..");
const LAYERS = ["protocol"];
const AT_ONCE = 2;
const MAX_LINES_SHOWN = 8;

interface Module {
  /** Relative to src/, without `.ts`. */
  readonly name: string;
  /** Relative to the repository. */
  readonly tests: readonly string[];
}

/** What of vitest's JSON report is read here. */
interface TestRun {
  readonly success: boolean;
  readonly testResults: readonly {
    /** Why the whole file failed. */
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

/** What of istanbul's file format is read here. */
interface FileCoverage {
  readonly statementMap: Record<string, Range>;
  readonly s: Record<string, number>;
  readonly branchMap: Record<string, { readonly loc: Range; readonly locations: Range[] }>;
  readonly b: Record<string, number[]>;
  readonly fnMap: Record<string, { readonly name: string; readonly loc: Range }>;
  readonly f: Record<string, number>;
}

interface Range {
  readonly start: { readonly line?: number };
}

function listModules(layer: string): Module[] {
  const folder = path.join(ROOT, "src", layer);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => `${layer}/${file.split(path.sep).join("/").slice(0, -".ts".length)}`)
    .filter((name) => hasCode(name))
    .toSorted()
    .map((name) => ({ name, tests: testsOf(name) }));
}

/** Tells whether anything but imports and re-exports is left of the module once its types are gone. */
function hasCode(name: string): boolean {
  const file = path.join(ROOT, "src", `${name}.ts`);
  const { body } = parseAst(transformSync(file, readFileSync(file, "utf8")).code);
  return body.some((statement) => {
    if (statement.type === "ImportDeclaration" || statement.type === "ExportAllDeclaration") {
      return false;
    }
    return statement.type !== "ExportNamedDeclaration" || statement.declaration !== null;
  });
}

function testsOf(name: string): string[] {
  const folder = path.join("test", path.dirname(name));
  const base = path.basename(name);
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder))
    .filter((file) => file.startsWith(`${base}.`) && file.endsWith(".test.ts"))
    .filter((file) => file !== `${base}.property.test.ts`)
    .map((file) => path.join(folder, file));
}

async function findGaps({ name, tests }: Module): Promise<string[]> {
  if (tests.length === 0) return [`no test/${name}.test.ts`];
  const reports = path.join(".cache/coverage-per-module", name);
  rmSync(path.join(ROOT, reports), { recursive: true, force: true });
  const output = await runVitest([
    ...tests,
    "--maxWorkers=1",
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${reports}/tests.json`,
    "--coverage",
    `--coverage.include=src/${name}.ts`,
    "--coverage.reporter=json",
    `--coverage.reportsDirectory=${reports}/coverage`,
    "--coverage.reportOnFailure",
  ]);
  const run = readTestRun(`${reports}/tests.json`);
  if (run === undefined) return [`vitest gave no result:\n${output}`];
  if (!run.success) return ["its own tests fail", ...firstMessages(run)];
  const coverage = readCoverage(`${reports}/coverage/coverage-final.json`);
  return coverage === undefined ? ["no coverage was measured"] : gapsIn(coverage);
}

function firstMessages({ testResults }: TestRun): string[] {
  return testResults
    .flatMap(({ message, assertionResults }) => [
      message,
      ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
    ])
    .filter((message) => message !== "")
    .slice(0, 1)
    .map((message) => message.split("\n")[0] ?? "");
}

function runVitest(args: readonly string[]): Promise<string> {
  const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, "run", ...args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(chunks).toString()));
  });
}

function readTestRun(file: string): TestRun | undefined {
  const absolute = path.join(ROOT, file);
  return existsSync(absolute) ? JSON.parse(readFileSync(absolute, "utf8")) : undefined;
}

/** The coverage of the one file that the report is about. */
function readCoverage(file: string): FileCoverage | undefined {
  const absolute = path.join(ROOT, file);
  if (!existsSync(absolute)) return undefined;
  const files: Record<string, FileCoverage> = JSON.parse(readFileSync(absolute, "utf8"));
  return Object.values(files)[0];
}

function gapsIn({ statementMap, s, branchMap, b, fnMap, f }: FileCoverage): string[] {
  const lines = Object.entries(s).flatMap(([id, hits]) => (hits > 0 ? [] : [statementMap[id]]));
  const branches = Object.entries(b).flatMap(([id, hits]) => {
    const branch = branchMap[id];
    // the `else` that an `if` does not have is a branch without a place of its own
    return hits.flatMap((count, arm) =>
      count > 0 ? [] : [branch?.locations[arm]?.start.line ? branch.locations[arm] : branch?.loc],
    );
  });
  const functions = Object.entries(f).flatMap(([id, hits]) => (hits > 0 ? [] : [fnMap[id]?.loc]));
  return [
    ...describeGap("lines", lines),
    ...describeGap("branches", branches),
    ...describeGap("functions", functions),
  ];
}

function describeGap(what: string, ranges: readonly (Range | undefined)[]): string[] {
  const lines = [...new Set(ranges.map((range) => range?.start.line ?? 0))];
  if (lines.length === 0) return [];
  const shown = lines.toSorted((a, b) => a - b).slice(0, MAX_LINES_SHOWN);
  return [`${what} at ${shown.join(", ")}${lines.length > shown.length ? ", ..." : ""}`];
}

async function main(parts: readonly string[]): Promise<number> {
  const waiting = LAYERS.flatMap((layer) => listModules(layer)).filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  const total = waiting.length;
  const width = Math.max(0, ...waiting.map(({ name }) => name.length));
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const gaps = await findGaps(next);
      if (gaps.length > 0) failed += 1;
      for (const gap of gaps) console.log(`${next.name.padEnd(width)}  ${gap}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`${total - failed} passed, ${failed} failed`);
  return failed;
}

process.exitCode = (await main(process.argv.slice(2))) > 0 ? 1 : 0;
