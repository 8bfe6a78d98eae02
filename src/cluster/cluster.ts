/** The cluster of a manager on a broker, put together from its parts. */
import { EVERYBODY, isNodeId, NODES, nodeChannel, nodeIdOf, roomChannel } from "./names.js";
import { ClusterConversation, wireState } from "./conversation.js";
import type {
  BrokerMetrics,
  CloseAllOptions,
  Cluster,
  ClusterCounts,
  ClusterFactory,
  ClusterLocal,
  ClusterMembers,
  OutboundMessage,
  Returning,
  RoomMember,
} from "./interface.js";
import { ClusterLink } from "./link.js";
import type { Delivery, Envelope } from "./message.js";
import {
  type ClusterOptions,
  resolveClusterOptions,
  type ResolvedClusterOptions,
} from "./options.js";
import { ClusterReplay, type Offset } from "./replay.js";
import { ClusterRooms } from "./rooms.js";
import { ClusterStatus } from "./status.js";

/** Time for the engine to take queued messages before `close` gives them up. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The cluster of a manager on a broker: joins it to all others there. */
export class BrokerCluster implements Cluster {
  readonly #local: ClusterLocal;
  readonly #options: ResolvedClusterOptions;
  readonly #link: ClusterLink;
  readonly #rooms: ClusterRooms;
  readonly #status: ClusterStatus;
  readonly #conversation: ClusterConversation;
  readonly #replay: ClusterReplay | undefined;
  /** Functions that end the subscriptions to rooms that have a member here. */
  readonly #release = new Map<string, () => void>();

