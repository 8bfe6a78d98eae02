/** Changes in the presence of rooms, as one difference for each turn of the event loop. */
import type { RoomMember } from "../cluster/index.js";

/** The difference between the members of a room before and after. */
export interface PresenceDiff {
  readonly joined: readonly RoomMember[];
  /** Members whose state has changed, with the new state. */
  readonly updated: readonly RoomMember[];
  /** Former members, with their last state. */
  readonly left: readonly RoomMember[];
}

/** The state of a member; `undefined` for a connection that is no member. */
type Presence = { readonly state: unknown } | undefined;

interface Change {
  readonly before: Presence;
  after: Presence;
}

export class PresenceChanges {
  readonly #rooms = new Map<string, Map<string, Change>>();
  readonly #onDiff: (room: string, diff: PresenceDiff) => void;

  /** @param onDiff - Must not throw. Called at the end of the turn. */
  constructor(onDiff: (room: string, diff: PresenceDiff) => void) {
    this.#onDiff = onDiff;
  }

  /** @param before - When a member changes several times in a turn, that of the first change counts. */
  add(room: string, id: string, before: Presence, after: Presence): void {
    if (this.#rooms.size === 0) queueMicrotask(() => this.#flush());
    const changes = this.#rooms.get(room) ?? new Map<string, Change>();
    this.#rooms.set(room, changes);
    const change = changes.get(id);
    if (change === undefined) changes.set(id, { before, after });
    else change.after = after;
  }

  #flush(): void {
    const rooms = Array.from(this.#rooms);
    this.#rooms.clear();
    for (const [room, changes] of rooms) {
      const diff = diffOf(changes);
      const { joined, updated, left } = diff;
      if (joined.length + updated.length + left.length > 0) this.#onDiff(room, diff);
    }
  }
}

function diffOf(changes: ReadonlyMap<string, Change>): PresenceDiff {
  const joined: RoomMember[] = [];
  const updated: RoomMember[] = [];
  const left: RoomMember[] = [];
  for (const [id, { before, after }] of changes) {
    if (after === undefined) {
      if (before !== undefined) left.push({ id, state: before.state });
    } else if (before === undefined) joined.push({ id, state: after.state });
    else if (before.state !== after.state) updated.push({ id, state: after.state });
  }
  return { joined, updated, left };
}
