/** Nodes of a cluster without connections: what would be delivered is written down. */
import type { Broker, BrokerReceiver, BrokerStatus } from "../../src/cluster/broker.js";
import { BrokerCluster } from "../../src/cluster/cluster.js";
import type {
  ClusterEvent,
  ClusterLocal,
  OutboundMessage,
  RoomMember,
} from "../../src/cluster/interface.js";
import type { ClusterLimits } from "../../src/cluster/options.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import type { FakeClock } from "./clock.js";
import type { Clock } from "../../src/node/platform.js";

/** As a node does it without other settings. */
export const HEARTBEAT_MS = 5_000;
export const TTL_MS = 15_000;

/** Lets everything happen that is due without time passing: a broker in memory takes a few turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass as nodes see it, a heartbeat at a time. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += HEARTBEAT_MS) {
    clock.advance(HEARTBEAT_MS);
    await settle();
  }
}

export async function threeNodes(engine: Broker, clock: Clock): Promise<[Node, Node, Node]> {
  const nodes = ["n1", "n2", "n3"].map((nodeId) => new Node(nodeId, engine, clock));
  await settle();
  const [a, b, c] = nodes;
  if (a === undefined || b === undefined || c === undefined) throw new Error("there are three");
  return [a, b, c];
}

export class Node {
  readonly cluster: BrokerCluster;
  // "room/text", "*/text" for everybody, "@user/text", "=id/text"; with "-id" for each that is excepted.
  readonly delivered: string[] = [];
  /** What each member here has got, by id. */
  readonly inboxes = new Map<string, string[]>();
  readonly events: ClusterEvent[] = [];
  readonly closed: object[] = [];
  readonly nodeId: string;
  readonly #rooms = new Map<string, Map<string, unknown>>();

  constructor(nodeId: string, broker: Broker, clock: Clock, limits: ClusterLimits = {}) {
    this.nodeId = nodeId;
    this.cluster = new BrokerCluster(this.#local(), { broker, clock, ...limits });
  }

  join(room: string, id: string, state: unknown = null): void {
    const members = this.#rooms.get(room) ?? new Map<string, unknown>();
    this.#rooms.set(room, members.set(id, state));
    if (members.size === 1) this.cluster.roomOpened(room);
    this.cluster.presenceChanged(room, id, state);
  }

  leave(room: string, id: string): void {
    const members = this.#rooms.get(room);
    members?.delete(id);
    this.cluster.presenceChanged(room, id, undefined);
    if (members?.size !== 0) return;
    this.#rooms.delete(room);
    this.cluster.roomClosed(room);
  }

  say(room: string, text: string): void {
    this.cluster.broadcast(room, { data: text }, []);
    this.#deliverTo(room, { data: text }, []);
  }

  /** The members elsewhere, in order, as `id` or `id=state`. */
  known(room: string): string[] {
    return describeMembers(this.cluster.knownMembersOf(room));
  }

  eventTypes(): string[] {
    return this.events.map((event) => event.type);
  }

  gaps(): ClusterEvent[] {
    return this.events.filter(({ type }) => type === "gap");
  }

  #deliverTo(room: string, { data }: OutboundMessage, except: readonly string[]): void {
    for (const id of this.#rooms.get(room)?.keys() ?? []) {
      if (!except.includes(id)) this.#inboxOf(id).push(String(data));
    }
  }

  #inboxOf(id: string): string[] {
    const inbox = this.inboxes.get(id) ?? [];
    this.inboxes.set(id, inbox);
    return inbox;
  }

  #local(): ClusterLocal {
    const write = (target: string, { data }: OutboundMessage, except: readonly string[]): void => {
      const text = typeof data === "string" ? data : `bytes ${data.join(" ")}`;
      this.delivered.push([`${target}/${text}`, ...except].join("-"));
    };
    return {
      nodeId: this.nodeId,
      deliverToAll: (message, except) => write("*", message, except),
      deliverToRoom: (room, message, except) => {
        write(room, message, except);
        this.#deliverTo(room, message, except);
      },
      deliverToUser: (user, message, except) => write(`@${user}`, message, except),
      deliverTo: (id, message) => write(`=${id}`, message, []),
      membersOf: (room) =>
        Array.from(this.#rooms.get(room) ?? [], ([id, state]) => ({ id, state })),
      rooms: () => this.#rooms.keys(),
      closeAll: (options) => {
        this.closed.push(options);
        return options.code === 7 ? Promise.reject(new RangeError("7")) : Promise.resolve();
      },
      happened: (event) => this.events.push(event),
    };
  }
}

