import type { WebSocketConnection } from "../node/index.js";
import type { ManagedConnection } from "./managed-connection.js";
import { Membership } from "./membership.js";

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
