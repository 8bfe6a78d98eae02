/** The conversation of nodes: heartbeats, questions and answers. */
import { isNodeId, NODES, nodeChannel } from "./names.js";
import type { ClusterLink } from "./link.js";
import type { ClusterLocal, ClusterMembers, RoomMember } from "./interface.js";
import type { ClusterMessage, Delivery, Envelope } from "./message.js";
import { ClusterNodes } from "./nodes.js";
import type { ResolvedClusterOptions } from "./options.js";
import { RemotePresence } from "./presence.js";
import { answersTo, ClusterQuestions } from "./questions.js";

/** A message between nodes that is not of the application. */
export type NodeMessage = Exclude<ClusterMessage, Delivery>;

/** The largest number of rooms in one question. */
const ROOMS_PER_QUESTION = 200;

/**
 * The conversation of nodes: heartbeats, questions and answers, by which they know each other and
 * each other's members.
 */
export class ClusterConversation {
  readonly nodes: ClusterNodes;
  readonly #local: ClusterLocal;
  readonly #options: ResolvedClusterOptions;
  readonly #link: ClusterLink;
  readonly #presence: RemotePresence;
  readonly #questions: ClusterQuestions;
  #isAnnouncing = false;
  #isHeartbeatUnderWay = false;

  constructor(
    local: ClusterLocal,
    link: ClusterLink,
    options: ResolvedClusterOptions,
    onDeaf: () => void,
  ) {
    const { onEvent, clock } = options;
    this.#local = local;
    this.#link = link;
    this.#options = options;
    this.#questions = new ClusterQuestions(clock);
    this.#presence = new RemotePresence((room, connectionId, state) =>
      onEvent({ type: "presence", room, connectionId, state }),
    );
    this.nodes = new ClusterNodes({
      ...options,
      nodeId: local.nodeId,
      onInterval: () => this.#sayAlive("next"),
      onJoined: (nodeId) => {
        onEvent({ type: "nodeJoined", nodeId });
        // A node that was cut off and has come back counts as joined, too.
        this.#ask(this.#presence.openRooms, nodeChannel(nodeId));
      },
      onLeft: (nodeId, reason) => {
        onEvent({ type: "nodeLeft", nodeId, reason });
        this.#questions.nodeLeft(nodeId);
        this.#presence.removeNode(nodeId);
      },
      onDeaf,
    });
  }

  /** Called when other nodes can be reached, for the first time or again. */
  up(): void {
    this.nodes.extendAll();
    this.#sayAlive("first");
    if (this.nodes.names.length > 0) this.#ask(this.#presence.openRooms, NODES);
  }

  /** Takes a message of another node. */
  received({ from, sequence }: Envelope, message: NodeMessage): void {
    switch (message.type) {
      case "presence": {
        const { room, id, state } = message;
        this.#presence.change(from, room, sequence, id, state);
        return;
      }
      case "heartbeat":
        if (message.kind === "first") {
          void this.#link.sendNow(nodeChannel(from), this.#heartbeat("next"));
        }
        return;
      case "farewell":
        this.nodes.farewell(from);
        this.#link.forgetNode(from);
        return;
      case "closeAll":
        // Rejects when the other node sent a code that may not be used. Then nothing is closed.
        this.#local.closeAll(message.options).catch(() => {});
        return;
      case "question":
        this.#answer(from, message.id, message.rooms);
        return;
      case "answer": {
        const whole = this.#questions.answered(from, message);
        if (whole !== undefined) this.#learn(from, whole.asOf, whole.members);
      }
    }
  }

  /** Called when a room has its first member here. `heard` resolves when the room's channel is subscribed to. */
  roomOpened(room: string, heard: Promise<void>): void {
    this.#presence.open(room);
    // Earlier members are known only by a question. Nodes that come later are asked when they come.
    void heard.then(() => {
      if (this.nodes.names.length > 0) this.#ask([room], NODES);
    });
  }

  roomClosed(room: string): void {
    this.#presence.close(room);
  }

  /** Called when a node's message about a room is missing. */
  missed(nodeId: string, room: string): void {
    this.#ask([room], nodeChannel(nodeId));
  }

  knownMembersOf(room: string): RoomMember[] {
    return this.#presence.membersOf(room);
  }

  fetchMembers(room: string, timeoutMs: number): Promise<ClusterMembers> {
    const id = this.#questions.nextId();
    const { expected, isSettled } = this.nodes;
    // A node that has just started does not know yet which nodes there are.
    const isOpenEnded = expected.size === 0 && !isSettled;
    const members = this.#questions.collect(id, expected, { timeoutMs, isOpenEnded });
    if (expected.size > 0 || isOpenEnded) this.#sendQuestion(NODES, id, [room]);
    return members;
  }

  /** Ends all waiting questions, and says farewell when the queue is empty. Never rejects. */
  async close(): Promise<void> {
    this.nodes.stop();
    this.#questions.close();
    await this.#link.whenSent();
    await this.#link.sendNow(NODES, { type: "farewell" });
    try {
      await this.#options.broker.presence?.withdraw(this.#local.nodeId);
    } catch {} // the entry expires
  }

  /** Sends a heartbeat to other nodes and to the engine's register, unless the previous one is still on its way. */
  #sayAlive(kind: "first" | "next"): void {
    if (!this.#isHeartbeatUnderWay) {
      this.#isHeartbeatUnderWay = true;
      void this.#link
        .sendNow(NODES, this.#heartbeat(kind))
        .then(() => (this.#isHeartbeatUnderWay = false));
    }
    void this.#announce();
  }

  /** Renews the entry in the engine's register, unless that is under way. The next interval makes up for a failure. */
  async #announce(): Promise<void> {
    const { broker, nodeTtlMs } = this.#options;
    if (broker.presence === undefined || this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    try {
      const nodeIds: unknown = await broker.presence.announce(this.#local.nodeId, nodeTtlMs);
      if (Array.isArray(nodeIds)) this.nodes.announced(nodeIds.filter(isNodeId));
    } catch {}
    this.#isAnnouncing = false;
  }

  #heartbeat(kind: "first" | "next"): NodeMessage {
    return { type: "heartbeat", ttlMs: this.#options.nodeTtlMs, kind };
  }

  /** Asks for the members of rooms. The answers update what this node knows of other nodes' members. */
  #ask(rooms: readonly string[], channel: string): void {
    for (let start = 0; start < rooms.length; start += ROOMS_PER_QUESTION) {
      const some = rooms.slice(start, start + ROOMS_PER_QUESTION);
      this.#sendQuestion(channel, this.#questions.nextId(), some);
    }
  }

  #sendQuestion(channel: string, id: number, rooms: readonly string[]): void {
    this.#link.send(channel, { type: "question", id, rooms }, "passing");
  }

  #answer(nodeId: string, id: number, rooms: readonly string[]): void {
    const members = rooms.map((room) => ({
      room,
      members: this.#local
        .membersOf(room)
        .map(({ id, state }) => ({ id, state: wireState(state) })),
    }));
    for (const answer of answersTo(id, members, this.#link.latestSequence)) {
      this.#link.send(nodeChannel(nodeId), answer, "passing");
    }
  }

  #learn(nodeId: string, asOf: number, rooms: ReadonlyMap<string, readonly RoomMember[]>): void {
    const stale = [...rooms].filter(
      ([room, members]) => this.#presence.replace(nodeId, room, asOf, members) === "stale",
    );
    this.#ask(
      stale.map(([room]) => room),
      nodeChannel(nodeId),
    );
  }
}

/** Gives the state as it can be sent: `null` when JSON cannot express it. */
export function wireState(state: unknown): unknown {
  try {
    return JSON.stringify(state) === undefined ? null : state;
  } catch {
    return null; // a bigint, or an object that contains itself
  }
}
