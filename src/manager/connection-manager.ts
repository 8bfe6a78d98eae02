/** The manager: the class that applications use for the connections of their servers. */
import type { CloseAllOptions } from "../cluster/index.js";
import { checkOptions, type Names } from "../input/index.js";
import {
  Emitter,
  LISTENER_FAILED,
  listenerOf,
  resolveShutdownOptions,
  type WebSocketConnection,
} from "../node/index.js";
import { CloseCode, type SendOptions } from "../protocol/index.js";
import type { Broadcastable, BroadcastOptions, BroadcastResult } from "./broadcast.js";
import type { SendToStatus } from "./dispatch.js";
import { ManagerCore } from "./manager-core.js";
import { type Announce, MANAGER_EVENTS, type ManagerEvents } from "./manager-events.js";
import { type ManagerOptions, resolveManagerOptions } from "./manager-options.js";
import { MetricsRecorder } from "./metrics/recorder.js";
import type { Metrics } from "./metrics/metrics.js";
import { checkRoomName, Room } from "./room.js";
import { connectionsOf } from "./roster.js";

/** Options of {@link ConnectionManager.closeAll}. */
export interface ManagerCloseAllOptions extends CloseAllOptions {
  /** `"cluster"` closes the connections of all processes. @defaultValue `"local"` */
  readonly scope?: "local" | "cluster" | undefined;
}

const CLOSE_ALL: Names<ManagerCloseAllOptions> = {
  owner: "closeAll()",
  known: { scope: true, deadlineMs: true, code: true, reason: true },
};

/**
 * Manages the connections of one or several servers: it finds them, keeps them within limits,
 * puts them into rooms, and sends to many of them. Make it before the servers have clients, and
 * before you add other listeners for `connection`: then the connection has its id when they run.
 *
 * Nothing that a peer does throws. Errors of listeners and hooks go to `onHandlerError`.
 */
