import type { Cluster, ClusterMembers, OutboundMessage, RoomMember } from "../cluster/index.js";
import { ReadyState } from "../protocol/index.js";
import type { WebSocketConnection } from "../node/index.js";
import { type Broadcastable, type BroadcastResult, toPrepared } from "./broadcast.js";
import type { Dispatch } from "./dispatch.js";
import type { JoinStatus } from "./managed-connection.js";
import type { BroadcastOptions, ResumeOptions, RoomHost } from "./room.js";
import type { Rooms } from "./rooms.js";
import { connectionsOf, type Roster } from "./roster.js";

export interface RoomHostOptions<Data> {
  readonly roster: Roster<Data>;
  readonly rooms: Rooms<Data>;
  readonly dispatch: Dispatch<Data>;
  readonly cluster: () => Cluster | undefined;
}

/** How long the engine has to say what a member has missed. */
const RESUME_TIMEOUT_MS = 5_000;

/** What rooms do, for connections of one manager. */
export class ManagerRoomHost<Data> implements RoomHost<Data> {
  readonly #options: RoomHostOptions<Data>;

  constructor(options: RoomHostOptions<Data>) {
    this.#options = options;
  }

  join(connection: WebSocketConnection<Data>, room: string, state: unknown): Promise<JoinStatus> {
    const { roster, rooms } = this.#options;
    const managed = roster.of(connection);
    if (managed !== undefined) return rooms.join(managed, room, state);
    if (connection.readyState !== ReadyState.OPEN) return Promise.resolve("closed");
    throw new Error("this connection is not the manager's: give it to add(connection) first");
  }

  offsetOf(room: string): string | undefined {
    return this.#options.cluster()?.offsetOf?.(room);
  }

  async resume(
    connection: WebSocketConnection<Data>,
    room: string,
    { offset, state, timeoutMs = RESUME_TIMEOUT_MS }: ResumeOptions,
  ): Promise<JoinStatus | "gap"> {
    const { roster, rooms, cluster } = this.#options;
    const managed = roster.of(connection);
    if (managed === undefined) return this.join(connection, room, state);
    if (rooms.membership.has(managed, room)) return "joined";
    const permitted = await rooms.permit(managed, room, state);
    if (typeof permitted === "string") return permitted;
    let status: JoinStatus = "closed";
    const join = (missed: readonly OutboundMessage[]): void => {
      status = permitted();
      if (status !== "joined") return;
      for (const message of missed) connection.send(message.data, message);
    };
    const returning = { connectionId: managed.id, offset, timeoutMs, join };
    const outcome = await cluster()?.resume?.(room, returning);
    return outcome === "resumed" ? status : "gap";
  }

  leave(connection: WebSocketConnection<Data>, room: string): boolean {
    const { roster, rooms } = this.#options;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.leave(managed, room, "left");
  }

  has(connection: WebSocketConnection<Data>, room: string): boolean {
    const { roster, rooms } = this.#options;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.membership.has(managed, room);
  }

  setState(connection: WebSocketConnection<Data>, room: string, state: unknown): boolean {
    const { roster, rooms } = this.#options;
    const managed = roster.of(connection);
    return managed !== undefined && rooms.setState(managed, room, state);
  }

  members(room: string): Iterable<WebSocketConnection<Data>> {
    return connectionsOf(this.#options.rooms.membership.membersOf(room));
  }

  sizeOf(room: string): number {
    return this.#options.rooms.membership.membersOf(room).size;
  }

  presenceOf(room: string, scope: "local" | "cluster"): RoomMember[] {
    const here = this.#options.rooms.membersOf(room);
    return scope === "local"
      ? here
      : [...here, ...(this.#options.cluster()?.knownMembersOf(room) ?? [])];
  }

  async fetchMembers(room: string, timeoutMs: number): Promise<ClusterMembers> {
    const elsewhere = await this.#options.cluster()?.fetchMembers(room, { timeoutMs });
    const here = this.presenceOf(room, "local");
    if (elsewhere === undefined) return { members: here, missingNodes: [] };
    const { members, missingNodes } = elsewhere;
    return { members: [...here, ...members], missingNodes };
  }

  broadcast(room: string, data: Broadcastable, options: BroadcastOptions<Data>): BroadcastResult {
    return this.#options.dispatch.broadcast({ type: "room", room }, data, options);
  }

  async publish(
    connection: WebSocketConnection<Data>,
    room: string,
    data: Broadcastable,
    options: BroadcastOptions<Data>,
  ): Promise<BroadcastResult | "denied"> {
    const message = toPrepared(data, options); // not to find out after the question
    const { roster, rooms } = this.#options;
    const managed = roster.of(connection);
    if (managed === undefined || !(await rooms.mayPublish(managed, room))) return "denied";
    const { except = [] } = options;
    const others =
      typeof except === "string" || !(Symbol.iterator in except) ? [except] : Array.from(except);
    return this.broadcast(room, message, { ...options, except: [managed.id, ...others] });
  }
}
