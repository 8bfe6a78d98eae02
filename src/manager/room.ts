import type { ClusterMembers, OutboundMessage, RoomMember } from "../cluster/index.js";
import type { WebSocketConnection } from "../node/index.js";
import { ReadyState } from "../protocol/index.js";
import {
  type Broadcastable,
  type BroadcastOptions,
  type BroadcastResult,
  exceptionsOf,
  toPrepared,
} from "./broadcast.js";
import type { JoinStatus } from "./managed-connection.js";
import type { ManagerCore } from "./manager-core.js";
import { connectionsOf } from "./roster.js";

/** How a member comes back to a room. */
export interface ResumeOptions {
  /** What {@link Room.offset} was when it had had all messages up to then. It may come from the client as it is. */
  readonly offset: string;
  /** As with {@link Room.join}. */
  readonly state?: unknown;
  /** How long the engine has to say what was missed. @defaultValue 5000 */
  readonly timeoutMs?: number | undefined;
}

/** How long the engine has by default to say what a member has missed. */
const RESUME_TIMEOUT_MS = 5_000;

/**
 * A named set of connections. It is there as long as it has members; this object is only
 * a handle, so that a name may be asked for at any time, and as often as one likes.
 */
export class Room<Data = unknown> {
  readonly name: string;
  readonly #core: ManagerCore<Data>;

  /** Meant for `ConnectionManager.room`. */
  constructor(name: string, core: ManagerCore<Data>) {
    this.name = name;
    this.#core = core;
  }

  /** How many members are connected to this process. */
  get size(): number {
    return this.#core.rooms.membership.membersOf(this.name).size;
  }

  /** The members connected to this process, as they are while you iterate. */
  get members(): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.rooms.membership.membersOf(this.name));
  }

  has(connection: WebSocketConnection<Data>): boolean {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.membership.has(managed, this.name);
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
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    if (managed !== undefined) return rooms.join(managed, this.name, state);
    if (connection.readyState !== ReadyState.OPEN) return Promise.resolve("closed");
    throw new Error("this connection is not the manager's: give it to add(connection) first");
  }

  /**
   * Where a member stands that has had all messages up to now: tell it to the client, for
   * `resume`. It can be neither guessed nor used for another room. `undefined` while the
   * broker has kept nothing that has been delivered here, or keeps nothing at all.
   */
  get offset(): string | undefined {
    return this.#core.cluster.offsetOf?.(this.name);
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
  async resume(
    connection: WebSocketConnection<Data>,
    { offset, state, timeoutMs = RESUME_TIMEOUT_MS }: ResumeOptions,
  ): Promise<JoinStatus | "gap"> {
    const { roster, rooms, cluster } = this.#core;
    const managed = roster.of(connection);
    if (managed === undefined) return this.join(connection, { state });
    if (rooms.membership.has(managed, this.name)) return "joined";
    const permitted = await rooms.permit(managed, this.name, state);
    if (typeof permitted === "string") return permitted;
    let status: JoinStatus = "closed";
    const join = (missed: readonly OutboundMessage[]): void => {
      status = permitted();
      if (status !== "joined") return;
      for (const message of missed) connection.send(message.data, message);
    };
    const returning = { connectionId: managed.id, offset, timeoutMs, join };
    const outcome = await cluster.resume?.(this.name, returning);
    return outcome === "resumed" ? status : "gap";
  }

  /** @returns Whether it was a member. A join that waits for `authorize` is called off. */
  leave(connection: WebSocketConnection<Data>): boolean {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.leave(managed, this.name, "left");
  }

  /** Sends a message to all members; see {@link ConnectionManager.broadcast}. */
  broadcast(data: Broadcastable, options: BroadcastOptions<Data> = {}): BroadcastResult {
    return this.#core.dispatch.broadcast({ type: "room", room: this.name }, data, options);
  }

  /**
   * Sends a message of the member `connection` to all others, if `authorize` lets it
   * publish here. Who is no member may not.
   *
   * @returns What became of it; `"denied"`: nothing was sent.
   * @throws {TypeError} `data` cannot be sent (as a rejection).
   */
  async publish(
    connection: WebSocketConnection<Data>,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): Promise<BroadcastResult | "denied"> {
    const message = toPrepared(data, options); // not to find out after the question
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    if (managed === undefined || !(await rooms.mayPublish(managed, this.name))) return "denied";
    const except = [managed.id, ...exceptionsOf(options.except)];
    return this.broadcast(message, { ...options, except });
  }

  /**
   * Changes what others are to know of a member: typing, away, the position of a cursor.
   * It should survive JSON. `undefined` is the same as `null`.
   *
   * @returns False when it is no member.
   */
  setState(connection: WebSocketConnection<Data>, state: unknown): boolean {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.setState(managed, this.name, state);
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
    const here = this.#core.rooms.membersOf(this.name);
    return scope === "local" ? here : [...here, ...this.#core.cluster.knownMembersOf(this.name)];
  }

  /**
   * The members wherever they are connected, with their states.
   *
   * @param options - `timeoutMs`: how long other processes have to answer. @defaultValue 1000
   * @returns What came in time. Never rejects.
   */
  async fetchMembers({
    timeoutMs = 1_000,
  }: { readonly timeoutMs?: number } = {}): Promise<ClusterMembers> {
    const elsewhere = await this.#core.cluster.fetchMembers(this.name, { timeoutMs });
    const { members, missingNodes } = elsewhere;
    return { members: [...this.presence(), ...members], missingNodes };
  }
}

/**
 * Checks what is to be the name of a room. Names are compared character by character, as
 * they are: neither case nor Unicode variants are the same, and nothing is a wildcard.
 *
 * @throws {TypeError} It is no string; or it has half a surrogate pair, and so cannot be
 *   told from other names once it is UTF-8.
 * @throws {RangeError} It is longer than `maxLength` UTF-16 units.
 */
export function checkRoomName(name: unknown, maxLength: number): asserts name is string {
  if (typeof name !== "string") {
    throw new TypeError(
      `the name of a room is a string, not ${name === null ? "null" : typeof name}`,
    );
  }
  if (name.length > maxLength) {
    throw new RangeError(
      `the name of a room has at most ${maxLength} characters (maxRoomNameLength), not ${name.length}`,
    );
  }
  if (!isWellFormed(name))
    throw new TypeError("the name of a room has half a surrogate pair in it");
}

function isWellFormed(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if ((unit & 0xf800) !== 0xd800) continue;
    const next = text.charCodeAt(index + 1);
    if (unit >= 0xdc00 || (next & 0xfc00) !== 0xdc00) return false;
    index++;
  }
  return true;
}
