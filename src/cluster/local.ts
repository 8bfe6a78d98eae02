/** What a manager and the link to other managers know of each other. */
import type { ShutdownOptions } from "../node/index.js";
import type { BrokerMetrics, ClusterEvent } from "./event.js";
import type { Returning } from "./replay.js";

/** What is sent to many: exactly these bytes, or this text. */
export interface OutboundMessage {
  readonly data: string | Uint8Array;
  /** @defaultValue text for a string, else binary */
  readonly type?: "text" | "binary" | undefined;
  readonly compress?: boolean | undefined;
}

/** A member of a room, wherever it is connected. */
export interface RoomMember {
  readonly id: string;
  /** What it joined with or has set since; `null` without. */
  readonly state: unknown;
}

/** How connections are to be closed: as by the shutdown of a server. */
export type CloseAllOptions = ShutdownOptions;

/** The connections of this process, as other processes reach them. Nothing here throws or waits. */
export interface ClusterLocal {
  /** What the ids of this manager's connections start with. */
  readonly nodeId: string;
  deliverToAll(message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverToRoom(room: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverToUser(user: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  deliverTo(connectionId: string, message: OutboundMessage): void;
  membersOf(room: string): RoomMember[];
  /** The rooms that have a member here: what {@link Cluster.roomOpened} was called for. */
  rooms(): Iterable<string>;
  closeAll(options: CloseAllOptions): Promise<void>;
  /** Something has happened to other processes, or on the way to them. */
  happened?(event: ClusterEvent): void;
}

/** What came of a question to all processes. */
export interface ClusterMembers {
  readonly members: readonly RoomMember[];
  /** Processes that did not answer in time. */
  readonly missingNodes: readonly string[];
}

/** The other processes, as a manager reaches them. Nothing here throws, or keeps local delivery waiting. */
export interface Cluster {
  /** To everybody elsewhere, or everybody in a room. */
  broadcast(room: string | undefined, message: OutboundMessage, exceptIds: readonly string[]): void;
  sendTo(connectionId: string, message: OutboundMessage): void;
  sendToUser(user: string, message: OutboundMessage, exceptIds: readonly string[]): void;
  /** The first member here has come: messages to the room are wanted from now on. */
  roomOpened(room: string): void;
  /** The last member here has left. */
  roomClosed(room: string): void;
  /** A member here has come, or has a new state; or has left, when `member` is without a state. */
  presenceChanged(room: string, connectionId: string, state: unknown): void;
  /** Members elsewhere as far as is known here without asking, of rooms that have a member here. */
  knownMembersOf(room: string): RoomMember[];
  /** Members elsewhere. Never rejects. */
  fetchMembers(room: string, options: { readonly timeoutMs: number }): Promise<ClusterMembers>;
  closeAll(options: CloseAllOptions): void;
  /** Where a member stands that has had all of the room's messages up to now; `undefined` when nothing is kept. */
  offsetOf?(room: string): string | undefined;
  /** Lets a member come back to a room, with what it has missed; or finds that it cannot be said what that is. */
  resume?(room: string, returning: Returning): Promise<"resumed" | "gap">;
  /** What has been counted up to now. */
  metrics?(): BrokerMetrics;
  close(): Promise<void>;
}

/** The cluster of a manager that is on its own: there is nobody else. */
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

/** Links a manager to others. Called once, when the manager is made. */
export type ClusterFactory = (local: ClusterLocal) => Cluster;
