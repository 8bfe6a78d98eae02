/** What a manager learns about the other nodes, and about the way to them. */
export type ClusterEvent =
  /** The engine cannot be reached, or nothing comes back from it. Local delivery goes on. */
  | { readonly type: "down"; readonly error: unknown }
  /** It can again, after so long. What the others sent meanwhile may not have come: a gap follows. */
  | { readonly type: "up"; readonly downMs: number }
  | Gap
  | { readonly type: "nodeJoined"; readonly nodeId: string }
  | { readonly type: "nodeLeft"; readonly nodeId: string; readonly reason: "farewell" | "silence" }
  /** A member elsewhere has come or has a new state, or has left: then `state` is `undefined`. */
  | {
      readonly type: "presence";
      readonly room: string;
      readonly connectionId: string;
      readonly state: unknown;
    };

/** Messages that were sent and have not come, or may not have. */
export interface Gap {
  readonly type: "gap";
  /** The room they were for; `undefined` for any, and for messages to everybody. */
  readonly room: string | undefined;
  /** Whose messages; `undefined` for those of any node. */
  readonly nodeId: string | undefined;
  /**
   * - `lost`: a later message has come, an earlier one has not;
   * - `down`: this node was cut off for a while;
   * - `overflow`: this node had more to send than it may queue, and the oldest of it is lost to the others;
   * - `refused`: the engine does not take a message of this node, though it takes others: it may be too large for it.
   */
  readonly reason: "lost" | "down" | "overflow" | "refused";
}

/** How much went over the broker, and what was wrong with it; all of them only grow, but what is queued. */
export interface ClusterCounts {
  readonly sent: number;
  readonly received: number;
  /** Not ours, or broken. */
  readonly malformed: number;
  /** Of a version that this one does not know. */
  readonly unknownVersion: number;
  /** Larger than `maxPayloadBytes`, in either direction. */
  readonly oversized: number;
  /** Came again, and were dropped. */
  readonly repeated: number;
  readonly gaps: number;
  /** Given up because the queue was full. */
  readonly dropped: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
}

/** What a cluster of nodes has counted on this one. */
export interface BrokerMetrics {
  readonly isUp: boolean;
  /** Messages that the engine has taken, and that have come from it. */
  readonly published: number;
  readonly received: number;
  /** What waits for the engine now. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Messages that were never published: the queue was full, or the engine refused them. */
  readonly dropped: number;
  /** How often messages of another node were found to be missing. */
  readonly gaps: number;
  /** Messages that were ignored because they came twice, or in a version that is not known. */
  readonly ignored: number;
}