export class ConnectionManager<Data = unknown>
  extends Emitter<ManagerEvents<Data>>
  implements AsyncDisposable
{
  readonly #core: ManagerCore<Data>;
  #shutdown: Promise<void> | undefined;

  /** @throws {TypeError | RangeError} An option cannot be used. The message names it. */
  constructor(options: ManagerOptions<Data> = {}) {
    super();
    const resolved = resolveManagerOptions(options);
    const recorder = new MetricsRecorder();
    const announce: Announce<Data> = (about, name, ...values) => {
      const failed = (error: unknown): void => {
        recorder.handlerFailed();
        about?.close(CloseCode.INTERNAL_ERROR, LISTENER_FAILED);
        resolved.onHandlerError(error, listenerOf(name));
      };
      return this.emit(name, failed, ...values);
    };
    const wants = (name: "message" | "close"): boolean => this.listenerCount(name) > 0;
    this.#core = new ManagerCore(resolved, recorder, announce, wants);
  }

  /** The id of this manager: ids of its connections start with it. */
  get nodeId(): string {
    return this.#core.nodeId;
  }

  /** The number of connections. */
  get size(): number {
    return this.#core.roster.size;
  }

  /** The connections. An iteration sees those that come and go during it. */
  get connections(): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.all);
  }

  /**
   * Takes in a connection that comes from none of the servers. It counts towards the limits:
   * where one is met, the connection is closed with the code of `whenFull` or `whenAddressFull`,
   * or with 1013. After {@link shutdown} it is closed with the code of the shutdown. A second
   * call for the same connection changes nothing.
   *
   * @returns The id of the connection; `undefined` when it is closing or closed.
   */
  add(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.intake.add(connection);
  }

  /**
   * The id of a connection, also while its last messages are handled; `undefined` when the manager
   * does not have it.
   */
  idOf(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.roster.known(connection)?.id;
  }

  /** The connection with this id; `undefined` when this process does not have it. */
  get(id: string): WebSocketConnection<Data> | undefined {
    return this.#core.roster.withId(id)?.connection;
  }

  /** The connections of a user in this process. An iteration sees those that come and go during it. */
  ofUser(user: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.users.membersOf(user));
  }

  /** The user of a connection, as the option `userOf` said; otherwise as {@link idOf}. */
  userOf(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.roster.known(connection)?.user;
  }

  /** Asks the option `userOf` again. Call it when the answer may have changed. */
  updateUser(connection: WebSocketConnection<Data>): void {
    const { roster, options } = this.#core;
    const managed = roster.of(connection);
    if (managed?.isAuthenticated === true) roster.setUser(managed, options.userOf(connection));
  }

  /**
   * Marks a connection, so that {@link tagged} finds it. Does nothing when the manager does not
   * have the connection.
   */
  tag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#core.roster.of(connection);
    if (managed !== undefined) this.#core.roster.tags.add(managed, tag);
  }

  /** Removes a mark. Does nothing when there is none. */
  untag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#core.roster.of(connection);
    if (managed !== undefined) this.#core.roster.tags.remove(managed, tag);
  }

  /** The connections with this mark in this process. An iteration sees those that come and go during it. */
  tagged(tag: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.tags.membersOf(tag));
  }

  /**
   * The time of a connection's latest message, or of its arrival when there was none; `undefined`
   * when the manager does not have it.
   */
  lastActive(connection: WebSocketConnection<Data>): Date | undefined {
    const managed = this.#core.roster.of(connection);
    if (managed === undefined) return undefined;
    const idleMs = this.#core.options.clock.now() - managed.lastActiveAt;
    return new Date(Date.now() - idleMs);
  }

  /**
   * Gives the room of exactly this name, whether it has members or not.
   *
   * @throws {TypeError | RangeError} `name` is no string, is longer than `maxRoomNameLength`,
   *   or has half a surrogate pair.
   */
  room(name: string): Room<Data> {
    checkRoomName(name, this.#core.options.maxRoomNameLength);
    return new Room(name, this.#core);
  }

  /** The names of the rooms that have a member in this process. An iteration sees rooms that come and go during it. */
  get rooms(): Iterable<string> {
    return { [Symbol.iterator]: () => this.#core.rooms.membership.groups() };
  }

  /** The names of the rooms that a connection is in. The set is live. */
  roomsOf(connection: WebSocketConnection<Data>): ReadonlySet<string> {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed === undefined ? new Set() : rooms.membership.groupsOf(managed);
  }

  /**
   * Asks `authorize` again about all rooms of a connection, or of a user's connections. Call it
   * when rights have changed. A connection leaves each room that it may not be in any more. While
   * an answer is pending, the connection gets nothing from that room. Joins that still wait for an
   * earlier answer are asked about again, too.
   *
   * @returns The rooms that connections had to leave, each named once for each connection.
   *   Never rejects.
   */
  async revoke(who: WebSocketConnection<Data> | { readonly user: string }): Promise<string[]> {
    const { roster, rooms } = this.#core;
    const all =
      "user" in who ? Array.from(roster.users.membersOf(who.user)) : [roster.of(who) ?? []].flat();
    return (await Promise.all(all.map((managed) => rooms.revoke(managed)))).flat();
  }

  /**
   * Sends to one connection, in whichever process it is. Bytes are copied. If you need to know
   * when they are out, use `send` of a connection of this process, which {@link get} finds.
   *
   * @returns The status of `send`; `"remote"`: the message went to the process that the id names;
   *   `"unknown"`: there is no such connection.
   * @throws {TypeError} `data` cannot be sent.
   */
  sendTo(id: string, data: Broadcastable, options: SendOptions = {}): SendToStatus {
    return this.#core.dispatch.sendTo(id, data, options);
  }

  /** Sends to all connections of a user, in all processes; otherwise as {@link broadcast}. */
  sendToUser(
    user: string,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): BroadcastResult {
    return this.#core.dispatch.broadcast({ type: "user", user }, data, options);
  }

  /**
   * Sends a message to all connections. It is framed once, and compressed once for each window
   * that was agreed on. It goes to the connections that are there at the moment of the call. A
   * peer that reads too slowly meets the `bufferPolicy` of its connection; no other peer waits
   * for it.
   *
   * @returns The outcome for the connections of this process.
   * @throws {TypeError} `data` cannot be sent. Nothing was sent.
   */
  broadcast(data: Broadcastable, options: BroadcastOptions<Data> = {}): BroadcastResult {
    return this.#core.dispatch.broadcast({ type: "all" }, data, options);
  }

  /**
   * Sends all batches, closes all connections, and cuts those that have not ended at the
   * deadline. The servers go on, and new connections are taken in; {@link shutdown} ends that,
   * too. A second call closes the connections that have come since.
   *
   * @returns Resolves when the connections of this process have ended.
   * @throws {TypeError | RangeError} An option cannot be used (as a rejection). Nothing was closed.
   */
  async closeAll(options: ManagerCloseAllOptions = {}): Promise<void> {
    checkOptions(options, CLOSE_ALL);
    const { scope = "local", ...how } = options;
    const closed = this.#core.closeAll(resolveShutdownOptions(how));
    if (scope === "cluster") this.#core.cluster.closeAll(how);
    await closed;
  }

  /**
   * Stops the manager and its servers in one step, so that nobody gets in meanwhile:
   *
   * - it sends all batches;
   * - it shuts down each server that it was given: see {@link WebSocketServer.shutdown}. An
   *   http server that a WebSocketServer is attached to goes on: it is the application's;
   * - it closes the connections that were given to {@link add}, and closes at once those that
   *   are given to it from now on;
   * - at the deadline it cuts all connections that have not ended;
   * - last it leaves the cluster, and gives queued messages a second to get to the broker. The
   *   broker stays open: the application closes it.
   *
   * @returns Resolves when all that is done. A second call returns the same promise: the options
   *   of the first call count.
   * @throws {TypeError | RangeError} An option cannot be used. Nothing has been done.
   */
  shutdown(options: CloseAllOptions = {}): Promise<void> {
    const resolved = resolveShutdownOptions(options);
    this.#shutdown ??= this.#core.shutdown(resolved);
    return this.#shutdown;
  }

  /** {@link shutdown} with its defaults. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** Everything that was counted up to now. Each call walks over all connections and rooms. */
  metrics(): Metrics {
    const { groupCount: rooms, placeCount: members } = this.#core.rooms.membership;
    const broker = this.#core.cluster.metrics?.();
    return this.#core.recorder.read({ connections: this.connections, rooms, members, broker });
  }

  protected override events(): Names<ManagerEvents<Data>> {
    return MANAGER_EVENTS;
  }

  protected override listenerAdded(name: keyof ManagerEvents<Data>): void {
    const { roster, intake } = this.#core;
    if (name === "message") for (const managed of roster.all.values()) intake.listen(managed);
    if (name === "close") for (const managed of roster.all.values()) intake.listenForClose(managed);
  }
}
