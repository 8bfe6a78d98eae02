/** One load against several peers, in turn: A B A B, so that a slow moment of the machine meets all. */
import { type Contender, prepareContender } from "./contender.js";
import type { Load } from "./loads.js";
import { NotOffered } from "./not-offered.js";
import type { Peer } from "./peers.js";
import type { Cell, Sample } from "./sample.js";
import type { Extent } from "./tally.js";

export interface Plan {
  readonly rounds: number;
  readonly extent: Extent;
}

interface Entry {
  readonly peer: Peer;
  readonly contender: Contender;
  readonly samples: Sample[];
}

/** Peers that cannot do it are left out, and so are those that fail; `say` gets why. */
export async function compare(
  load: Load,
  peers: readonly Peer[],
  { rounds, extent }: Plan,
  say: (line: string) => void,
): Promise<Cell[]> {
  const entries = new Set<Entry>();
  const attempt = async (peer: Peer, step: () => Promise<unknown>): Promise<boolean> => {
    try {
      await step();
      return true;
    } catch (error) {
      const verb = error instanceof NotOffered ? "left out" : "failed";
      say(
        `${load.name}: ${peer.name} ${verb}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return false;
    }
  };
  try {
    for (const peer of peers) {
      await attempt(peer, async () => {
        entries.add({ peer, contender: await prepareContender(load, peer), samples: [] });
      });
    }
    for (let round = 0; round < rounds; round++) {
      for (const entry of entries) {
        const { peer, contender, samples } = entry;
        const step = async (): Promise<unknown> => samples.push(await contender.round(extent));
        if (await attempt(peer, step)) continue;
        entries.delete(entry);
        await contender.stop();
      }
    }
  } finally {
    await Promise.all(Array.from(entries, ({ contender }) => contender.stop()));
  }
  return Array.from(entries, ({ peer, samples }) => {
    return { load: load.name, peer: peer.name, samples };
  });
}
