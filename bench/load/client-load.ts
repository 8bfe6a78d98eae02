/** Clients in a process of their own, against one server that is the same for all. */
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "./child.js";
import type { ClientLoad } from "./loads.js";
import { measuredRound } from "./measured-round.js";
import type { Peer } from "./peers.js";
import { ReplyServer } from "./reply-server.js";
import type { Sample } from "./sample.js";
import { type Extent, Tally } from "./tally.js";

/** Each round has a fresh process, whose compiler needs its time. */
const WARM_UP_SECONDS = 0.5;
const LOOK_MS = 50;

/** @throws {Error} The client ends, or does nothing. */
export async function clientRound(load: ClientLoad, peer: Peer, extent: Extent): Promise<Sample> {
  const tally = new Tally();
  const server = new ReplyServer(load.bytes, tally);
  const port = await server.listen();
  const child = new Child(peer, {
    PORT: String(port),
    CONNECTIONS: String(load.connections),
    IN_FLIGHT: String(load.inFlight),
    BYTES: String(load.bytes),
  });
  try {
    await tally.finish(started(tally, child));
    return await measuredRound(tally, () => child.usage(), extent, WARM_UP_SECONDS);
  } finally {
    await child.stop();
    await server.close();
  }
}

async function started(tally: Tally, child: Child): Promise<void> {
  while (tally.messages === 0) {
    if (child.problem !== undefined) throw new Error(child.problem);
    await delay(LOOK_MS);
  }
}
