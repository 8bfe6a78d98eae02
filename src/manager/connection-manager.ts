import { CloseCode } from "../protocol/index.js";
import type { CloseInfo, WebSocketConnection, WebSocketServer } from "../node/index.js";
import type { SendOptions } from "../protocol/index.js";
import type { Broadcastable, BroadcastResult } from "./broadcast.js";
import type { CloseAllOptions, Cluster, ClusterLocal, OutboundMessage } from "./cluster-local.js";
import { createConnectionId, createNodeId } from "./connection-id.js";
import { type Audience, Dispatch, type SendToStatus } from "./dispatch.js";
import { Emitter } from "./emitter.js";
import { ManagedConnection } from "./managed-connection.js";
import type { ManagerEvents } from "./manager-events.js";
import {
  type ManagerOptions,
  limit,
  resolveManagerOptions,
  type ResolvedManagerOptions,
} from "./manager-options.js";
import { MetricsRecorder } from "./metrics-recorder.js";
import type { Metrics } from "./metrics.js";
import { type BroadcastOptions, Room, type RoomHost } from "./room.js";
import { ManagerRoomHost } from "./room-host.js";
import { checkRoomName } from "./room-name.js";
import { type RoomEvents, Rooms } from "./rooms.js";
import { connectionsOf, Roster } from "./roster.js";

/** See {@link ConnectionManager.closeAll}. */
export interface ManagerCloseAllOptions extends CloseAllOptions {
  /** `"cluster"` closes the connections of all processes. @defaultValue `"local"` */
  readonly scope?: "local" | "cluster" | undefined;
}

/** All connections of one or several servers: finds them, and sends to many of them. */
export class ConnectionManager<Data = unknown> extends Emitter<ManagerEvents<Data>> {
  /** What the ids of this manager's connections start with. */
  readonly nodeId: string = createNodeId();
  readonly #options: ResolvedManagerOptions<Data>;
  readonly #roster = new Roster<Data>();
  readonly #rooms: Rooms<Data>;
  readonly #dispatch: Dispatch<Data>;
  readonly #cluster: Cluster | undefined;
  readonly #host: RoomHost<Data>;
  readonly #recorder = new MetricsRecorder();

