/**
 * The interface between a manager and its cluster, in one process: each as the other sees it, and what
 * they tell each other.
 */
import type { ShutdownOptions } from "../node/index.js";

/** A message to many connections: exactly these bytes, or this text. */
export interface OutboundMessage {
  readonly data: string | Uint8Array;
  /** @defaultValue text for a string, else binary */
  readonly type?: "text" | "binary" | undefined;
  readonly compress?: boolean | undefined;
}

/** A member of a room, in any process. */
export interface RoomMember {
  readonly id: string;
  /** Its presence state; `null` when it has set none. */
  readonly state: unknown;
}

/** Deadline, code and reason for connections that are closed, as for the shutdown of a server. */
export type CloseAllOptions = ShutdownOptions;

/** The connections of this process, as other processes reach them. The methods do not throw, and do not wait. */
export interface ClusterLocal {
  /** The id of this manager: ids of its connections start with it. */
  readonly nodeId: string;
  deliverToAll(message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverToRoom(room: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverToUser(user: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverTo(connectionId: string, message: OutboundMessage): void;
  membersOf(room: string): RoomMember[];
  /** The rooms that have a member here: those for which {@link Cluster.roomOpened} was called. */
  rooms(): Iterable<string>;
  closeAll(options: CloseAllOptions): Promise<void>;
  /** Takes an event of the cluster. */
  happened?(event: ClusterEvent): void;
}

/** A member that comes back to a room. */
export interface Returning {
  readonly connectionId: string;
  /** The offset of its last message. May be any text: it may come from a peer. */
  readonly offset: string;
  /** Time for the engine to answer. */
  readonly timeoutMs: number;
  /** Called when the missed messages are known: makes the member join, and sends it these. */
  readonly join: (missed: readonly OutboundMessage[]) => void;
}

/** The members that other processes have named. */
export interface ClusterMembers {
  readonly members: readonly RoomMember[];
  /** The ids of managers that did not answer in time. */
  readonly missingNodes: readonly string[];
}

/**
 * The other processes, as a manager reaches them. The methods do not throw, and delivery in this
 * process does not wait for them.
 */
export interface Cluster {
  /** Sends to all connections of other processes, or to those in a room. */
  broadcast(room: string | undefined, message: OutboundMessage, exceptIds: readonly string[]): void;
  sendTo(connectionId: string, message: OutboundMessage): void;
  sendToUser(user: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  /** The room has its first member here: messages to it are needed from now on. */
  roomOpened(room: string): void;
  /** The room has no member here any more. */
  roomClosed(room: string): void;
  /** A member here has come or has a new state, or has left: then `state` is `undefined`. */
  presenceChanged(room: string, connectionId: string, state: unknown): void;
  /** Members in other processes, as far as this process knows them; none of rooms without a member here. */
  knownMembersOf(room: string): RoomMember[];
  /** Asks other processes for their members. Never rejects. */
  fetchMembers(room: string, options: { readonly timeoutMs: number }): Promise<ClusterMembers>;
  closeAll(options: CloseAllOptions): void;
  /** The position of a member that has got all messages of the room so far; `undefined` when none are kept. */
  offsetOf?(room: string): string | undefined;
  /** Lets a member come back to a room, with the messages it has missed. `"gap"`: they are not known. */
  resume?(room: string, returning: Returning): Promise<"resumed" | "gap">;
  /** The counts up to now. */
  metrics?(): BrokerMetrics;
  close(): Promise<void>;
}

/** The cluster of a manager without others. */
export const NO_CLUSTER: Cluster = {
  broadcast: ignore,
  sendTo: ignore,
  sendToUser: ignore,
  roomOpened: ignore,
  roomClosed: ignore,
  presenceChanged: ignore,
  knownMembersOf: () => [],
  fetchMembers: () => Promise.resolve({ members: [], missingNodes: [] }),
  closeAll: ignore,
  close: () => Promise.resolve(),
};

function ignore(): void {}

/** Joins a manager to others. The manager's constructor calls it once. */
export type ClusterFactory = (local: ClusterLocal) => Cluster;

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
