/** The events of a manager. */
import type { ClusterEvent, OutboundMessage } from "../cluster/index.js";
import type { Names } from "../input/index.js";
import type { CloseInfo, Message, WebSocketConnection } from "../node/index.js";
import type { AdmissionLimit } from "./admission.js";
import type { BroadcastResult } from "./broadcast.js";
import type { PresenceDiff } from "./presence.js";
import type { LeaveReason } from "./rooms.js";

/**
 * The events of a manager. When a listener throws, or its promise rejects, `onHandlerError` gets
 * the error. If the event is about one connection, that connection is closed with 1011; nothing
 * else is affected.
 */
export interface ManagerEvents<Data> {
  /** The manager has taken in a connection and given it an id. With `authenticateFirst` its user is not known yet. */
  connection: [connection: WebSocketConnection<Data>, id: string];
  /**
   * With `authenticateFirst`: the first message has passed the check. The second message waits for
   * the listener's promise.
   */
  authenticated: [connection: WebSocketConnection<Data>, id: string];
  /** A client has met a limit before it was connected. The server emits `refused`, too. */
  refused: [limit: AdmissionLimit];
  /** A message was over the rate limit. `action` says what the manager did. */
  rateLimited: [connection: WebSocketConnection<Data>, action: "close" | "drop" | "reply"];
  /**
   * A message of any connection has come. When a listener returns a promise, the next message of
   * this connection waits for it.
   */
  message: [connection: WebSocketConnection<Data>, message: Message, isText: boolean];
  /**
   * A connection has ended. It left all rooms, and the manager, when its transport ended. This event
   * comes once and last, like `close` of the connection: after its messages, if somebody takes them.
   */
  close: [connection: WebSocketConnection<Data>, info: CloseInfo, id: string];
  /** A connection has become a member of a room. */
  join: [connection: WebSocketConnection<Data>, room: string];
  /** A connection is no member of a room any more. */
  leave: [connection: WebSocketConnection<Data>, room: string, reason: LeaveReason];
  /** A room has its first member. */
  created: [room: string];
  /** A room has no member any more. */
  removed: [room: string];
  /** The cluster has changed: messages are missing, a process has come or gone, or a member in another process. */
  cluster: [event: ClusterEvent];
  /** Members of a room, or their states, have changed. The event comes once for all changes of a turn. */
  presence: [room: string, diff: PresenceDiff];
  /** A message was sent to a room, to a user or to all connections. */
  broadcast: [result: BroadcastResult, room: string | undefined, message: OutboundMessage];
}

/** The names of the events, for the check of `on` and `off`. */
export const MANAGER_EVENTS: Names<ManagerEvents<unknown>> = {
  owner: "a ConnectionManager",
  known: {
    connection: true,
    authenticated: true,
    refused: true,
    rateLimited: true,
    message: true,
    close: true,
    join: true,
    leave: true,
    created: true,
    removed: true,
    cluster: true,
    presence: true,
    broadcast: true,
  },
  advice: {
    connect: "connection",
    disconnect: "close",
    disconnecting: "close",
    error: "what listeners and hooks throw goes to the option onHandlerError",
    open: "connection",
  },
};

/**
 * Calls the listeners of an event. When one throws, the connection that the event is about is closed.
 *
 * @returns A promise when a listener returned one. It never rejects.
 */
export type Announce<Data> = <Name extends keyof ManagerEvents<Data>>(
  about: WebSocketConnection<Data> | undefined,
  name: Name,
  ...values: ManagerEvents<Data>[Name]
) => Promise<void> | undefined;
