/** The rooms of a manager: their members, and the decisions of `authorize`. */
import type { RoomMember } from "../cluster/index.js";
import { type JoinStatus, type ManagedConnection, type PendingJoin } from "./roster.js";
import { Membership } from "./membership.js";
import { isPromise } from "../input/index.js";
import type { OnHandlerError, WebSocketConnection } from "../node/index.js";

/** A right in a room: `"join"` gets its messages, `"publish"` sends messages to it. */
export type RoomAction = "join" | "publish";

/**
 * Decides whether a connection has a right in the room of exactly this name. Anything but true is a
 * no. An error counts as a no, and goes to `onHandlerError`.
 */
export type Authorize<Data> = (
  connection: WebSocketConnection<Data>,
  action: RoomAction,
  room: string,
) => boolean | Promise<boolean>;

/** The reason for the end of a membership. */
export type LeaveReason = "left" | "revoked" | "closed";

/** Callbacks for what happens in rooms. They must not throw. */
export interface RoomEvents<Data> {
  /** A connection is about to become a member. */
  readonly onJoining: (room: string) => void;
  readonly onJoin: (managed: ManagedConnection<Data>, room: string) => void;
  /** @param state - Its last presence state. */
  readonly onLeave: (
    managed: ManagedConnection<Data>,
    room: string,
    reason: LeaveReason,
    state: unknown,
  ) => void;
  readonly onState: (
    managed: ManagedConnection<Data>,
    room: string,
    before: unknown,
    after: unknown,
  ) => void;
  readonly onCreated: (room: string) => void;
  readonly onRemoved: (room: string) => void;
}

interface RoomsOptions<Data> extends RoomEvents<Data> {
  readonly authorize: Authorize<Data> | undefined;
  readonly maxRoomsPerConnection: number;
  readonly onHandlerError: OnHandlerError;
}

export class Rooms<Data> {
  readonly membership: Membership<ManagedConnection<Data>> = new Membership();
  readonly #options: RoomsOptions<Data>;

  constructor(options: RoomsOptions<Data>) {
    this.#options = options;
  }

