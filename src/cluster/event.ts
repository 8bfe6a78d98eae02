/** An event of the cluster: about other nodes, their members, or the way to them. */
export type ClusterEvent =
  /** The engine cannot be reached, or nothing comes back from it. Delivery within this process goes on. */
  | { readonly type: "down"; readonly error: unknown }
  /** The engine can be reached again, after `downMs`. Messages of other nodes may be missing: a gap follows. */
  | { readonly type: "up"; readonly downMs: number }
  | Gap
  | { readonly type: "nodeJoined"; readonly nodeId: string }
  | { readonly type: "nodeLeft"; readonly nodeId: string; readonly reason: "farewell" | "silence" }
  /** A member on another node has come or has a new state, or has left: then `state` is `undefined`. */
  | {
      readonly type: "presence";
      readonly room: string;
      readonly connectionId: string;
      readonly state: unknown;
    };

/** Messages that are missing, or may be. */
export interface Gap {
  readonly type: "gap";
  /** The room of the messages; `undefined` when they may be of any room, or were for everybody. */
  readonly room: string | undefined;
  /** The node that sent the messages; `undefined` for any. */
  readonly nodeId: string | undefined;
  /**
   * - `lost`: a later message has come, and an earlier one has not;
   * - `down`: this node was cut off for a while;
   * - `overflow`: the queue of this node was full, and its oldest messages never reach the others;
   * - `tooLarge`: this node did not send a message that is over `maxPayloadBytes`;
   * - `refused`: the engine does not take a message of this node, though it takes others. The message
   *   may be too large for it.
   */
  readonly reason: "lost" | "down" | "overflow" | "tooLarge" | "refused";
  /** The limit of this node, for `overflow` and `tooLarge`. */
  readonly exceeded?: LimitExceeded;
}

/** A limit of `clusterLimits`, and what is over it. */
export interface LimitExceeded {
  readonly option: "maxQueuedMessages" | "maxQueuedBytes" | "maxPayloadBytes";
  readonly limit: number;
  readonly value: number;
}

/** Counts of messages over the broker. All only grow, except those of the queue. */
export interface ClusterCounts {
  readonly sent: number;
  readonly received: number;
  /** Messages that are broken, or of another application. */
  readonly malformed: number;
  /** Messages of an unknown version. */
  readonly unknownVersion: number;
  /** Messages larger than `maxPayloadBytes`, in either direction. */
  readonly oversized: number;
  /** Messages that came twice, and were dropped. */
  readonly repeated: number;
  readonly gaps: number;
  /** Messages that were given up, because the queue was full or the engine refused them. */
  readonly dropped: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
}

/** The part of the metrics that is about the broker. */
export interface BrokerMetrics {
  readonly isUp: boolean;
  /** Messages that the engine has taken. */
  readonly published: number;
  readonly received: number;
  /** Messages that wait for the engine now. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Messages that were never published: the queue was full, or the engine refused them. */
  readonly dropped: number;
  /** The number of times that messages of another node were missing. */
  readonly gaps: number;
  /** Messages that were ignored: they came twice, or were malformed, too large or of an unknown version. */
  readonly ignored: number;
}
