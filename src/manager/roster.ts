/** The roster: all connections of a manager, what it knows of each, and how it finds them. */
import type { WebSocketConnection } from "../node/index.js";
import { ReadyState } from "../protocol/index.js";
import { Membership } from "./membership.js";

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

/** All connections of a manager, found by id, user, tag and object. */
export class Roster<Data> {
  readonly users: Membership<ManagedConnection<Data>> = new Membership();
  readonly tags: Membership<ManagedConnection<Data>> = new Membership();
  readonly #byConnection = new Map<WebSocketConnection<Data>, ManagedConnection<Data>>();
  readonly #byId = new Map<string, ManagedConnection<Data>>();
  /** Connections that ended before their last messages were handled. */
  readonly #left = new WeakMap<WebSocketConnection<Data>, ManagedConnection<Data>>();

  get size(): number {
    return this.#byId.size;
  }

  add(managed: ManagedConnection<Data>): void {
    this.#byConnection.set(managed.connection, managed);
    this.#byId.set(managed.id, managed);
  }

  remove(managed: ManagedConnection<Data>): void {
    this.#byConnection.delete(managed.connection);
    this.#byId.delete(managed.id);
    for (const index of [this.users, this.tags]) {
      for (const group of Array.from(index.groupsOf(managed))) index.remove(managed, group);
    }
  }

  /** Lets {@link known} find a connection that was removed. Keeps it as long as somebody else does. */
  remember(managed: ManagedConnection<Data>): void {
    this.#left.set(managed.connection, managed);
  }

  /** Finds a connection as {@link of} does, and those that are remembered. */
  known(connection: WebSocketConnection<Data>): ManagedConnection<Data> | undefined {
    return this.of(connection) ?? this.#left.get(connection);
  }

  of(connection: WebSocketConnection<Data>): ManagedConnection<Data> | undefined {
    return this.#byConnection.get(connection);
  }

  withId(id: string): ManagedConnection<Data> | undefined {
    return this.#byId.get(id);
  }

  /** All connections, also those that are not authenticated yet. */
  get all(): ReadonlyMap<string, ManagedConnection<Data>> {
    return this.#byId;
  }

  /** Sets the user of a connection; `undefined` takes it out of the index of users. */
  setUser(managed: ManagedConnection<Data>, user: string | undefined): void {
    if (managed.user === user) return;
    if (managed.user !== undefined) this.users.remove(managed, managed.user);
    managed.user = user;
    if (user !== undefined) this.users.add(managed, user);
  }
}

/** Makes an iterable of the connections themselves. Each iteration sees those that come and go during it. */
export function connectionsOf<Data>(
  all: ReadonlySet<ManagedConnection<Data>> | ReadonlyMap<string, ManagedConnection<Data>>,
): Iterable<WebSocketConnection<Data>> {
  return {
    *[Symbol.iterator]() {
      for (const { connection } of all.values()) yield connection;
    },
  };
}
