/**
 * Runs Autobahn|Testsuite against our server and our client, and compares what it
 * finds with expected.json. See README.md beside this file.
 *
 * Exit codes: 0 nothing differs, 1 something differs, 2 the run failed, 3 no runner
 * was found.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { selectCases } from "./cases.js";
import { describeDifference, findDifferences } from "./check.js";
import { Children, type Command } from "./children.js";
import { runDirection } from "./direction.js";
import { findRunner, INSTALL_HINT } from "./find-runner.js";
import { type Folders, installSuite } from "./install-suite.js";
import { parseOptions, type RunOptions, USAGE } from "./options.js";
import { machineProbes } from "./probes.js";
import { CaseCounter, ProgressLine } from "./progress.js";
import { type CaseResults, type Direction, parseExpected } from "./results.js";
import { sectionTable } from "./section-table.js";
import { reportFolder } from "./suite.js";

const root = path.dirname(fileURLToPath(import.meta.resolve("plainsocket/package.json")));
const folders: Folders = { root, cache: path.join(root, ".cache", "autobahn") };

process.exit(await main());

async function main(): Promise<number> {
  const expectedText = await readFile(path.join(root, "autobahn", "expected.json"), "utf8");
  let expected = parseExpected(expectedText);
  let cases = ["*"];
  let options: RunOptions;
  try {
    options = parseOptions(process.argv.slice(2));
    if (options.cases !== undefined) {
      cases = selectCases(Array.from(expected.keys()), options.cases);
      expected = new Map(Array.from(expected).filter(([caseId]) => cases.includes(caseId)));
    }
  } catch (error) {
    console.error(`${messagesOf(error)}\n${USAGE}`);
    return 2;
  }
  const runner = await findRunner(machineProbes, homedir(), options.runner);
  if (runner === undefined) {
    console.error(INSTALL_HINT);
    return 3;
  }
  const children = new Children();
  try {
    await installSuite(runner, folders, children, console.log);
    const counters = new Map(options.directions.map((name) => [name, new CaseCounter()]));
    const progress = new ProgressLine(counters, process.stdout);
    const onProgress = (): void => progress.update();
    const runs = await Promise.all(
      Array.from(counters, async ([direction, counter]) => {
        const endpoint = endpointCommand(direction, options);
        const plan = { direction, endpoint, cases, runner, folders, children, counter, onProgress };
        return [direction, await runDirection(plan)] as const;
      }),
    );
    progress.end();
    return report(expected, new Map(runs));
  } catch (error) {
    console.error(messagesOf(error));
    return 2;
  }
}

function endpointCommand(direction: Direction, { endpoints }: RunOptions): Command {
  const ours = [process.execPath, path.join(import.meta.dirname, `echo-${direction}.js`)];
  const [program = "", ...args] = endpoints[direction] ?? ours;
  return { program, args };
}

function report(expected: CaseResults, runs: ReadonlyMap<Direction, CaseResults>): number {
  console.log(`\n${sectionTable(runs)}\n`);
  let count = 0;
  for (const [direction, results] of runs) {
    const differences = findDifferences(expected, results);
    for (const difference of differences) {
      console.log(`${direction} ${describeDifference(difference)}`);
    }
    if (differences.length > 0) {
      const html = path.join(reportFolder(direction, folders), "index.html");
      console.log(`${direction}: details in ${path.relative(root, html)}`);
    }
    count += differences.length;
  }
  console.log(count === 0 ? "as expected.json says" : `${count} differ from expected.json`);
  return count === 0 ? 0 : 1;
}

/** The message of an error and of what caused it. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}\n  ${messagesOf(error.cause)}`;
}
