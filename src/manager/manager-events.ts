import type { CloseInfo, Message, WebSocketConnection } from "../node/index.js";
import type { BroadcastResult } from "./broadcast.js";
import type { ClusterEvent } from "./cluster-event.js";
import type { LeaveReason } from "./rooms.js";

/**
 * What a manager tells its listeners. When a listener of an event that is about one
 * connection throws, or its promise rejects, that connection is closed with 1011, nothing
 * else is affected, and `onHandlerError` gets the error.
 */
export interface ManagerEvents<Data> {
  /** A connection has been taken in, and has an id. With `authenticateFirst` nobody knows yet who it is. */
  connection: [connection: WebSocketConnection<Data>, id: string];
  /** A message, of any connection. When a listener returns a promise, the next message of this connection waits for it. */
  message: [connection: WebSocketConnection<Data>, message: Message, isText: boolean];
  /** A connection has ended, and has left all rooms. Comes once, last. */
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
  /** Something was sent to all, or to a room or a user; for metrics. */
  broadcast: [result: BroadcastResult, room: string | undefined];
}
