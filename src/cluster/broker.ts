/**
 * A broker carries messages between server processes, by an engine such as Redis.
 *
 * It moves bytes and knows nothing of nodes, rooms or order: the cluster puts all it needs into the
 * bytes. The application makes the broker and closes it. Several managers may share one.
 *
 * Names of channels have at most 200 characters of `A-Z a-z 0-9 - _ .`, which every engine takes.
 */
export interface Broker {
  /** Whether the engine can be reached and all subscriptions are in force. */
  readonly isUp: boolean;
  /** Keeps messages for members that come back. Absent when the application did not ask for it. */
  readonly replay?: BrokerReplay;
  /** The engine's register of nodes. Absent where the engine has none. */
  readonly presence?: BrokerPresence;

  /**
   * Sends `payload` to all subscribers of `channel`, also to this broker's own. It does not write to
   * `payload`, and the caller may not write to it any more.
   *
   * @returns A promise that resolves when the engine has the message, and rejects when that is not
   *   certain: if the message is sent again, it may arrive twice. It is pending while the engine
   *   does not answer.
   */
  publish(channel: string, payload: Uint8Array): Promise<void>;

  /**
   * Calls `receive` for messages that are published to `channel` from about now on, until
   * `unsubscribe`. When its connection was lost, the broker renews all subscriptions by itself.
   *
   * It does not throw. If it does, messages of the channel do not come, and a `cluster` event of the
   * type `down` has the error.
   */
  subscribe(channel: string, receive: BrokerReceiver): BrokerSubscription;

  /** Calls `listener` with each change of {@link isUp}. @returns A function that ends that. */
  onStatus(listener: (status: BrokerStatus) => void): () => void;

  /**
   * Makes a new connection to receive on, because nothing comes from the present one. Absent where
   * the client of the engine notices that by itself.
   */
  refresh?(): void;

  /** Ends all subscriptions and the connections that the broker has opened, but not the application's client. */
  close(): Promise<void>;
}

/**
 * Takes a message that was published. It may keep the bytes, but not write to them. `offset` is the
 * place where {@link BrokerReplay} keeps the message.
 */
export type BrokerReceiver = (payload: Uint8Array, offset?: string) => void;

/** A subscription to one channel. */
export interface BrokerSubscription {
  /** Resolves when the engine has confirmed the subscription for the first time. Never rejects. */
  readonly ready: Promise<void>;
  /** Ends the subscription at once: `receive` is not called any more. A second call does nothing. */
  unsubscribe(): void;
}

/** A change of {@link Broker.isUp}. */
export type BrokerStatus =
  /** All subscriptions are in force again. Messages that came in between are lost. */
  { readonly type: "up" } | { readonly type: "down"; readonly error: unknown };

/** Keeps the latest messages of each channel. */
export interface BrokerReplay {
  /**
   * Keeps `payload` and publishes it to the channel, in one step: subscribers get messages in the
   * order of their offsets.
   *
   * @returns A promise of its offset, otherwise like that of `publish`. A message that is appended
   *   again is kept twice.
   */
  append(channel: string, payload: Uint8Array): Promise<string>;
  /**
   * Reads the entries from the one at `offset` on, in order. That one is included.
   *
   * @param offset - May be any text: it may come from a peer.
   * @returns `"gap"` when there is no entry at `offset`, or there are too many after it. Rejects when
   *   the engine fails or gives an unexpected answer.
   */
  read(channel: string, offset: string): Promise<readonly ReplayEntry[] | "gap">;
}

/** A message that was kept, with its place in the channel. */
export interface ReplayEntry {
  readonly offset: string;
  readonly payload: Uint8Array;
}

/** A register of nodes in the engine. An entry expires unless it is renewed. */
export interface BrokerPresence {
  /**
   * Enters `nodeId`, or renews its entry, for `ttlMs` from now by the engine's own clock.
   *
   * @returns The nodes whose entries have not expired.
   */
  announce(nodeId: string, ttlMs: number): Promise<readonly string[]>;
  /** Removes the entry of `nodeId`. Does nothing when there is none. */
  withdraw(nodeId: string): Promise<void>;
}
