/**
 * What carries messages between server processes, as an engine gives it.
 *
 * A broker moves bytes and knows nothing of nodes, rooms or order: the cluster puts
 * what it needs into the bytes. A broker is made by the application and may be
 * shared by several managers; the application closes it.
 *
 * Channels are at most 200 characters of `A-Z a-z 0-9 - _ .`, so that every engine
 * takes them as they are.
 */
export interface Broker {
  /** Whether the engine can be reached, and everything subscribed to is in force. */
  readonly isUp: boolean;
  /** What keeps messages for members that come back; absent where that was not asked for. */
  readonly replay?: BrokerReplay;
  /** What the engine itself knows of the nodes; absent where it keeps nothing. */
  readonly presence?: BrokerPresence;

  /**
   * Sends `payload` to all subscribers of `channel`, the sender's own subscriptions
   * included. It leaves `payload` alone, and nobody may write to it any more.
   *
   * @returns A promise that resolves when the engine has it, and rejects when that is
   * not certain: sent again, it may arrive twice. It is pending for as long as the
   * engine does not answer.
   */
  publish(channel: string, payload: Uint8Array): Promise<void>;

  /**
   * Calls `receive` for what is published to `channel` from about now on, until
   * `unsubscribe`. After a drop the broker subscribes to everything again by itself.
   */
  subscribe(channel: string, receive: BrokerReceiver): BrokerSubscription;

  /** Calls `listener` with each change of {@link isUp}, until the function it returns is called. */
  onStatus(listener: (status: BrokerStatus) => void): () => void;

  /**
   * Asks for a new connection to receive on, because the present one has gone silent.
   * Absent where the client of the engine finds that out by itself.
   */
  refresh?(): void;

  /** Ends subscriptions and what the broker itself has opened; never the application's client. */
  close(): Promise<void>;
}

/**
 * Takes what was published. The bytes are the receiver's to keep, not to write to.
 * `offset` is where {@link BrokerReplay} has put them.
 */
export type BrokerReceiver = (payload: Uint8Array, offset?: string) => void;

/** A channel that is received from, until that is ended. */
export interface BrokerSubscription {
  /** Resolves when the engine has confirmed it for the first time. Never rejects. */
  readonly ready: Promise<void>;
  /** Ends it at once: `receive` is not called any more. Calling it again does nothing. */
  unsubscribe(): void;
}

/** Whether the engine is within reach. */
export type BrokerStatus =
  /** Everything that was subscribed to is in force again; what came in between is lost. */
  { readonly type: "up" } | { readonly type: "down"; readonly error: unknown };

/** Keeps the latest messages of channels, within a window. */
export interface BrokerReplay {
  /**
   * Keeps `payload` and publishes it to the channel, as one: subscribers get messages
   * in the order of their offsets.
   *
   * @returns As `publish` does, its offset. Appended again it is there twice.
   */
  append(channel: string, payload: Uint8Array): Promise<string>;
  /**
   * Reads from the entry at `offset` on, that one included, in order.
   *
   * @param offset - Anything at all: it may come from a peer.
   * @returns `"gap"` when there is no entry at `offset` (any more), or too many after it.
   * Rejects when the engine does not answer as it should.
   */
  read(channel: string, offset: string): Promise<readonly ReplayEntry[] | "gap">;
}

/** A message that was kept, and its place in the channel. */
export interface ReplayEntry {
  readonly offset: string;
  readonly payload: Uint8Array;
}

/** A register of nodes in the engine, where an entry expires unless it is renewed. */
export interface BrokerPresence {
  /**
   * Enters `nodeId`, or renews it, for `ttlMs` from now by the engine's own clock.
   *
   * @returns All nodes whose entries have not expired.
   */
  announce(nodeId: string, ttlMs: number): Promise<readonly string[]>;
  /** Takes `nodeId` out. Does nothing when it is not there. */
  withdraw(nodeId: string): Promise<void>;
}
