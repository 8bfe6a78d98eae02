/** Who is in which room, and may be. */
import type { RoomMember } from "../cluster/index.js";
import { type JoinStatus, type ManagedConnection, type PendingJoin } from "./managed-connection.js";
import { Membership } from "./membership.js";
import { isPromise } from "../input/index.js";
import type { WebSocketConnection } from "../node/index.js";

/** What a connection wants to do with a room: get its messages, or send some to it. */
export type RoomAction = "join" | "publish";

/**
 * Whether a connection may do something with the room of exactly this name. Anything but
 * true is a no; so is an error, which goes to `onHandlerError`.
 */
export type Authorize<Data> = (
  connection: WebSocketConnection<Data>,
  action: RoomAction,
  room: string,
) => boolean | Promise<boolean>;

/** Why a connection is no member any more. */
export type LeaveReason = "left" | "revoked" | "closed";

/** What happens in rooms. Nothing here throws. */
export interface RoomEvents<Data> {
  /** There is about to be one more member. */
  readonly onJoining: (room: string) => void;
  readonly onJoin: (managed: ManagedConnection<Data>, room: string) => void;
  /** @param state - What others knew of it. */
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

export interface RoomsOptions<Data> extends RoomEvents<Data> {
  readonly authorize: Authorize<Data> | undefined;
  readonly maxRoomsPerConnection: number;
  readonly onHandlerError: (error: unknown) => void;
}

export class Rooms<Data> {
  readonly membership: Membership<ManagedConnection<Data>> = new Membership();
  readonly #options: RoomsOptions<Data>;

  constructor(options: RoomsOptions<Data>) {
    this.#options = options;
  }

  /** Makes it a member, if it may be one: at once, when `authorize` answers at once. Never rejects. */
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
   * Finds out whether it may become a member, and leaves it at that. Never rejects.
   *
   * @returns A function that lets it in, to be called later, unless what it may do has
   * changed by then; or why it may not.
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

  /** @returns Whether it was a member. A join that waits for `authorize` is called off, too. */
  leave(managed: ManagedConnection<Data>, room: string, reason: LeaveReason): boolean {
    this.#settleJoin(managed, room, "cancelled");
    const outcome = this.membership.remove(managed, room);
    if (outcome === "unchanged") return false;
    const state = stateOf(managed, room);
    managed.suspended.delete(room);
    managed.states.delete(room);
    this.#options.onLeave(managed, room, reason, state);
    // A listener may have let somebody in.
    if (outcome === "emptied" && this.membership.membersOf(room).size === 0) {
      this.#options.onRemoved(room);
    }
    return true;
  }

  /** Leaves all rooms. */
  leaveAll(managed: ManagedConnection<Data>, reason: LeaveReason): void {
    this.cancelJoins(managed);
    for (const room of Array.from(this.membership.groupsOf(managed))) {
      this.leave(managed, room, reason);
    }
  }

  /** It is closing: what waits for `authorize` waits in vain. */
  cancelJoins(managed: ManagedConnection<Data>): void {
    for (const room of Array.from(managed.pendingJoins.keys())) {
      this.#settleJoin(managed, room, "closed");
    }
  }

  /** @returns Whether it is a member, and so has a state. */
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

  /** Whether it may send to the room: it is a member, and `authorize` says so. Never rejects. */
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
   * Asks again for all rooms it is in, and makes it leave those that it may not be in any
   * more. Where the answer takes its time it gets nothing meanwhile. Never rejects.
   *
   * @returns The rooms it has left for that.
   */
  async revoke(managed: ManagedConnection<Data>): Promise<string[]> {
    const revision = ++managed.revision;
    const checks = Array.from(this.membership.groupsOf(managed)).map(async (room) => {
      managed.suspended.set(room, revision);
      const verdict = this.#ask(managed, "join", room);
      const mayStay = isPromise(verdict) ? await verdict : verdict;
      // It has left meanwhile, or a later revocation decides.
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
      onHandlerError(error);
      return false;
    };
    try {
      const verdict = authorize(connection, action, room);
      return isPromise(verdict) ? verdict.then(isTrue, failed) : isTrue(verdict);
    } catch (error) {
      return failed(error);
    }
  }
}

/** What others are to know of a member: `null` when it has told nothing. */
export function stateOf<Data>({ states }: ManagedConnection<Data>, room: string): unknown {
  return states.get(room) ?? null;
}

/** Whoever has no type checker may answer with anything: an object is no permission. */
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
