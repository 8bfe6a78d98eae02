/** The connections of a server: those that the application has, and those that were accepted only to be closed. */
import { Chain, type Chained, type DeflateParameters } from "../../protocol/index.js";
import { WebSocketConnection } from "../connection/connection.js";
import type { Membership } from "../connection/setup.js";
import type { ResolvedConnectionOptions } from "../options.js";
import { attempt } from "../connection/transport-user.js";
import type { PendingTransport } from "./pending.js";
import type { ServerRequest } from "./request.js";

/** The result of an opening handshake that accepts the client. */
export interface Agreement {
  /** The 101 response. */
  readonly response: Uint8Array;
  /** `""` when none was picked. */
  readonly subprotocol: string;
  readonly deflate: DeflateParameters | undefined;
}

/** A transport whose request has been accepted. */
export interface AcceptedTransport {
  readonly pending: PendingTransport;
  readonly request: ServerRequest;
  readonly agreement: Agreement;
  /** Gives the places of guards back; called once, when the transport has ended. */
  readonly release: (() => void) | undefined;
}

/** Makes connections, and holds them until their transports have ended. */
export class Accepted<Data> {
  readonly #options: ResolvedConnectionOptions;
  readonly #given: ConnectionGroup<Data>;
  readonly #leaving: ConnectionGroup<undefined>;

  /** @param onLeft - Called when a connection has ended. */
  constructor(options: ResolvedConnectionOptions, onLeft: () => void) {
    this.#options = options;
    this.#given = new ConnectionGroup(onLeft);
    this.#leaving = new ConnectionGroup(onLeft);
  }

  /** The connections that the application has and that are not closed yet. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    return this.#given.connections;
  }

  get size(): number {
    return this.#given.size + this.#leaving.size;
  }

  /** Sends the 101. @returns The connection for the application. */
  open(accepted: AcceptedTransport, data: Data): WebSocketConnection<Data> {
    return this.#connect(accepted, data, this.#given);
  }

  /** Sends the 101, and a Close frame behind it. */
  openToClose(accepted: AcceptedTransport, closeCode: number, reason: string): void {
    this.#connect(accepted, undefined, this.#leaving).close(closeCode, reason);
  }

  /**
   * Starts the closing handshake of the connections that the application has, behind the answers of
   * listeners that are at work.
   */
  closeAll(closeCode: number, reason: string): void {
    for (const connection of this.#given) connection.close(closeCode, reason, BEHIND_WORK);
  }

  /** Ends all transports at once. A connection that waits for a listener sends its Close frame before. */
  terminateAll(): void {
    for (const connection of this.#given) connection.terminate();
    for (const connection of this.#leaving) connection.terminate();
  }

  #connect<T>(
    { pending, request, agreement, release }: AcceptedTransport,
    data: T,
    group: ConnectionGroup<T>,
  ): WebSocketConnection<T> {
    const { response, subprotocol, deflate } = agreement;
    const { transport } = pending;
    attempt(transport, () => transport.write(response));
    const member = new Member(group, release);
    const connection = new WebSocketConnection<T>({
      role: "server",
      transport,
      options: this.#options,
      subprotocol,
      deflate,
      received: pending.accept(),
      remoteAddress: request.remoteAddress,
      data,
      membership: member,
    });
    group.add(member, connection);
    return connection;
  }
}

/** Waits for listeners without a limit: the caller of `closeAll` has a deadline. */
const BEHIND_WORK = { waitForHandlerMs: Infinity };

/** Connections that are not closed yet, all with the same kind of data. */
class ConnectionGroup<Data> {
  readonly #members = new Chain<Member<Data>>();
  /** Made on demand, and kept only by the code that asked for it; {@link Chain} says why. */
  #set: WeakRef<Set<WebSocketConnection<Data>>> | undefined;
  readonly #onLeft: () => void;

  /** @param onLeft - Called when a connection has left. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  get size(): number {
    return this.#members.length;
  }

  /** A live set of the connections. It is the same one as long as any code holds it. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    const known = this.#set?.deref();
    if (known !== undefined) return known;
    const set = new Set(this);
    this.#set = new WeakRef(set);
    return set;
  }

  /** The connections that are in the group, for a loop that may end some of them. */
  *[Symbol.iterator](): Generator<WebSocketConnection<Data>, void, undefined> {
    for (const { connection } of this.#members) if (connection !== undefined) yield connection;
  }

  /** Adds a connection that was made with `member`, until its transport has ended. */
  add(member: Member<Data>, connection: WebSocketConnection<Data>): void {
    member.connection = connection;
    this.#members.add(member);
    this.#set?.deref()?.add(connection);
  }

  /** Removes `member`, which must be in the group. */
  remove(member: Member<Data>): void {
    this.#members.remove(member);
    if (member.connection !== undefined) this.#set?.deref()?.delete(member.connection);
    member.release?.();
    this.#onLeft();
  }
}

/** The place of a connection in its group. */
class Member<Data> implements Membership, Chained<Member<Data>> {
  previous: Member<Data> | undefined = undefined;
  next: Member<Data> | undefined = undefined;
  connection: WebSocketConnection<Data> | undefined = undefined;
  /** Gives the places of guards back; called once, when the transport has ended. */
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
