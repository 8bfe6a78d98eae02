/** How wstest, Autobahn's program, is told what to do: its configuration and its command line. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "./children.js";
import type { Runner } from "./find-runner.js";
import { type Folders, IMAGE, suitePython } from "./install-suite.js";
import type { Direction } from "./results.js";

/** wstest plays the other end: a client that tests our server, and a server that tests our client. */
const MODES = { server: "fuzzingclient", client: "fuzzingserver" } as const;

/** The name under which results are filed, as it stands in the configuration. */
export const AGENT = "plainsocket";

/** Where the report of a direction goes, HTML and JSON. */
export function reportFolder(direction: Direction, folders: Folders): string {
  return path.join(folders.root, "autobahn", "reports", direction);
}

/**
 * Writes wstest's configuration into the cache: the one in this folder with the
 * URL, the cases and the folder of this run in it. Returns its path.
 */
export async function writeConfiguration(
  direction: Direction,
  url: string,
  cases: readonly string[],
  folders: Folders,
): Promise<string> {
  const name = `${MODES[direction]}.json`;
  const template: unknown = JSON.parse(
    await readFile(path.join(folders.root, "autobahn", name), "utf8"),
  );
  if (typeof template !== "object" || template === null) throw new TypeError(`${name} is broken`);
  const place = direction === "server" ? { servers: [{ agent: AGENT, url }] } : { url };
  const outdir = reportFolder(direction, folders);
  await mkdir(folders.cache, { recursive: true });
  const file = path.join(folders.cache, name);
  await writeFile(file, JSON.stringify({ ...template, ...place, outdir, cases }, undefined, 2));
  return file;
}

/** The command that runs wstest with a configuration. */
export function suiteCommand(
  runner: Runner,
  direction: Direction,
  configurationFile: string,
  folders: Folders,
): Command {
  // Without `-u 0` wstest opens port 8080 too.
  const args = ["-m", MODES[direction], "-s", configurationFile, "-u", "0"];
  if (runner.type === "python") {
    const start = path.join(folders.root, "autobahn", "start-wstest.py");
    return { program: suitePython(folders), args: ["-u", start, ...args] };
  }
  const container = `plainsocket-autobahn-${direction}-${process.pid}`;
  const outdir = reportFolder(direction, folders);
  // oxfmt-ignore
  const dockerArgs = [
    "run", "--rm", "--init", "--name", container, "--network", "host",
    "--env", "PYTHONUNBUFFERED=1", ...asThisUser(),
    "--volume", `${configurationFile}:${configurationFile}:ro`,
    "--volume", `${outdir}:${outdir}`,
  ];
  return {
    program: "docker",
    args: [...dockerArgs, IMAGE, "wstest", ...args],
    // Killing the client leaves the container running.
    afterKill: ["docker", "rm", "--force", container],
  };
}

/** Reports written by root could not be removed before the next run. */
function asThisUser(): string[] {
  const { getuid, getgid } = process;
  if (getuid === undefined || getgid === undefined) return [];
  return ["--user", `${getuid()}:${getgid()}`];
}
