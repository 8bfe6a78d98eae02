/** One load against several servers, in turn: A B A B, so that a slow moment of the machine meets all. */
import { BroadcastRun } from "./broadcast-load.js";
import { EchoRun, NotOffered } from "./echo-load.js";
import type { Load } from "./loads.js";
import type { Peer } from "./peers.js";
import type { Cell, Sample } from "./sample.js";
import { ServerProcess } from "./server-process.js";
import type { Extent } from "./tally.js";

export interface Plan {
  readonly rounds: number;
  readonly extent: Extent;
}

interface Contender {
  readonly peer: Peer;
  readonly server: ServerProcess;
  readonly round: (extent: Extent) => Promise<Sample>;
  readonly samples: Sample[];
}

/** Before the first round each server runs for so long, for its compiler. */
const WARM_UP = { seconds: 0.5 };

/** Peers that cannot do it are left out, and so are those that fail; the console says why. */
export async function compareServers(
  load: Load,
  peers: readonly Peer[],
  { rounds, extent }: Plan,
): Promise<Cell[]> {
  const contenders = new Map<string, Contender>();
  try {
    for (const peer of peers) {
      await attempt(load, peer, async () => {
        const contender = await prepare(load, peer);
        contenders.set(peer.name, contender);
        await contender.round(WARM_UP);
      });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { peer, round, samples } of contenders.values()) {
        const isFine = await attempt(load, peer, async () => samples.push(await round(extent)));
        if (!isFine) contenders.delete(peer.name);
      }
    }
  } finally {
    await Promise.all(Array.from(contenders.values(), ({ server }) => server.stop()));
  }
  return Array.from(contenders.values(), ({ peer, samples }) => {
    return { load: load.name, peer: peer.name, samples };
  });
}

async function prepare(load: Load, peer: Peer): Promise<Contender> {
  const deflate = load.kind === "echo" ? load.deflate : "";
  const server = await ServerProcess.start(peer, {
    mode: load.kind === "echo" ? "echo" : "broadcast",
    deflate,
  });
  try {
    const run =
      load.kind === "echo"
        ? await EchoRun.prepare(load, server, peer)
        : new BroadcastRun(load, server);
    await run.check();
    return { peer, server, samples: [], round: (extent) => run.round(extent) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @returns Whether it worked. */
async function attempt(load: Load, peer: Peer, step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    const verb = error instanceof NotOffered ? "left out" : "failed";
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`${load.name}: ${peer.name} ${verb}: ${reason}`);
    return false;
  }
}