  /**
   * Makes a connection a member if `authorize` allows it, within this call where the answer is no
   * promise. Never rejects.
   */
  join(managed: ManagedConnection<Data>, room: string, state: unknown): Promise<JoinStatus> {
    if (!managed.isOpen) return Promise.resolve("closed");
    if (!managed.isAuthenticated) return Promise.resolve("denied");
    if (this.membership.has(managed, room)) {
      if (state !== undefined) this.setState(managed, room, state);
      return Promise.resolve("joined");
    }
    const pending = managed.pendingJoins.get(room);
    if (pending !== undefined) {
      if (state !== undefined) pending.state = state;
      return pending.settled;
    }
    const rooms = this.membership.groupsOf(managed).size + managed.pendingJoins.size;
    if (rooms >= this.#options.maxRoomsPerConnection) return Promise.resolve("tooMany");
    return this.#joinIfAllowed(managed, room, state);
  }

  /**
   * Asks whether a connection may become a member, and does not make it one. Never rejects.
   *
   * @returns A function that makes it a member, unless its rights have changed by then; or the
   *   reason why it may not be one.
   */
  async permit(
    managed: ManagedConnection<Data>,
    room: string,
    state: unknown,
  ): Promise<(() => JoinStatus) | JoinStatus> {
    const isFull = (): boolean =>
      this.membership.groupsOf(managed).size + managed.pendingJoins.size >=
      this.#options.maxRoomsPerConnection;
    if (!managed.isOpen) return "closed";
    if (!managed.isAuthenticated) return "denied";
    if (isFull()) return "tooMany";
    const { revision } = managed;
    if (!(await this.#ask(managed, "join", room))) return "denied";
    return () => {
      if (managed.revision !== revision) return "denied";
      return isFull() ? "tooMany" : this.#admit(managed, room, state);
    };
  }

  /** Ends a membership, or a join that waits for `authorize`. @returns Whether the connection was a member. */
  leave(managed: ManagedConnection<Data>, room: string, reason: LeaveReason): boolean {
    this.#settleJoin(managed, room, "cancelled");
    const outcome = this.membership.remove(managed, room);
    if (outcome === "unchanged") return false;
    const state = stateOf(managed, room);
    managed.suspended.delete(room);
    managed.states.delete(room);
    this.#options.onLeave(managed, room, reason, state);
    // A listener may have made another connection a member.
    if (outcome === "emptied" && this.membership.membersOf(room).size === 0) {
      this.#options.onRemoved(room);
    }
    return true;
  }

  /** Ends all memberships and waiting joins of a connection. */
  leaveAll(managed: ManagedConnection<Data>, reason: LeaveReason): void {
    this.cancelJoins(managed);
    for (const room of Array.from(this.membership.groupsOf(managed))) {
      this.leave(managed, room, reason);
    }
  }

  /** Ends the joins that wait for `authorize`: the connection is closing. */
  cancelJoins(managed: ManagedConnection<Data>): void {
    for (const room of Array.from(managed.pendingJoins.keys())) {
      this.#settleJoin(managed, room, "closed");
    }
  }

  /** @returns False when the connection is no member. */
  setState(managed: ManagedConnection<Data>, room: string, state: unknown): boolean {
    if (!this.membership.has(managed, room)) return false;
    const before = stateOf(managed, room);
    managed.states.set(room, state ?? null);
    this.#options.onState(managed, room, before, state ?? null);
    return true;
  }

  membersOf(room: string): RoomMember[] {
    return Array.from(this.membership.membersOf(room), (managed) => ({
      id: managed.id,
      state: stateOf(managed, room),
    }));
  }

  /** Whether a connection may send to the room: it must be a member, and `authorize` must allow it. Never rejects. */
  async mayPublish(managed: ManagedConnection<Data>, room: string): Promise<boolean> {
    const isMember = (): boolean =>
      this.membership.has(managed, room) && !managed.suspended.has(room) && managed.isOpen;
    for (;;) {
      if (!isMember()) return false;
      const { revision } = managed;
      const mayPublish = await this.#ask(managed, "publish", room);
      if (!mayPublish || !isMember()) return false;
      if (managed.revision === revision) return true;
    }
  }

  /**
   * Asks `authorize` again for all rooms of a connection, and makes it leave those that it may not
   * be in any more. While an answer is pending, the room sends it nothing. Never rejects.
   *
   * @returns The rooms that it had to leave.
   */
  async revoke(managed: ManagedConnection<Data>): Promise<string[]> {
    const revision = ++managed.revision;
    const checks = Array.from(this.membership.groupsOf(managed)).map(async (room) => {
      managed.suspended.set(room, revision);
      const verdict = this.#ask(managed, "join", room);
      const mayStay = isPromise(verdict) ? await verdict : verdict;
      // The connection has left meanwhile, or a later revocation decides.
      if (managed.suspended.get(room) !== revision) return [];
      if (!mayStay) return this.leave(managed, room, "revoked") ? [room] : [];
      managed.suspended.delete(room);
      return [];
    });
    return (await Promise.all(checks)).flat();
  }

  #joinIfAllowed(
    managed: ManagedConnection<Data>,
    room: string,
    state: unknown,
  ): Promise<JoinStatus> {
    const { revision } = managed;
    const verdict = this.#ask(managed, "join", room);
    if (!isPromise(verdict)) {
      return Promise.resolve(verdict ? this.#admit(managed, room, state) : "denied");
    }
    const pending = pendingJoin(state);
    managed.pendingJoins.set(room, pending);
    void this.#joinLater(managed, room, pending, verdict, revision);
    return pending.settled;
  }

  async #joinLater(
    managed: ManagedConnection<Data>,
    room: string,
    pending: PendingJoin,
    verdict: boolean | Promise<boolean>,
    revision: number,
  ): Promise<void> {
    const mayJoin = await verdict;
    if (managed.pendingJoins.get(room) !== pending) return;
    if (mayJoin && managed.revision !== revision) {
      const { revision: latest } = managed;
      void this.#joinLater(managed, room, pending, this.#ask(managed, "join", room), latest);
      return;
    }
    managed.pendingJoins.delete(room);
    pending.settle(mayJoin ? this.#admit(managed, room, pending.state) : "denied");
  }

  #admit(managed: ManagedConnection<Data>, room: string, state: unknown): JoinStatus {
    if (!managed.isOpen) return "closed"; // the hook may have closed it
    this.#options.onJoining(room);
    const outcome = this.membership.add(managed, room);
    if (outcome === "unchanged") return "joined"; // the hook may have let it in
    if (state !== undefined) managed.states.set(room, state);
    if (outcome === "created") this.#options.onCreated(room);
    this.#options.onJoin(managed, room);
    return "joined";
  }

  #settleJoin(managed: ManagedConnection<Data>, room: string, status: JoinStatus): void {
    const pending = managed.pendingJoins.get(room);
    managed.pendingJoins.delete(room);
    pending?.settle(status);
  }

  #ask(
    { connection }: ManagedConnection<Data>,
    action: RoomAction,
    room: string,
  ): boolean | Promise<boolean> {
    const { authorize, onHandlerError } = this.#options;
    if (authorize === undefined) return true;
    const failed = (error: unknown): boolean => {
      onHandlerError(error, "authorize");
      return false;
    };
    try {
      const verdict = authorize(connection, action, room);
      return isPromise(verdict) ? Promise.resolve(verdict).then(isTrue, failed) : isTrue(verdict);
    } catch (error) {
      return failed(error);
    }
  }
}

/** The presence state of a member; `null` when it has set none. */
export function stateOf<Data>({ states }: ManagedConnection<Data>, room: string): unknown {
  return states.get(room) ?? null;
}

/** Applications without a type checker may return anything: an object is no permission. */
function isTrue(verdict: unknown): boolean {
  return verdict === true;
}

function pendingJoin(state: unknown): PendingJoin {
  let settle: (status: JoinStatus) => void = () => {};
  const settled = new Promise<JoinStatus>((resolve) => {
    settle = resolve;
  });
  return { state, settle, settled };
}
