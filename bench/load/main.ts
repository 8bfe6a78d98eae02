/** Whole servers and clients against each other: `npm run bench:load`. See bench/README.md. */
import process from "node:process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compareServers } from "./compare-servers.js";
import { LOADS } from "./loads.js";
import { type LoadOptions, parseLoadOptions, select, USAGE, UsageError } from "./options.js";
import { commandPeer, findProgram, knownPeers, type Peer } from "./peers.js";
import type { Cell } from "./sample.js";
import { tableOf } from "./table.js";

const root = path.dirname(fileURLToPath(import.meta.resolve("plainsocket/package.json")));

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
  const peers = peersFor(options);
  const loads = select(LOADS, options.loads, "start");
  const cells: Cell[] = [];
  console.log(`Node ${process.version}`);
  for (const load of loads) {
    const extent = { seconds: options.seconds };
    const found = await compareServers(load, peers, { rounds: options.rounds, extent });
    cells.push(...found);
    console.log(`\n${load.title} (${load.name})\n${tableOf(found)}`);
  }
}

function peersFor(options: LoadOptions): Peer[] {
  const bun = findProgram("bun", process.env["PATH"] ?? "");
  if (bun === undefined) console.log("left out: bun not found on PATH");
  const known = select(knownPeers({ root, bun }), options.peers, "whole");
  return [...known, ...options.servers.map((command) => commandPeer(command))];
}
