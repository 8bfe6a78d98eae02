// How much does a server read in a second when its clients' messages are small, and how much when they are large?
import { nodePlatform } from "../src/node/platform.js";
import { ProtocolConnection } from "../src/protocol/index.js";
import { compare } from "./compare.js";

/** As much as one read of a socket gives. */
const CHUNK_BYTES = 65_536;

/** Frames of a client, as many as fit into one chunk, and how many those are. */
function chunkOf(length: number, isText: boolean): { chunk: Uint8Array; count: number } {
  const client = new ProtocolConnection({ role: "client", platform: nodePlatform });
  const count = Math.max(1, Math.floor(CHUNK_BYTES / (length + 6)));
  for (let i = 0; i < count; i++)
    client.sendMessage(isText ? "x".repeat(length) : new Uint8Array(length));
  return { chunk: Buffer.concat(client.takeOutput()), count };
}

const variants: Record<string, () => unknown> = {};
for (const isText of [true, false]) {
  for (const length of [8, 125, 1_024, 65_536]) {
    const { chunk, count } = chunkOf(length, isText);
    variants[`${isText ? "text" : "binary"} of ${length} B, ${count} in a chunk`] = () => {
      const server = new ProtocolConnection({ role: "server", platform: nodePlatform });
      server.receive(Buffer.from(chunk));
      let events = 0;
      while (server.nextEvent() !== undefined) events++;
      return events;
    };
  }
}
await compare("How many chunks of 64 KiB can be read, by the size of their messages?", variants);
