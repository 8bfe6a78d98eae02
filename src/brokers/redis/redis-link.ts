/** The interface to a client of Redis, and the search for the kind of pub/sub that it can use. */
import { isError } from "../../input/index.js";

/** The link to a client of Redis, the same for each package. */
export interface RedisLink {
  /** Sends one command. @returns The reply, with bytes in place of strings. */
  command(name: string, args: readonly RedisArgument[]): Promise<unknown>;
  /** Opens another connection for subscriptions, with the settings of the client. */
  openSubscriber(events: SubscriberEvents): SubscriberLink;
}

export type RedisArgument = string | Uint8Array;

/** The kind of pub/sub. `"sharded"` messages stay on the server of a Redis Cluster that owns the channel's slot. */
export type PubSubMode = "plain" | "sharded";

export interface SubscriberEvents {
  /** Called when it is connected, for the first time or again. It may have no subscriptions. */
  readonly ready: () => void;
  /** Called when the connection is lost, perhaps more than once for one loss. */
  readonly down: (error: unknown) => void;
  readonly message: (channel: string, payload: Uint8Array) => void;
}

/** A connection that only subscribes. It connects by itself, also after a loss. */
export interface SubscriberLink {
  /** @returns A promise that resolves when the engine has confirmed, and rejects when it will not. */
  subscribe(mode: PubSubMode, channel: string): Promise<void>;
  unsubscribe(mode: PubSubMode, channel: string): Promise<void>;
  /** Ends the connection and makes a new one. */
  refresh(): void;
  close(): Promise<void>;
}

type Command = (name: string, args: readonly RedisArgument[]) => Promise<unknown>;

/** The errors of a server that does not know a command, or does not let this user use it. */
const REFUSED = /^(ERR unknown command|NOPERM)/;

/**
 * Finds the kind of pub/sub that server and client can do. All nodes of an application must come to the
 * same answer, whichever server of a Redis Cluster each of them is connected to.
 *
 * @param probe - A channel without subscribers.
 * @returns A promise that rejects when the server does not answer.
 */
export async function findMode(
  isClusterClient: boolean,
  probe: string,
  command: Command,
): Promise<PubSubMode> {
  if (isClusterClient) return "plain";
  // A client of one server of a cluster reaches only the channels that belong to this server.
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
