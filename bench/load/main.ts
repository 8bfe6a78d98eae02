/** Whole servers and clients against each other: `npm run bench:load`. See bench/README.md. */
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { writeReport } from "../report/write-report.js";
import { compare } from "./comparison.js";
import { gridOf, linesOf } from "./grid.js";
import { LOADS, UNITS } from "./loads.js";
import { type LoadOptions, parseLoadOptions, select, USAGE, UsageError } from "./options.js";
import { commandPeer, findProgram, knownClients, knownServers } from "./peers.js";
import type { Cell } from "./sample.js";
import { merge, type Session, SessionFolder } from "./session.js";
import { surroundings } from "./surroundings.js";

const root = path.dirname(fileURLToPath(import.meta.resolve("plainsocket/package.json")));
const sessions = new SessionFolder(path.join(root, "bench", "results"));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.exit(await main());

async function main(): Promise<number> {
  try {
    const options = parseLoadOptions(process.argv.slice(2));
    if (options === undefined) console.log(USAGE);
    else await run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${USAGE}`);
    return 2;
  }
}

async function run(options: LoadOptions): Promise<void> {
  const bun = findProgram("bun", process.env["PATH"] ?? "");
  if (bun === undefined) console.log("left out: bun not found on PATH");
  const { rounds, seconds } = options;
  const startedAt = new Date().toISOString();
  const name = options.session ?? startedAt.replaceAll(":", "-").slice(0, 19);
  const earlier = await sessions.read(name);
  const now: Session = { startedAt, ...surroundings(root, bun), rounds, seconds, cells: [] };
  merge(earlier, now);
  const cells = await compareAll(options, bun);
  const session = merge(earlier, { ...now, cells });
  await sessions.write(name, session);
  console.log(`\nbench/results/${name}.json`);
  if (options.report) console.log(await writeReport(root, session, LOADS));
}

async function compareAll(options: LoadOptions, bun: string | undefined): Promise<Cell[]> {
  const servers = knownServers({ root, bun });
  const clients = knownClients({ root, bun });
  const wanted = new Set(select([...servers, ...clients], options.peers, "whole"));
  const commands = options.servers.map((command) => commandPeer(command));
  const cells: Cell[] = [];
  for (const load of select(LOADS, options.loads, "start")) {
    const peers =
      load.kind === "client"
        ? clients.filter((peer) => wanted.has(peer))
        : [...servers.filter((peer) => wanted.has(peer)), ...commands];
    const plan = { rounds: options.rounds, extent: { seconds: options.seconds } };
    const found = await compare(load, peers, plan, console.log);
    cells.push(...found);
    console.log(`\n${load.title} (${load.name}), ${UNITS[load.kind]}\n${linesOf(gridOf(found))}`);
  }
  return cells;
}
