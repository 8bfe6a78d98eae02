/** What a connection costs while nobody says anything: resident memory of a fresh server, before and after. */
import { setTimeout as delay } from "node:timers/promises";
import { frameLoop } from "./frames.js";
import { Lane } from "./lane.js";
import type { MemoryLoad } from "./loads.js";
import { messagesOf } from "./messages.js";
import { NotOffered } from "./not-offered.js";
import { closeAll, openConnections, type RawConnection } from "./raw-connection.js";
import type { Sample } from "./sample.js";
import type { Target } from "./server-process.js";
import { Tally } from "./tally.js";

/** Opened and closed before the first look, so that the code they need is there. */
const FIRST_CONNECTIONS = 100;
const SETTLE_MS = 500;
/** Connections that talk at the same time. */
const AT_A_TIME = 100;

/**
 * One round with a server that has had no other.
 *
 * @throws {NotOffered} The server does not compress. @throws {Error} A connection is lost.
 */
export async function memoryRound(load: MemoryLoad, target: Target): Promise<Sample> {
  const first = await openConnections(FIRST_CONNECTIONS, target.port, load.deflate);
  await talk(load, first);
  await closeAll(first);
  await delay(SETTLE_MS);
  const before = await target.usage("collect");
  const connections = await openConnections(load.connections, target.port, load.deflate);
  await talk(load, connections);
  await delay(SETTLE_MS);
  const after = await target.usage("collect");
  await closeAll(connections);
  return {
    figure: (after.residentBytes - before.residentBytes) / load.connections,
    peakBytes: after.peakBytes,
  };
}

async function talk(load: MemoryLoad, connections: readonly RawConnection[]): Promise<void> {
  if (load.deflate === "") return;
  const { compression } = connections[0]!.negotiated;
  if (!compression) throw new NotOffered("no permessage-deflate");
  const loop = frameLoop(messagesOf(load), load.messages, compression);
  const rest = [...connections];
  while (rest.length > 0) {
    const tally = new Tally();
    const lanes = rest
      .splice(0, AT_A_TIME)
      .map((connection) => new Lane(connection, loop, load.messages, tally));
    for (const lane of lanes) lane.start();
    await tally.finish(Promise.all(lanes.map((lane) => lane.stop())));
  }
}
