/** Puts Autobahn|Testsuite where a runner can start it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Children, Command } from "./children.js";
import type { Runner } from "./find-runner.js";

/** The official image, frozen by its makers together with its PyPy 2.7. */
export const IMAGE = "crossbario/autobahn-testsuite:25.10.1";

/** The last releases that a Python 2.7 can use; the packages themselves stand in requirements.txt. */
const VIRTUALENV = "virtualenv==20.15.1";
const BUILD_TOOLS = ["setuptools==44.0.0", "incremental==16.10.1"];
const QUIET = ["--quiet", "--disable-pip-version-check"];

const LOG_LINES_IN_ERROR = 15;

/** Where the package's files and the ignored files of a run are. */
export interface Folders {
  /** The package's root. */
  readonly root: string;
  /** Ignored by git; survives between runs. */
  readonly cache: string;
}

/**
 * Installs the suite for `runner`, once: into a virtual environment in the cache,
 * or by pulling the image. Does nothing when that is done already, and starts anew
 * when an earlier installation broke off or was made from other requirements.
 *
 * @param say - tells the user why it takes a while
 * @throws Error with the end of the log when a step fails
 */
export async function installSuite(
  runner: Runner,
  folders: Folders,
  children: Children,
  say: (line: string) => void,
): Promise<void> {
  const logFile = path.join(folders.cache, "install.log");
  await rm(logFile, { force: true });
  if (runner.type === "docker") {
    if (await succeeds(children, docker("image", "inspect", IMAGE), logFile)) return;
    say(`pulling ${IMAGE}`);
    await step(children, docker("pull", "--quiet", IMAGE), logFile);
    return;
  }
  const markerFile = path.join(folders.cache, "installed.txt");
  const requirementsFile = path.join(folders.root, "autobahn", "requirements.txt");
  const suite = path.join(folders.cache, "suite");
  // A virtual environment knows where it stands: in a checkout that was moved it no longer works.
  const marker = [runner.python, suite, await readFile(requirementsFile, "utf8")].join("\n");
  if (marker === (await readFile(markerFile, "utf8").catch(() => ""))) return;
  say(`installing Autobahn|Testsuite for ${runner.python} (half a minute, once)`);
  await rm(markerFile, { force: true });
  await rm(suite, { recursive: true, force: true });
  await mkdir(suite, { recursive: true });
  for (const command of installation(runner.python, suite, requirementsFile)) {
    await step(children, command, logFile);
  }
  await writeFile(markerFile, marker);
}

/** The Python of the virtual environment that {@link installSuite} made. */
export function suitePython(folders: Folders): string {
  return path.join(folders.cache, "suite", "venv", "bin", "python");
}

function installation(python: string, suite: string, requirementsFile: string): Command[] {
  const tools = path.join(suite, "tools");
  const venv = path.join(suite, "venv");
  const pip = ["-m", "pip", "install", ...QUIET];
  // virtualenv is not installed but stands in a folder: the Python may not be ours to change.
  const virtualenv =
    "import sys; sys.path.insert(0, sys.argv.pop(1)); " +
    "from virtualenv import cli_run; cli_run(sys.argv[1:])";
  const inVenv = path.join(venv, "bin", "python");
  return [
    { program: python, args: [...pip, "--target", tools, VIRTUALENV] },
    { program: python, args: ["-c", virtualenv, tools, "-p", python, "--no-download", venv] },
    { program: inVenv, args: [...pip, ...BUILD_TOOLS] },
    { program: inVenv, args: [...pip, "--no-build-isolation", "-r", requirementsFile] },
  ];
}

function docker(...args: readonly string[]): Command {
  return { program: "docker", args };
}

async function succeeds(children: Children, command: Command, logFile: string): Promise<boolean> {
  return (await children.start(command, logFile).exited) === 0;
}

async function step(children: Children, command: Command, logFile: string): Promise<void> {
  if (await succeeds(children, command, logFile)) return;
  const log = (await readFile(logFile, "utf8")).trimEnd().split("\n");
  const end = log.slice(-LOG_LINES_IN_ERROR).join("\n");
  throw new Error(`cannot install Autobahn|Testsuite, see ${logFile}, which ends so:\n${end}`);
}
