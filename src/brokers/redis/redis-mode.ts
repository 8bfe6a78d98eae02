import type { PubSubMode, RedisArgument } from "./redis-link.js";

type Command = (name: string, args: readonly RedisArgument[]) => Promise<unknown>;

/** What a server says that does not have a command, or does not let this user use it. */
const REFUSED = /^(ERR unknown command|NOPERM)/;

/**
 * How the server and the client can do pub/sub. All nodes of an application must come to
 * the same answer, whichever server of a Redis Cluster each of them is connected to.
 *
 * @param probe - A channel that nobody hears.
 * @returns A promise that rejects when the server does not answer.
 */
export async function findMode(
  isClusterClient: boolean,
  probe: string,
  command: Command,
): Promise<PubSubMode> {
  if (isClusterClient) return "plain";
  // A client of one server of a cluster gets at those channels only that belong to this server.
  if (/cluster_enabled:1/.test(textOf(await unlessRefused(command("INFO", ["cluster"]))))) {
    return "plain";
  }
  const receivers = await unlessRefused(command("SPUBLISH", [probe, ""]));
  return receivers === undefined ? "plain" : "sharded";
}

async function unlessRefused(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && REFUSED.test(error.message)) return undefined;
    throw error;
  }
}

function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : String(reply);
}
