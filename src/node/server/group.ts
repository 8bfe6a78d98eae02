import { Chain, type Chained } from "../../protocol/index.js";
import type { Membership } from "../connection/setup.js";
import type { WebSocketConnection } from "../connection/connection.js";

/** Connections that are not closed yet, all with the same kind of data. */
export class ConnectionGroup<Data> {
  readonly #members = new Chain<Member<Data>>();
  /** Made when somebody asks for it, and kept by nobody else; why, {@link Chain} tells. */
  #set: WeakRef<Set<WebSocketConnection<Data>>> | undefined;
  readonly #onLeft: () => void;

  /** @param onLeft - Called when a connection has left. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  get size(): number {
    return this.#members.length;
  }

  /** A live set of the connections: the same one for as long as anybody has it. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    const known = this.#set?.deref();
    if (known !== undefined) return known;
    const set = new Set(this);
    this.#set = new WeakRef(set);
    return set;
  }

  /** Those that are here now, whatever becomes of them meanwhile. */
  *[Symbol.iterator](): Generator<WebSocketConnection<Data>, void, undefined> {
    for (const { connection } of this.#members) if (connection !== undefined) yield connection;
  }

  /** Takes in a connection that was made with `member`, until its transport has ended. */
  add(member: Member<Data>, connection: WebSocketConnection<Data>): void {
    member.connection = connection;
    this.#members.add(member);
    this.#set?.deref()?.add(connection);
  }

  /** Takes away `member`, which is here. */
  remove(member: Member<Data>): void {
    this.#members.remove(member);
    if (member.connection !== undefined) this.#set?.deref()?.delete(member.connection);
    member.release?.();
    this.#onLeft();
  }
}

/** The place of a connection in its group. */
export class Member<Data> implements Membership, Chained<Member<Data>> {
  previous: Member<Data> | undefined = undefined;
  next: Member<Data> | undefined = undefined;
  connection: WebSocketConnection<Data> | undefined = undefined;
  /** Gives free what the connection holds besides. */
  readonly release: (() => void) | undefined;
  readonly #group: ConnectionGroup<Data>;

  constructor(group: ConnectionGroup<Data>, release: (() => void) | undefined) {
    this.#group = group;
    this.release = release;
  }

  end(): void {
    this.#group.remove(this);
  }
}
