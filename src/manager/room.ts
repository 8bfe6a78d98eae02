/** The room: the handle that applications use for a named set of connections. */
import { checkOptions, type Names } from "../input/index.js";
import type { ClusterMembers, OutboundMessage, RoomMember } from "../cluster/index.js";
import type { WebSocketConnection } from "../node/index.js";
import { ReadyState } from "../protocol/index.js";
import {
  type Broadcastable,
  BROADCAST_OPTIONS,
  type BroadcastOptions,
  type BroadcastResult,
  exceptionsOf,
  toPrepared,
} from "./broadcast.js";
import { type JoinStatus, connectionsOf } from "./roster.js";
import type { ManagerCore } from "./manager-core.js";

/** Options of {@link Room.resume}. */
export interface ResumeOptions {
  /**
   * The value of {@link Room.offset} from when the member had all messages so far. It may come from
   * the client unchecked.
   */
  readonly offset: string;
  /** The state of the member, as in {@link Room.join}. */
  readonly state?: unknown;
  /** Time for the broker's engine to find the missed messages. @defaultValue 5000 */
  readonly timeoutMs?: number | undefined;
}

/** See {@link Room.join}. */
export interface JoinOptions {
  /** The presence state of the member: see {@link Room.setState}. */
  readonly state?: unknown;
}

/** See {@link Room.presence}. */
export interface PresenceOptions {
  /**
   * With `"cluster"` the list has the members in other processes, too, as far as this process knows
   * them. It knows them while it has a member of its own. Later changes come as `cluster` events
   * of the type `presence`: they keep the list up to date.
   *
   * @defaultValue `"local"`
   */
  readonly scope?: "local" | "cluster" | undefined;
}

/** See {@link Room.fetchMembers}. */
export interface FetchMembersOptions {
  /** The time for other processes to answer. @defaultValue 1000 */
  readonly timeoutMs?: number | undefined;
}

const JOIN: Names<JoinOptions> = {
  owner: "join()",
  known: { state: true },
  advice: { offset: "use resume()" },
};

const RESUME: Names<ResumeOptions> = {
  owner: "resume()",
  known: { offset: true, state: true, timeoutMs: true },
};

const PRESENCE: Names<PresenceOptions> = {
  owner: "presence()",
  known: { scope: true },
  advice: { timeoutMs: "use fetchMembers()" },
};

const FETCH: Names<FetchMembersOptions> = {
  owner: "fetchMembers()",
  known: { timeoutMs: true },
  advice: { scope: "leave it out, or use presence()" },
};

/** The default of {@link ResumeOptions.timeoutMs}. */
const RESUME_TIMEOUT_MS = 5_000;

/**
 * A named set of connections. The room exists while it has members. This object is only a handle:
 * you may ask for it at any time, and as often as you like.
 */
export class Room<Data = unknown> {
  readonly name: string;
  readonly #core: ManagerCore<Data>;

  /** Use `ConnectionManager.room` instead. */
  constructor(name: string, core: ManagerCore<Data>) {
    this.name = name;
    this.#core = core;
  }

  /** The number of members in this process. */
  get size(): number {
    return this.#core.rooms.membership.membersOf(this.name).size;
  }

