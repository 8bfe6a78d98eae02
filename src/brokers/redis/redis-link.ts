import { isError } from "../../input/index.js";

/** What the broker needs of a client of Redis, whichever client it is. */
export interface RedisLink {
  /** Sends one command. @returns Its reply, with bytes where Redis has strings. */
  command(name: string, args: readonly RedisArgument[]): Promise<unknown>;
  /** Opens a connection of its own for subscriptions, with the settings of the client. */
  openSubscriber(events: SubscriberEvents): SubscriberLink;
}

export type RedisArgument = string | Uint8Array;

/** How messages travel: `"sharded"` keeps to the node of a Redis Cluster that owns the channel's slot. */
export type PubSubMode = "plain" | "sharded";

export interface SubscriberEvents {
  /** It is connected (again), and may be subscribed to nothing. */
  readonly ready: () => void;
  /** It is not connected any more. May be called more than once for one drop. */
  readonly down: (error: unknown) => void;
  readonly message: (channel: string, payload: Uint8Array) => void;
}

/** A connection that only subscribes. It connects, and connects again, by itself. */
export interface SubscriberLink {
  /** @returns A promise that resolves with the engine's confirmation and rejects when that will not come. */
  subscribe(mode: PubSubMode, channel: string): Promise<void>;
  unsubscribe(mode: PubSubMode, channel: string): Promise<void>;
  /** Drops the connection and makes a new one. */
  refresh(): void;
  close(): Promise<void>;
}

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
    if (isError(error) && REFUSED.test(error.message)) return undefined;
    throw error;
  }
}

function textOf(reply: unknown): string {
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : String(reply);
}