  /** @throws {RangeError} An option is out of its range. */
  constructor(local: ClusterLocal, options: ClusterOptions) {
    const resolved = resolveClusterOptions(options, (event) => local.happened?.(event));
    this.#local = local;
    this.#options = resolved;
    const link = new ClusterLink({
      ...resolved,
      nodeId: local.nodeId,
      onEnvelope: (envelope, offset) => this.#received(envelope, offset),
      onOwn: (envelope, offset) => this.#cameBack(envelope, offset),
      onLoss: (channel, from) => this.#lost(channel, from),
    });
    this.#link = link;
    this.#rooms = new ClusterRooms({
      open: async (channel) => link.open(channel),
      close: (channel) => link.close(channel),
      onClosed: (room) => this.#replay?.forget(room),
    });
    this.#replay = replayOf(local, resolved, link, this.#rooms);
    this.#conversation = new ClusterConversation(local, link, resolved, () => this.#status.deaf());
    for (const channel of [EVERYBODY, NODES, nodeChannel(local.nodeId)]) void link.open(channel);
    this.#status = new ClusterStatus({
      ...resolved,
      onUp: () => {
        link.retry();
        this.#conversation.up();
      },
    });
  }

  /** The other nodes that are alive. */
  get nodeIds(): readonly string[] {
    return this.#conversation.nodes.names;
  }

  get counts(): ClusterCounts {
    return this.#link.counts;
  }

  metrics(): BrokerMetrics {
    const { malformed, unknownVersion, oversized, repeated, sent, ...counts } = this.counts;
    const { received, queuedMessages, queuedBytes, gaps } = counts;
    return {
      isUp: this.#options.broker.isUp,
      published: sent - queuedMessages - counts.dropped,
      received,
      queuedMessages,
      queuedBytes,
      dropped: counts.dropped,
      gaps,
      ignored: malformed + unknownVersion + oversized + repeated,
    };
  }

  broadcast(
    room: string | undefined,
    message: OutboundMessage,
    exceptIds: readonly string[],
  ): void {
    if (room === undefined) {
      this.#link.send(EVERYBODY, { type: "delivery", exceptIds, message }, "passing");
      return;
    }
    const nonce = this.#replay?.nonce();
    const delivery: Delivery = { type: "delivery", room, exceptIds, message, nonce };
    let isSettled = false; // already during `send`, when the queue has no room for the message
    const sequence = this.#link.send(roomChannel(room), delivery, "kept", (sequence) => {
      isSettled = true;
      this.#replay?.settled(room, sequence);
    });
    if (sequence !== undefined && !isSettled) this.#replay?.sent(room, sequence, message);
  }

  sendTo(connectionId: string, message: OutboundMessage): void {
    const nodeId = nodeIdOf(connectionId);
    if (nodeId === this.#local.nodeId || !isNodeId(nodeId)) return;
    const delivery: Delivery = { type: "delivery", to: connectionId, exceptIds: [], message };
    this.#link.send(nodeChannel(nodeId), delivery, "passing");
  }

  sendToUser(user: string, message: OutboundMessage, exceptIds: readonly string[]): void {
    this.#link.send(EVERYBODY, { type: "delivery", user, exceptIds, message }, "passing");
  }

  roomOpened(room: string): void {
    if (this.#release.has(room)) return;
    const { ready, release } = this.#rooms.hold(room);
    this.#release.set(room, release);
    this.#conversation.roomOpened(room, ready);
  }

  roomClosed(room: string): void {
    this.#release.get(room)?.();
    this.#release.delete(room);
    this.#conversation.roomClosed(room);
  }

  presenceChanged(room: string, connectionId: string, state: unknown): void {
    const about = { type: "presence", room, id: connectionId } as const;
    const change = state === undefined ? about : { ...about, state: wireState(state) };
    this.#link.send(roomChannel(room), change, "passing");
  }

  /** Members on other nodes, as far as this node knows them; none of rooms without a member here. */
  knownMembersOf(room: string): RoomMember[] {
    return this.#conversation.knownMembersOf(room);
  }

  fetchMembers(
    room: string,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<ClusterMembers> {
    return this.#conversation.fetchMembers(room, timeoutMs);
  }

  closeAll(options: CloseAllOptions): void {
    this.#link.send(NODES, { type: "closeAll", options }, "passing");
  }

  /**
   * The position of a member of `room` that has got all messages so far, for its return. `undefined`
   * when no message has come since the room was opened here, or none is kept.
   */
  offsetOf(room: string): Offset | undefined {
    return this.#replay?.positionOf(room);
  }

  /** Lets a member come back, like `ClusterReplay.resume`; `"gap"` when no messages are kept. */
  async resume(room: string, returning: Returning): Promise<"resumed" | "gap"> {
    return this.#replay === undefined ? "gap" : this.#replay.resume(room, returning);
  }

  /** Says farewell, when the queue is empty or a second has passed. Never rejects. */
  async close(): Promise<void> {
    this.#status.stop();
    const closed = this.#conversation.close();
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimer(resolve, CLOSE_TIMEOUT_MS);
      void closed.then(() => {
        timer.cancel();
        resolve();
      });
    });
    this.#link.end();
  }

  #received(envelope: Envelope, offset: string | undefined): void {
    const { from, body } = envelope;
    if (body.type !== "farewell") {
      this.#conversation.nodes.heard(from, body.type === "heartbeat" ? body.ttlMs : undefined);
    }
    if (body.type === "delivery") this.#deliver(envelope, body, offset);
    else this.#conversation.received(envelope, body);
  }

  #deliver({ from, sequence }: Envelope, delivery: Delivery, offset: string | undefined): void {
    const { room, user, to, exceptIds, message } = delivery;
    if (room !== undefined) {
      const one = { from, sequence, message };
      const ahead = this.#replay?.received(room, one, delivery, offset) ?? [];
      this.#local.deliverToRoom(room, message, [...exceptIds, ...ahead]);
    } else if (user !== undefined) this.#local.deliverToUser(user, message, exceptIds);
    else if (to !== undefined) this.#local.deliverTo(to, message);
    else this.#local.deliverToAll(message, exceptIds);
  }

  /** Takes note of an own message, which was delivered here before: it has arrived, and is kept at `offset`. */
  #cameBack({ body }: Envelope, offset: string | undefined): void {
    if (body.type === "heartbeat") {
      this.#conversation.nodes.heardOwn();
      this.#status.heard();
    }
    if (body.type !== "delivery" || body.room === undefined) return;
    this.#replay?.cameBack(body.room, body, offset);
  }

  #lost(channel: string, nodeId: string): void {
    const { onEvent } = this.#options;
    const rooms = this.#rooms.roomsOf(channel);
    for (const room of rooms) {
      onEvent({ type: "gap", room, nodeId, reason: "lost" });
      this.#conversation.missed(nodeId, room);
    }
    if (rooms.length === 0) onEvent({ type: "gap", room: undefined, nodeId, reason: "lost" });
  }
}

/** Makes the option `cluster` of a manager, which joins it to the others on the same broker. */
export function clusterOn(options: ClusterOptions): ClusterFactory {
  return (local) => new BrokerCluster(local, options);
}

function replayOf(
  { nodeId }: ClusterLocal,
  { broker, clock }: ResolvedClusterOptions,
  link: ClusterLink,
  rooms: ClusterRooms,
): ClusterReplay | undefined {
  const { replay } = broker;
  return (
    replay &&
    new ClusterReplay({
      clock,
      nodeId,
      replay,
      hold: (room) => rooms.hold(room),
      latestOf: (room, from) => link.latestOf(roomChannel(room), from),
    })
  );
}
