import { ReadyState } from "../protocol/index.js";
import type { WebSocketConnection } from "../node/index.js";

/** What became of a connection's wish to be in a room. */
export type JoinStatus =
  /** It is a member. */
  | "joined"
  /** `authorize` said no, or the connection has not authenticated itself yet. */
  | "denied"
  /** It is in `maxRoomsPerConnection` rooms. */
  | "tooMany"
  /** It has left while `authorize` was pending. */
  | "cancelled"
  /** The connection is closing or closed. */
  | "closed";

/** A join that waits for `authorize`. */
export interface PendingJoin {
  state: unknown;
  readonly settle: (status: JoinStatus) => void;
  readonly settled: Promise<JoinStatus>;
}

/** What a manager knows of one connection. */
export class ManagedConnection<Data> {
  readonly id: string;
  readonly connection: WebSocketConnection<Data>;
  /** When it came, and when its latest message did, in milliseconds of the manager's clock. */
  readonly since: number;
  lastActiveAt: number;
  /** Until then it is in no room, and is found by nobody. */
  isAuthenticated = false;
  /** Its messages go to listeners of the manager. */
  isForwarding = false;
  /** Its end goes to listeners of the manager. */
  isWatched = false;
  /** Its key in the index of users. */
  user: string | undefined;
  /** Goes up when what it may do has changed: an answer of `authorize` from before does not count. */
  revision = 0;
  readonly pendingJoins: Map<string, PendingJoin> = new Map();
  /** Rooms it gets nothing from until `authorize` has answered again, and the revision that was. */
  readonly suspended: Map<string, number> = new Map();
  /** What it has told of itself, by room. */
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
