import type { ClusterMembers, RoomMember } from "../cluster/index.js";
import type { WebSocketConnection } from "../node/index.js";
import type { SendOptions } from "../protocol/index.js";
import type { Broadcastable, BroadcastResult } from "./broadcast.js";
import type { JoinStatus } from "./managed-connection.js";

/** Who gets a broadcast, and how. */
export interface BroadcastOptions<Data = unknown> extends SendOptions {
  /** Connections, or their ids, that do not get it. */
  readonly except?: Excepted<Data> | Iterable<Excepted<Data>> | undefined;
  /** Skips those for whom more than 64 KiB wait already: for messages that are soon out of date. @defaultValue false */
  readonly volatile?: boolean | undefined;
  /**
   * Holds the message for up to so long, to go out together with others to the same
   * receivers: in one write, and as one message when the manager has a `batch.join`. Who
   * joins meanwhile does not get it. Nothing is counted yet in the result.
   *
   * @defaultValue it goes out at once
   */
  readonly batchMs?: number | undefined;
  /** `"local"` reaches the connections of this process only. @defaultValue `"cluster"` */
  readonly scope?: "local" | "cluster" | undefined;
}

/** A connection, or its id. */
export type Excepted<Data> = WebSocketConnection<Data> | string;

/** How a member comes back to a room. */
export interface ResumeOptions {
  /** What {@link Room.offset} was when it had had all messages up to then. It may come from the client as it is. */
  readonly offset: string;
  /** As with {@link Room.join}. */
  readonly state?: unknown;
  /** How long the engine has to say what was missed. @defaultValue 5000 */
  readonly timeoutMs?: number | undefined;
}

/** What a {@link Room} asks of its manager. */
export interface RoomHost<Data> {
  join(connection: WebSocketConnection<Data>, room: string, state: unknown): Promise<JoinStatus>;
  offsetOf(room: string): string | undefined;
  resume(
    connection: WebSocketConnection<Data>,
    room: string,
    options: ResumeOptions,
  ): Promise<JoinStatus | "gap">;
  leave(connection: WebSocketConnection<Data>, room: string): boolean;
  has(connection: WebSocketConnection<Data>, room: string): boolean;
  setState(connection: WebSocketConnection<Data>, room: string, state: unknown): boolean;
  members(room: string): Iterable<WebSocketConnection<Data>>;
  sizeOf(room: string): number;
  presenceOf(room: string, scope: "local" | "cluster"): RoomMember[];
  fetchMembers(room: string, timeoutMs: number): Promise<ClusterMembers>;
  broadcast(room: string, data: Broadcastable, options: BroadcastOptions<Data>): BroadcastResult;
  publish(
    connection: WebSocketConnection<Data>,
    room: string,
    data: Broadcastable,
    options: BroadcastOptions<Data>,
  ): Promise<BroadcastResult | "denied">;
}

/**
 * A named set of connections. It is there as long as it has members; this object is only
 * a handle, so that a name may be asked for at any time, and as often as one likes.
 */
export class Room<Data = unknown> {
  readonly name: string;
  readonly #host: RoomHost<Data>;

  /** Meant for `ConnectionManager.room`. */
  constructor(name: string, host: RoomHost<Data>) {
    this.name = name;
    this.#host = host;
  }

  /** How many members are connected to this process. */
  get size(): number {
    return this.#host.sizeOf(this.name);
  }

  /** The members connected to this process, as they are while you iterate. */
  get members(): Iterable<WebSocketConnection<Data>> {
    return this.#host.members(this.name);
  }

  has(connection: WebSocketConnection<Data>): boolean {
    return this.#host.has(connection, this.name);
  }

  /**
   * Makes `connection` a member, if it may be one. When `authorize` answers at once, or
   * there is none, it is a member when this returns. Called again it changes nothing but
   * the state, where one is given.
   *
   * @param options - `state` is what others are to know of the member: see {@link setState}.
   * @returns What became of it. It never rejects, and may be ignored.
   * @throws {Error} The connection is open, and was never given to this manager.
   */
  join(
    connection: WebSocketConnection<Data>,
    { state }: { readonly state?: unknown } = {},
  ): Promise<JoinStatus> {
    return this.#host.join(connection, this.name, state);
  }

  /**
   * Where a member stands that has had all messages up to now: tell it to the client, for
   * `resume`. It can be neither guessed nor used for another room. `undefined` while the
   * broker has kept nothing that has been delivered here, or keeps nothing at all.
   */
  get offset(): string | undefined {
    return this.#host.offsetOf(this.name);
  }

  /**
   * Makes `connection` a member as `join` does, and sends it first what it has missed since
   * `offset`: each message once, and those of each process in their order. What its own
   * earlier connection was excepted from is among it.
   *
   * @returns As `join` does. `"gap"`: it is no member, because nobody can say what it has
   *   missed (the offset is too old, or of another room, or was made up; nothing is kept;
   *   the engine does not answer): let it `join`, and send it all there is. A connection
   *   that is a member already stays one, and is sent nothing. It rejects only as `join` throws.
   */
  resume(
    connection: WebSocketConnection<Data>,
    options: ResumeOptions,
  ): Promise<JoinStatus | "gap"> {
    return this.#host.resume(connection, this.name, options);
  }

  /** @returns Whether it was a member. A join that waits for `authorize` is called off. */
  leave(connection: WebSocketConnection<Data>): boolean {
    return this.#host.leave(connection, this.name);
  }

  /** Sends a message to all members; see {@link ConnectionManager.broadcast}. */
  broadcast(data: Broadcastable, options: BroadcastOptions<Data> = {}): BroadcastResult {
    return this.#host.broadcast(this.name, data, options);
  }

  /**
   * Sends a message of the member `connection` to all others, if `authorize` lets it
   * publish here. Who is no member may not.
   *
   * @returns What became of it; `"denied"`: nothing was sent. Never rejects.
   * @throws {TypeError} `data` cannot be sent.
   */
  publish(
    connection: WebSocketConnection<Data>,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): Promise<BroadcastResult | "denied"> {
    return this.#host.publish(connection, this.name, data, options);
  }

  /**
   * Changes what others are to know of a member: typing, away, the position of a cursor.
   * It should survive JSON. `undefined` is the same as `null`.
   *
   * @returns False when it is no member.
   */
  setState(connection: WebSocketConnection<Data>, state: unknown): boolean {
    return this.#host.setState(connection, this.name, state);
  }

  /**
   * The members connected to this process, by id, with their states.
   *
   * @param options - `scope`: with `"cluster"` those elsewhere, too, as far as they are
   *   known here, which takes a member here. What changes in them is told by `cluster`
   *   events of the type `presence`: the list of now and those to come make the list of then.
   *   @defaultValue `"local"`
   */
  presence({ scope = "local" }: { readonly scope?: "local" | "cluster" } = {}): RoomMember[] {
    return this.#host.presenceOf(this.name, scope);
  }

  /**
   * The members wherever they are connected, with their states.
   *
   * @param options - `timeoutMs`: how long other processes have to answer. @defaultValue 1000
   * @returns What came in time. Never rejects.
   */
  fetchMembers({
    timeoutMs = 1_000,
  }: { readonly timeoutMs?: number } = {}): Promise<ClusterMembers> {
    return this.#host.fetchMembers(this.name, timeoutMs);
  }
}
