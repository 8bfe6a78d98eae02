/** One peer under one load, ready for its rounds. */
import { BroadcastRun } from "./broadcast-load.js";
import { clientRound } from "./client-load.js";
import { ConnectionsRun } from "./connections-load.js";
import { EchoRun } from "./echo-load.js";
import type { ClientLoad, Load, MemoryLoad } from "./loads.js";
import { memoryRound } from "./memory-load.js";
import type { Peer } from "./peers.js";
import type { Sample } from "./sample.js";
import { ServerProcess, type Target } from "./server-process.js";
import type { Extent } from "./tally.js";

export interface Contender {
  round(extent: Extent): Promise<Sample>;
  /** Ends the process, if there is one between rounds. */
  stop(): Promise<void>;
}

type ServedLoad = Exclude<Load, ClientLoad | MemoryLoad>;

interface Run {
  check(): Promise<void>;
  round(extent: Extent): Promise<Sample>;
}

/** Before the first round a server runs for so long, for its compiler. */
const WARM_UP = { seconds: 0.5 };

/** @throws {Error} The peer does not do what it has to, or what the load is about. */
export async function prepareContender(load: Load, peer: Peer): Promise<Contender> {
  if (load.kind === "client") return inOwnProcess((extent) => clientRound(load, peer, extent));
  if (load.kind === "memory") return inOwnProcess(() => inFreshServer(load, peer));
  return prepareServer(load, peer);
}

/** Each round has a process of its own. */
function inOwnProcess(round: Contender["round"]): Contender {
  return { round, stop: async () => {} };
}

async function prepareServer(load: ServedLoad, peer: Peer): Promise<Contender> {
  const server = await ServerProcess.start(peer, {
    mode: load.kind === "broadcast" ? "broadcast" : "echo",
    deflate: load.kind === "echo" ? load.deflate : "",
  });
  try {
    const run = await runOf(load, server, peer);
    await run.check();
    await run.round(WARM_UP);
    return { round: (extent) => run.round(extent), stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function runOf(load: ServedLoad, server: Target, peer: Peer): Promise<Run> {
  if (load.kind === "echo") return EchoRun.prepare(load, server, peer);
  return Promise.resolve(
    load.kind === "broadcast" ? new BroadcastRun(load, server) : new ConnectionsRun(load, server),
  );
}

async function inFreshServer(load: MemoryLoad, peer: Peer): Promise<Sample> {
  const server = await ServerProcess.start(peer, { mode: "echo", deflate: load.deflate });
  try {
    return await memoryRound(load, server);
  } finally {
    await server.stop();
  }
}
