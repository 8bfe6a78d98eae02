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
