import type { WebSocketConnection } from "../node/index.js";
import type { ManagedConnection } from "./managed-connection.js";
import { Membership } from "./membership.js";

/** All connections of a manager, and the ways to find them. */
export class Roster<Data> {
  readonly users: Membership<ManagedConnection<Data>> = new Membership();
  readonly tags: Membership<ManagedConnection<Data>> = new Membership();
  readonly #byConnection = new Map<WebSocketConnection<Data>, ManagedConnection<Data>>();
  readonly #byId = new Map<string, ManagedConnection<Data>>();

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

  of(connection: WebSocketConnection<Data>): ManagedConnection<Data> | undefined {
    return this.#byConnection.get(connection);
  }

  withId(id: string): ManagedConnection<Data> | undefined {
    return this.#byId.get(id);
  }

  /** Everybody, those included who have not authenticated themselves. */
  get all(): ReadonlyMap<string, ManagedConnection<Data>> {
    return this.#byId;
  }

  /** Enters it in the index of users: under no key when `user` is undefined. */
  setUser(managed: ManagedConnection<Data>, user: string | undefined): void {
    if (managed.user === user) return;
    if (managed.user !== undefined) this.users.remove(managed, managed.user);
    managed.user = user;
    if (user !== undefined) this.users.add(managed, user);
  }
}

/** The connections themselves, as they are while one iterates; any number of times. */
export function connectionsOf<Data>(
  all: ReadonlySet<ManagedConnection<Data>> | ReadonlyMap<string, ManagedConnection<Data>>,
): Iterable<WebSocketConnection<Data>> {
  return {
    *[Symbol.iterator]() {
      for (const { connection } of all.values()) yield connection;
    },
  };
}
