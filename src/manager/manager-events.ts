import type { ClusterEvent, OutboundMessage } from "../cluster/index.js";
import type { Names } from "../input/index.js";
import type { CloseInfo, Message, WebSocketConnection } from "../node/index.js";
import type { AdmissionLimit } from "./admission.js";
import type { BroadcastResult } from "./broadcast.js";
import type { PresenceDiff } from "./presence.js";
import type { LeaveReason } from "./rooms.js";

/**
 * What a manager tells its listeners. When a listener of an event that is about one
 * connection throws, or its promise rejects, that connection is closed with 1011, nothing
 * else is affected, and `onHandlerError` gets the error.
 */
export interface ManagerEvents<Data> {
  /** A connection has been taken in, and has an id. With `authenticateFirst` nobody knows yet who it is. */
  connection: [connection: WebSocketConnection<Data>, id: string];
  /** With `authenticateFirst`: the first message was good. Its second message waits for the listener's promise. */
  authenticated: [connection: WebSocketConnection<Data>, id: string];
  /** A client has met a limit before it was connected. The server tells of it, too: `refused`. */
  refused: [limit: AdmissionLimit];
  /** A message was over the rate limit, and what came of it. */
  rateLimited: [connection: WebSocketConnection<Data>, action: "close" | "drop" | "reply"];
  /** A message, of any connection. When a listener returns a promise, the next message of this connection waits for it. */
  message: [connection: WebSocketConnection<Data>, message: Message, isText: boolean];
  /**
   * A connection has ended. It has left all rooms, and the manager, when its transport ended; this
   * comes once and last, as `close` of the connection does: behind its messages, where somebody
   * takes them.
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
  /** Something has happened to other processes, or on the way to them: a gap, a process that is gone, a member elsewhere. */
  cluster: [event: ClusterEvent];
  /** Who is in a room, and what they tell of themselves, has changed; once for all changes of a turn. */
  presence: [room: string, diff: PresenceDiff];
  /** A message has been sent to many: to a room, to a user or to all. */
  broadcast: [result: BroadcastResult, room: string | undefined, message: OutboundMessage];
}

/** A new event is a row here. */
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
 * Tells listeners of an event. What they throw closes the connection the event is about.
 *
 * @returns As the listeners: a promise when one of them returned one.
 */
export type Announce<Data> = <Name extends keyof ManagerEvents<Data>>(
  about: WebSocketConnection<Data> | undefined,
  name: Name,
  ...values: ManagerEvents<Data>[Name]
) => Promise<void> | undefined;
