import { ReadyState } from "../protocol/index.js";
import type { WebSocketConnection } from "../node/index.js";

/** The outcome of a join. */
export type JoinStatus =
  /** The connection is a member. */
  | "joined"
  /** `authorize` said no, or the connection has not authenticated itself yet. */
  | "denied"
  /** The connection is in `maxRoomsPerConnection` rooms. */
  | "tooMany"
  /** The connection left while `authorize` was pending. */
  | "cancelled"
  /** The connection is closing or closed. */
  | "closed";

/** A join that waits for `authorize`. */
export interface PendingJoin {
  state: unknown;
  readonly settle: (status: JoinStatus) => void;
  readonly settled: Promise<JoinStatus>;
}

/** One connection with all that the manager knows of it. */
export class ManagedConnection<Data> {
  readonly id: string;
  readonly connection: WebSocketConnection<Data>;
  /** Times of its arrival and of its latest message, in milliseconds of the manager's clock. */
  readonly since: number;
  lastActiveAt: number;
  /** Before that the connection is in no room and is found by no user, and no broadcast reaches it. */
  isAuthenticated = false;
  /** Whether listeners of the manager get its messages. */
  isForwarding = false;
  /** Whether listeners of the manager get its `close`. */
  isWatched = false;
  /** Its key in the index of users. */
  user: string | undefined;
  /** Grows when rights have changed. An answer of `authorize` to a question from before does not count. */
  revision = 0;
  readonly pendingJoins: Map<string, PendingJoin> = new Map();
  /** Rooms that send it nothing until `authorize` has answered again, with the revision of the question. */
  readonly suspended: Map<string, number> = new Map();
  /** Its presence states, by room. */
  readonly states: Map<string, unknown> = new Map();

  constructor(id: string, connection: WebSocketConnection<Data>, now: number) {
    this.id = id;
    this.connection = connection;
    this.since = now;
    this.lastActiveAt = now;
  }

  get isOpen(): boolean {
    return this.connection.readyState === ReadyState.OPEN;
  }
}