export function describeMembers(members: readonly RoomMember[]): string[] {
  return members
    .map(({ id, state }) => (state === null ? id : `${id}=${JSON.stringify(state)}`))
    .sort();
}

/** One node's way to a broker in memory, with faults. */
export class FaultyWay implements Broker {
  readonly replay?: NonNullable<Broker["replay"]>;
  readonly presence?: NonNullable<Broker["presence"]>;
  /** What happens to each message on its way to the engine. */
  fault: "none" | "lost" | "twice" | "refused" | "stuck" = "none";
  /** What happens to questions for what is kept. */
  readFault: "none" | "refused" | "stuck" = "none";
  /** Whether what others publish reaches this node. */
  isDeaf = false;
  /** Whether what others publish waits, until {@link release}. */
  isHolding = false;
  refreshed = 0;
  isUp = true;
  readonly #inner: Broker;
  readonly #listeners = new Set<(status: BrokerStatus) => void>();
  #stuck: (() => void)[] = [];
  #held: (() => void)[] = [];

  constructor(inner: Broker = new MemoryBroker()) {
    this.#inner = inner;
    const { replay } = inner;
    if (replay !== undefined) {
      this.replay = {
        append: async (channel, payload) => {
          const offset = await this.#pass(async () => replay.append(channel, payload));
          return offset ?? "";
        },
        read: async (channel, offset) => {
          if (this.readFault === "refused") throw new Error("refused");
          if (this.readFault === "stuck") await new Promise(() => {});
          return replay.read(channel, offset);
        },
      };
    }
    const { presence } = inner;
    if (presence !== undefined) {
      this.presence = {
        announce: async (nodeId, ttlMs) =>
          this.fault === "none"
            ? presence.announce(nodeId, ttlMs)
            : Promise.reject(new Error(this.fault)),
        withdraw: async (nodeId) => presence.withdraw(nodeId),
      };
    }
  }

  async publish(channel: string, payload: Uint8Array): Promise<void> {
    await this.#pass(async () => this.#inner.publish(channel, payload));
  }

  subscribe(channel: string, receive: BrokerReceiver): ReturnType<Broker["subscribe"]> {
    return this.#inner.subscribe(channel, (payload, offset) => {
      if (this.isHolding) this.#held.push(() => receive(payload, offset));
      else if (!this.isDeaf && this.isUp) receive(payload, offset);
    });
  }

  onStatus(listener: (status: BrokerStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  refresh(): void {
    this.refreshed++;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Cuts this node off. */
  down(): void {
    this.isUp = false;
    this.fault = "refused";
    for (const listener of this.#listeners) listener({ type: "down", error: new Error("cut") });
  }

  up(): void {
    this.isUp = true;
    this.fault = "none";
    for (const listener of this.#listeners) listener({ type: "up" });
  }

  /** Brings what was held. */
  release(): void {
    this.isHolding = false;
    for (const bring of this.#held) bring();
    this.#held = [];
  }

  /** Lets go on what was stuck. */
  unstick(): void {
    this.fault = "none";
    for (const goOn of this.#stuck) goOn();
    this.#stuck = [];
  }

  async #pass<Result>(send: () => Promise<Result>): Promise<Result | undefined> {
    if (this.fault === "refused") throw new Error("refused");
    if (this.fault === "lost") return undefined;
    if (this.fault === "stuck") await new Promise<void>((resolve) => this.#stuck.push(resolve));
    if (this.fault === "twice") await send();
    return send();
  }
}
