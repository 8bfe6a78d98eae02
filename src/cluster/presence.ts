import type { RoomMember } from "./local.js";

/** The members that another node has in a room. */
interface NodeMembers {
  /** What the node had sent by then is in it, later changes are not. */
  asOf: number;
  members: Map<string, unknown>;
}

/** Called with each change: `state` is `undefined` for one that has left. */
export type PresenceListener = (room: string, connectionId: string, state: unknown) => void;

/**
 * Who is in the rooms that are open here, on other nodes: put together from changes
 * as they happen and, for what was before or went missing, from answers to questions.
 */
export class RemotePresence {
  readonly #changed: PresenceListener;
  readonly #rooms = new Map<string, Map<string, NodeMembers>>();

  constructor(changed: PresenceListener) {
    this.#changed = changed;
  }

  /** Keeps a room from now on. */
  open(room: string): void {
    if (!this.#rooms.has(room)) this.#rooms.set(room, new Map());
  }

  /** Forgets a room, without a word: there is nobody left here to tell. */
  close(room: string): void {
    this.#rooms.delete(room);
  }

  get openRooms(): readonly string[] {
    return [...this.#rooms.keys()];
  }

  /** Members on other nodes; none for a room that is not kept. */
  membersOf(room: string): RoomMember[] {
    const nodes = [...(this.#rooms.get(room)?.values() ?? [])];
    return nodes.flatMap(({ members }) => Array.from(members, ([id, state]) => ({ id, state })));
  }

  /** One member has changed. A change that an answer has included already does nothing. */
  change(nodeId: string, room: string, sequence: number, id: string, state: unknown): void {
    const node = this.#nodeOf(room, nodeId);
    if (node === undefined || sequence <= node.asOf) return;
    node.asOf = sequence;
    this.#set(room, node, id, state);
  }

  /**
   * Takes over what a node says of a room.
   *
   * @returns `"stale"` when a change has come that is younger than the answer: then it
   * says too little, and has to be asked again.
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

  /** A node is gone, and its members with it. */
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

  /** Tells of it only when it makes a difference. */
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

/** States are what JSON has: equal when they read the same. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