  /** @throws {TypeError | RangeError} An option cannot be used. The message names it. */
  constructor(options: ManagerOptions<Data> = {}) {
    super();
    this.#options = resolveManagerOptions(options);
    const { authorize, maxRoomsPerConnection, onHandlerError, servers, cluster } = this.#options;
    this.#rooms = new Rooms({
      authorize,
      maxRoomsPerConnection,
      onHandlerError,
      ...this.#roomEvents(),
    });
    const { nodeId } = this;
    const own = { roster: this.#roster, rooms: this.#rooms, cluster: () => this.#cluster };
    this.#dispatch = new Dispatch({
      ...own,
      nodeId,
      onBroadcast: (result, room, bytes) => {
        this.#recorder.broadcast(bytes, result.sent + result.buffered);
        void this.emit("broadcast", onHandlerError, result, room);
      },
    });
    this.#host = new ManagerRoomHost({ ...own, dispatch: this.#dispatch });
    this.#cluster = cluster?.(this.#asLocal());
    for (const server of servers) this.#attach(server);
  }

  /** How many connections there are. */
  get size(): number {
    return this.#roster.size;
  }

  /** The connections, as they are while you iterate. */
  get connections(): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#roster.all);
  }

  /**
   * Takes in a connection that comes from none of the servers. Called again it changes nothing.
   *
   * @returns Its id.
   */
  add(connection: WebSocketConnection<Data>): string {
    const known = this.#roster.of(connection);
    if (known !== undefined) return known.id;
    const id = createConnectionId(this.nodeId);
    const managed = new ManagedConnection(id, connection, this.#options.clock.now());
    managed.isAuthenticated = true;
    this.#roster.add(managed);
    this.#roster.setUser(managed, this.#options.userOf(connection));
    this.#recorder.opened(connection);
    connection.on("end", () => this.#rooms.cancelJoins(managed));
    connection.on("close", (info) => this.#closed(managed, info));
    if (this.listenerCount("message") > 0) this.#listen(connection);
    void this.#emitOf(connection, "connection", connection, id);
    return id;
  }

  /** The id of a connection; `undefined` when it is not here (any more). */
  idOf(connection: WebSocketConnection<Data>): string | undefined {
    return this.#roster.of(connection)?.id;
  }

  /** The connection with this id; `undefined` when it is not here (any more). */
  get(id: string): WebSocketConnection<Data> | undefined {
    return this.#roster.withId(id)?.connection;
  }

  /** The connections of a user, as they are while you iterate. */
  ofUser(user: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#roster.users.membersOf(user));
  }

  /** Asks `userOf` again, because what it looks at has changed. */
  updateUser(connection: WebSocketConnection<Data>): void {
    const managed = this.#roster.of(connection);
    if (managed !== undefined) this.#roster.setUser(managed, this.#options.userOf(connection));
  }

  /** Marks a connection, to find it by {@link tagged} on this manager. */
  tag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#roster.of(connection);
    if (managed !== undefined) this.#roster.tags.add(managed, tag);
  }

  /** Takes a mark away. */
  untag(connection: WebSocketConnection<Data>, tag: string): void {
    const managed = this.#roster.of(connection);
    if (managed !== undefined) this.#roster.tags.remove(managed, tag);
  }

  /** The connections with this mark, as they are while you iterate. */
  tagged(tag: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#roster.tags.membersOf(tag));
  }

  /**
   * The room of exactly this name, whether it has members or not.
   *
   * @throws {TypeError | RangeError} `name` is no string, is too long, or cannot be UTF-8.
   */
  room(name: string): Room<Data> {
    checkRoomName(name, this.#options.maxRoomNameLength);
    return new Room(name, this.#host);
  }

  /** The names of the rooms that have a member here. */
  get rooms(): Iterable<string> {
    return this.#rooms.membership.groups();
  }

  /** The rooms a connection is in: a live view. */
  roomsOf(connection: WebSocketConnection<Data>): ReadonlySet<string> {
    const managed = this.#roster.of(connection);
    return managed === undefined ? new Set() : this.#rooms.membership.groupsOf(managed);
  }

  /**
   * Sends to one connection, wherever it is connected.
   *
   * @returns What became of it; `"remote"`: it went to the process that the id names;
   *   `"unknown"`: there is no such connection.
   * @throws {TypeError} `data` cannot be sent.
   */
  sendTo(id: string, data: Broadcastable, options: SendOptions = {}): SendToStatus {
    return this.#dispatch.sendTo(id, data, options);
  }

  /** Sends to all connections of a user; see {@link broadcast}. */
  sendToUser(
    user: string,
    data: Broadcastable,
    options: BroadcastOptions<Data> = {},
  ): BroadcastResult {
    return this.#dispatch.broadcast({ type: "user", user }, data, options);
  }

  /**
   * Sends a message to all connections, framed once. A peer that reads too slowly meets its
   * connection's `bufferPolicy` and keeps nobody else waiting.
   *
   * @returns What became of it for the connections of this process.
   * @throws {TypeError} `data` cannot be sent. Nothing was sent.
   */
  broadcast(data: Broadcastable, options: BroadcastOptions<Data> = {}): BroadcastResult {
    return this.#dispatch.broadcast({ type: "all" }, data, options);
  }

  /**
   * Closes all connections, and cuts those that take longer than the deadline. New ones are
   * still taken in: shut the server down to stop that.
   */
  async closeAll({ scope = "local", ...options }: ManagerCloseAllOptions = {}): Promise<void> {
    const { deadlineMs, code = CloseCode.GOING_AWAY, reason = "" } = options;
    const connections = Array.from(this.connections);
    const delayMs = limit("deadlineMs", deadlineMs, 10_000);
    for (const connection of connections) connection.close(code, reason);
    if (scope === "cluster") this.#cluster?.closeAll(options);
    const cut = (): void => connections.forEach((connection) => connection.terminate());
    const timer = this.#options.clock.setTimer(cut, delayMs);
    await Promise.all(connections.map(({ closed }) => closed));
    timer.cancel();
  }

  /** All that has been counted up to now. Walks over all connections and rooms. */
  metrics(): Metrics {
    const { groupCount: rooms, placeCount: members } = this.#rooms.membership;
    const broker = this.#cluster?.metrics?.();
    return this.#recorder.read({ connections: this.connections, rooms, members, broker });
  }

  protected override listenerAdded(name: keyof ManagerEvents<Data>): void {
    if (name !== "message" || this.listenerCount("message") > 1) return;
    for (const connection of this.connections) this.#listen(connection);
  }

  #roomEvents(): RoomEvents<Data> {
    const { onHandlerError } = this.#options;
    return {
      onJoin: ({ connection, id, states }, room) => {
        this.#cluster?.presenceChanged(room, id, states.get(room) ?? null);
        void this.#emitOf(connection, "join", connection, room);
      },
      onLeave: ({ connection, id }, room, reason) => {
        this.#cluster?.presenceChanged(room, id, undefined);
        void this.#emitOf(connection, "leave", connection, room, reason);
      },
      onState: ({ id }, room, state) => this.#cluster?.presenceChanged(room, id, state ?? null),
      onCreated: (room) => {
        this.#cluster?.roomOpened(room);
        void this.emit("created", onHandlerError, room);
      },
      onRemoved: (room) => {
        this.#cluster?.roomClosed(room);
        void this.emit("removed", onHandlerError, room);
      },
    };
  }

  #attach(server: WebSocketServer<Data>): void {
    for (const connection of server.connections) this.add(connection);
    this.#recorder.watch(server);
    server.on("connection", (connection) => {
      this.add(connection);
    });
  }

  #listen(connection: WebSocketConnection<Data>): void {
    const { now } = this.#options.clock;
    connection.on("message", (message, isText) => {
      const startedAt = now();
      const pending = this.#emitOf(connection, "message", connection, message, isText);
      return this.#recorder.handled(pending, now, startedAt);
    });
  }

  #closed(managed: ManagedConnection<Data>, info: CloseInfo): void {
    this.#rooms.leaveAll(managed, "closed");
    this.#roster.remove(managed);
    const { connection, id, since } = managed;
    this.#recorder.closed(connection, info, this.#options.clock.now() - since);
    void this.#emitOf(connection, "close", connection, info, id);
  }

  #asLocal(): ClusterLocal {
    const to = (audience: Audience, message: OutboundMessage, exceptIds: readonly string[]): void =>
      void this.#dispatch.deliver(audience, message, exceptIds);
    return {
      nodeId: this.nodeId,
      deliverToAll: (message, exceptIds) => to({ type: "all" }, message, exceptIds),
      deliverToRoom: (room, message, exceptIds) => to({ type: "room", room }, message, exceptIds),
      deliverToUser: (user, message, exceptIds) => to({ type: "user", user }, message, exceptIds),
      deliverTo: (id, message) => this.#dispatch.deliverTo(id, message),
      membersOf: (room) => this.#rooms.membersOf(room),
      rooms: () => this.rooms,
      closeAll: (options) => this.closeAll({ ...options, scope: "local" }),
    };
  }

  /** What a listener for `connection` throws is the end of that connection, and of nothing else. */
  #emitOf<Name extends keyof ManagerEvents<Data>>(
    connection: WebSocketConnection<Data>,
    name: Name,
    ...values: ManagerEvents<Data>[Name]
  ): Promise<void> | undefined {
    const failed = (error: unknown): void => {
      connection.close(CloseCode.INTERNAL_ERROR);
      this.#options.onHandlerError(error);
    };
    return this.emit(name, failed, ...values);
  }
}
