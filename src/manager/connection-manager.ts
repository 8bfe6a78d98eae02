import type { CloseAllOptions } from "../cluster/index.js";
import type { Names } from "../input/index.js";
import { Emitter, resolveShutdownOptions, type WebSocketConnection } from "../node/index.js";
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

/** See {@link ConnectionManager.closeAll}. */
export interface ManagerCloseAllOptions extends CloseAllOptions {
  /** `"cluster"` closes the connections of all processes. @defaultValue `"local"` */
  readonly scope?: "local" | "cluster" | undefined;
}

/**
 * The connections of one or several servers: finds them, keeps them within limits, puts
 * them into rooms, and sends to many of them. Make it before the servers have clients, and
 * before other listeners for `connection`: those then find what it knows.
 *
 * Nothing that a peer does throws. What listeners and hooks throw goes to `onHandlerError`.
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
        about?.close(CloseCode.INTERNAL_ERROR);
        resolved.onHandlerError(error);
      };
      return this.emit(name, failed, ...values);
    };
    const wants = (name: "message" | "close"): boolean => this.listenerCount(name) > 0;
    this.#core = new ManagerCore(resolved, recorder, announce, wants);
  }

  /** What the ids of this manager's connections start with. */
  get nodeId(): string {
    return this.#core.nodeId;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#core.roster.size;
  }

  /** The connections, as they are while you iterate. */
  get connections(): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.all);
  }

  /**
   * Takes in a connection that comes from none of the servers. The limits count for it, too:
   * where they are met it is closed with what `whenFull` or `whenAddressFull` says, or with
   * 1013. Called again it changes nothing. After {@link shutdown} the connection is closed
   * with the code of the shutdown.
   *
   * @returns Its id; `undefined` when it is closing or closed.
   */
  add(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.intake.add(connection);
  }

  /** The id of a connection, also for the messages that it left behind; `undefined` when it is not here (any more). */
  idOf(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.roster.known(connection)?.id;
  }

  /** The connection with this id; `undefined` when it is not in this process (any more). */
  get(id: string): WebSocketConnection<Data> | undefined {
    return this.#core.roster.withId(id)?.connection;
  }

  /** The connections of a user in this process, as they are while you iterate. */
  ofUser(user: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.users.membersOf(user));
  }

  /** The user a connection belongs to, as `userOf` has said; otherwise as {@link idOf}. */
  userOf(connection: WebSocketConnection<Data>): string | undefined {
    return this.#core.roster.known(connection)?.user;
  }

  /** Asks `userOf` again, because what it looks at has changed. */
  updateUser(connection: WebSocketConnection<Data>): void {
    const { roster, options } = this.#core;
    const managed = roster.of(connection);
    if (managed?.isAuthenticated === true) roster.setUser(managed, options.userOf(connection));
  }

  /** Marks a connection, to be found by {@link tagged}. Does nothing when it is not here (any more). */
  tag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#core.roster.of(connection);
    if (managed !== undefined) this.#core.roster.tags.add(managed, tag);
  }

  /** Takes a mark away. */
  untag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#core.roster.of(connection);
    if (managed !== undefined) this.#core.roster.tags.remove(managed, tag);
  }

  /** The connections with this mark in this process, as they are while you iterate. */
  tagged(tag: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#core.roster.tags.membersOf(tag));
  }

  /** When the latest message of a connection came, or else the connection; `undefined` when it is not here. */
  lastActive(connection: WebSocketConnection<Data>): Date | undefined {
    const managed = this.#core.roster.of(connection);
    if (managed === undefined) return undefined;
    const idleMs = this.#core.options.clock.now() - managed.lastActiveAt;
    return new Date(Date.now() - idleMs);
  }

  /**
   * The room of exactly this name, whether it has members or not.
   *
   * @throws {TypeError | RangeError} `name` is no string, is longer than `maxRoomNameLength`,
   *   or has half a surrogate pair.
   */
  room(name: string): Room<Data> {
    checkRoomName(name, this.#core.options.maxRoomNameLength);
    return new Room(name, this.#core);
  }

  /** The names of the rooms that have a member in this process, as they are while you iterate. */
  get rooms(): Iterable<string> {
    return { [Symbol.iterator]: () => this.#core.rooms.membership.groups() };
  }

  /** The names of the rooms a connection is in: a live set. */
  roomsOf(connection: WebSocketConnection<Data>): ReadonlySet<string> {
    const { roster, rooms } = this.#core;
    const managed = roster.of(connection);
    return managed === undefined ? new Set() : rooms.membership.groupsOf(managed);
  }

  /**
   * Asks `authorize` again about all rooms that a connection, or the connections of a user,
   * are in, because what they may do has changed. They leave where they may not be any more.
   * Where the answer takes its time, they get nothing from the room until it is there. A join
   * that waits for an answer from before is asked about again, too.
   *
   * @returns The rooms that were left for that: a room is named once for each connection.
   *   Never rejects.
   */
  async revoke(who: WebSocketConnection<Data> | { readonly user: string }): Promise<string[]> {
    const { roster, rooms } = this.#core;
    const all =
      "user" in who ? Array.from(roster.users.membersOf(who.user)) : [roster.of(who) ?? []].flat();
    return (await Promise.all(all.map((managed) => rooms.revoke(managed)))).flat();
  }

  /**
   * Sends to one connection, in whichever process it is. Bytes are copied. To be told when they
   * are out, use `send` of a connection of this process, which {@link get} finds.
   *
   * @returns What became of it; `"remote"`: it went to the process that the id names;
   *   `"unknown"`: there is no such connection.
   * @throws {TypeError} `data` cannot be sent.
   */
  sendTo(id: string, data: Broadcastable, options: SendOptions = {}): SendToStatus {
    return this.#core.dispatch.sendTo(id, data, options);
  }

  /** Sends to all connections of a user; otherwise as {@link broadcast}. */
  sendToUser(
    user: string,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): BroadcastResult {
    return this.#core.dispatch.broadcast({ type: "user", user }, data, options);
  }

  /**
   * Sends a message to all connections: framed once, and compressed once for each window
   * that was agreed on. It is for those who are connected now, whoever comes or goes meanwhile.
   * A peer that reads too slowly meets the `bufferPolicy` of its connection, and keeps nobody
   * else waiting.
   *
   * @returns What became of it for the connections of this process.
   * @throws {TypeError} `data` cannot be sent. Nothing was sent.
   */
  broadcast(data: Broadcastable, options: BroadcastOptions<Data> = {}): BroadcastResult {
    return this.#core.dispatch.broadcast({ type: "all" }, data, options);
  }

  /**
   * Sends what waits for its batch, closes all connections, and cuts those that take longer
   * than the deadline. The servers go on, and new connections are taken in: {@link shutdown}
   * ends that, too. Called again it closes those that have come since.
   *
   * @returns Resolves when those of this process have ended.
   * @throws {TypeError | RangeError} An option cannot be used (as a rejection). Nothing was closed.
   */
  async closeAll({ scope = "local", ...options }: ManagerCloseAllOptions = {}): Promise<void> {
    const closed = this.#core.closeAll(resolveShutdownOptions(options));
    if (scope === "cluster") this.#core.cluster.closeAll(options);
    await closed;
  }

  /**
   * Stops the manager and its servers, all at once, so that nobody gets in meanwhile:
   *
   * - what waits for its batch is sent;
   * - each server that it was given is shut down: see {@link WebSocketServer.shutdown}. An
   *   http server that a WebSocketServer is attached to goes on: it is the application's;
   * - connections that were given to {@link add} are closed, too, and those given to it from
   *   now on are closed at once;
   * - at the deadline all connections are cut that have not ended;
   * - last it leaves the cluster, with a second for what is queued to get to the broker. The
   *   broker stays open: whoever made it closes it.
   *
   * @returns Resolves when all that is done. Called again, the same promise: the options of
   *   the first call count.
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

  /** All that has been counted up to now. Walks over all connections and rooms. */
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