  /** The members in this process. An iteration sees those that come and go during it. */
  get members(): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.rooms.membership.membersOf(this.name));
  }

  /** Whether the connection is a member. */
  has(connection: WebSocketConnection<Data>): boolean {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.membership.has(managed, this.name);
  }

  /**
   * Makes `connection` a member, if `authorize` allows it. When there is no `authorize`, or it
   * answers without a promise, the connection is a member when this call returns. A second call
   * changes only the state, if one is given.
   *
   * @returns The outcome. The promise never rejects, and may be ignored.
   * @throws {Error} The connection is open, and this manager does not have it.
   * @throws {TypeError} An option does not exist: `{ state: … }` is all there is.
   */
  join(connection: WebSocketConnection<Data>, options: JoinOptions = {}): Promise<JoinStatus> {
    checkOptions(options, JOIN);
    const { state } = options;
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    if (managed !== undefined) return rooms.join(managed, this.name, state);
    if (connection.readyState !== ReadyState.OPEN) return Promise.resolve("closed");
    throw new Error("this connection is not the manager's: give it to add(connection) first");
  }

  /**
   * The position of a member that has got all messages so far. Tell it to the client, which sends
   * it for {@link resume}. It cannot be guessed, and fits no other room. `undefined` while the broker
   * has kept no message that was delivered here, or when it keeps none at all.
   */
  get offset(): string | undefined {
    return this.#core.cluster.offsetOf?.(this.name);
  }

  /**
   * Makes `connection` a member like {@link join}, after it has sent it the messages since
   * `offset`: each once, and those of each process in their order. Messages that excepted the
   * client's earlier connection are among them. A connection that is a member already stays one,
   * and is sent nothing.
   *
   * @returns The outcome of the join. `"gap"`: the connection is no member, because the missed
   *   messages are not known: the offset is too old, of another room or made up, nothing is kept,
   *   or the engine does not answer. Then let it {@link join}, and send it the whole state.
   * @throws {Error} As {@link join} (as a rejection).
   */
  async resume(
    connection: WebSocketConnection<Data>,
    options: ResumeOptions,
  ): Promise<JoinStatus | "gap"> {
    checkOptions(options, RESUME);
    const { offset, state, timeoutMs = RESUME_TIMEOUT_MS } = options;
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
      for (const { data, type, compress } of missed) connection.send(data, { type, compress });
    };
    const returning = { connectionId: managed.id, offset, timeoutMs, join };
    const outcome = await cluster.resume?.(this.name, returning);
    return outcome === "resumed" ? status : "gap";
  }

  /** Ends a membership, or a join that waits for `authorize`. @returns Whether the connection was a member. */
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
   * Sends a message of the member `connection` to all other members, if `authorize` lets it
   * publish here. Connections that are no members may not.
   *
   * @returns The outcome of the broadcast; `"denied"`: nothing was sent.
   * @throws {TypeError} `data` cannot be sent (as a rejection).
   */
  async publish(
    connection: WebSocketConnection<Data>,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): Promise<BroadcastResult | "denied"> {
    checkOptions(options, BROADCAST_OPTIONS);
    const message = toPrepared(data, options); // before `authorize` is asked: data that cannot be sent throws at once
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    if (managed === undefined || !(await rooms.mayPublish(managed, this.name))) return "denied";
    const except = [managed.id, ...exceptionsOf(options.except)];
    return this.broadcast(message, { ...options, except });
  }

  /**
   * Sets the presence state of a member: typing, away, the position of a cursor. It should survive
   * JSON. `undefined` is the same as `null`.
   *
   * @returns False when the connection is no member.
   */
  setState(connection: WebSocketConnection<Data>, state: unknown): boolean {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.setState(managed, this.name, state);
  }

  /**
   * Lists the members in this process, by id, with their states.
   */
  presence(options: PresenceOptions = {}): RoomMember[] {
    checkOptions(options, PRESENCE);
    const { scope = "local" } = options;
    const here = this.#core.rooms.membersOf(this.name);
    return scope === "local" ? here : [...here, ...this.#core.cluster.knownMembersOf(this.name)];
  }

  /**
   * Asks all processes for the members of the room, with their states.
   *
   * @returns The answers that came in time. Never rejects.
   */
  async fetchMembers(options: FetchMembersOptions = {}): Promise<ClusterMembers> {
    checkOptions(options, FETCH);
    const { timeoutMs = 1_000 } = options;
    const elsewhere = await this.#core.cluster.fetchMembers(this.name, { timeoutMs });
    const { members, missingNodes } = elsewhere;
    return { members: [...this.presence(), ...members], missingNodes };
  }
}

/**
 * Checks the name of a room. Names are compared unit by unit: upper and lower case differ, Unicode
 * variants differ, and there are no wildcards.
 *
 * @throws {TypeError} The name is no string, or it has half a surrogate pair. As UTF-8 such a name
 *   would be the same as others.
 * @throws {RangeError} The name is longer than `maxLength` UTF-16 units.
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
