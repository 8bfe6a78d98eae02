/** The members of rooms on other nodes. */
import type { RoomMember } from "./interface.js";

/** The members of a room on another node. */
interface NodeMembers {
  /** The sequence of the node's latest message that `members` reflects. */
  asOf: number;
  members: Map<string, unknown>;
}

/** Called with each change. `state` is `undefined` for a member that has left. */
type PresenceListener = (room: string, connectionId: string, state: unknown) => void;

/**
 * The members on other nodes, of rooms that have a member here. Changes arrive as they happen.
 * Answers to questions bring the members from before, and changes that went missing.
 */
export class RemotePresence {
  readonly #changed: PresenceListener;
  readonly #rooms = new Map<string, Map<string, NodeMembers>>();

  constructor(changed: PresenceListener) {
    this.#changed = changed;
  }

  /** Keeps the members of a room from now on. A second call does nothing. */
  open(room: string): void {
    if (!this.#rooms.has(room)) this.#rooms.set(room, new Map());
  }

  /** Forgets a room without events: it has no member here that would need them. */
  close(room: string): void {
    this.#rooms.delete(room);
  }

  get openRooms(): readonly string[] {
    return [...this.#rooms.keys()];
  }

  /** The members on other nodes; none for a room that is not kept. */
  membersOf(room: string): RoomMember[] {
    const nodes = [...(this.#rooms.get(room)?.values() ?? [])];
    return nodes.flatMap(({ members }) => Array.from(members, ([id, state]) => ({ id, state })));
  }

  /** Takes the change of one member. It does nothing when an answer has included it already. */
  change(nodeId: string, room: string, sequence: number, id: string, state: unknown): void {
    const node = this.#nodeOf(room, nodeId);
    if (node === undefined || sequence <= node.asOf) return;
    node.asOf = sequence;
    this.#set(room, node, id, state);
  }

  /**
   * Takes the answer of a node about a room.
   *
   * @returns `"stale"` when a change has come that is newer than the answer. Then nothing is taken,
   *   and the node has to be asked again.
   */
  replace(
    nodeId: string,
    room: string,
    asOf: number,
    members: readonly RoomMember[],
  ): "replaced" | "stale" {
    const node = this.#nodeOf(room, nodeId);
    if (node === undefined) return "replaced";
    if (asOf < node.asOf) return "stale";
    node.asOf = asOf;
    const present = new Map(members.map(({ id, state }) => [id, state]));
    for (const id of node.members.keys()) {
      if (!present.has(id)) this.#set(room, node, id, undefined);
    }
    for (const [id, state] of present) this.#set(room, node, id, state);
    return "replaced";
  }

  /** Removes a node that has gone, and its members. */
  removeNode(nodeId: string): void {
    for (const [room, nodes] of this.#rooms) {
      const node = nodes.get(nodeId);
      nodes.delete(nodeId);
      for (const id of node?.members.keys() ?? []) this.#changed(room, id, undefined);
    }
  }

  #nodeOf(room: string, nodeId: string): NodeMembers | undefined {
    const nodes = this.#rooms.get(room);
    if (nodes === undefined) return undefined;
    const node = nodes.get(nodeId) ?? { asOf: 0, members: new Map<string, unknown>() };
    nodes.set(nodeId, node);
    return node;
  }

  /** Sets or removes a member, and reports it if that changes anything. */
  #set(room: string, { members }: NodeMembers, id: string, state: unknown): void {
    if (state === undefined) {
      if (members.delete(id)) this.#changed(room, id, undefined);
      return;
    }
    const isSame = members.has(id) && isEqual(members.get(id), state);
    members.set(id, state);
    if (!isSame) this.#changed(room, id, state);
  }
}

/** Compares states. They came as JSON, so they are equal when their JSON is. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
