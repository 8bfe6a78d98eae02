/** The other nodes of a cluster, and when they count as gone. */
import type { Clock, Timer } from "../node/index.js";

interface NodesOptions {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly nodeTtlMs: number;
  /** Called at each interval, to send a heartbeat. */
  readonly onInterval: () => void;
  readonly onJoined: (nodeId: string) => void;
  readonly onLeft: (nodeId: string, reason: "farewell" | "silence") => void;
  /** Called when no own message has come back in time: then those of other nodes do not come, either. */
  readonly onDeaf: () => void;
}

/** The other nodes. A node is alive until the time that its latest heartbeat is valid for has passed. */
export class ClusterNodes {
  readonly #options: NodesOptions;
  /** The time when each node expires, unless a message of it comes before. */
  readonly #expiries = new Map<string, number>();
  /** The time that a heartbeat of each node is valid for. */
  readonly #ttls = new Map<string, number>();
  #announced: readonly string[] = [];
  #isSettled = false;
  /** The time when an own message last came back; `undefined` when none has, as the engine may not send them back. */
  #ownAt: number | undefined;
  #nextAt = 0;
  #timer: Timer | undefined;

  constructor(options: NodesOptions) {
    this.#options = options;
    this.#wait();
  }

  /** The ids of the nodes that are alive. */
  get names(): readonly string[] {
    return [...this.#expiries.keys()];
  }

  /** The nodes that should answer a question: those that are alive, and those in the engine's register. */
  get expected(): ReadonlySet<string> {
    const expected = new Set([...this.#expiries.keys(), ...this.#announced]);
    expected.delete(this.#options.nodeId);
    return expected;
  }

  /** Whether one interval has passed, in which all existing nodes could send a heartbeat. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Called when a message of another node has come. A heartbeat brings the time that it is valid for. */
  heard(nodeId: string, ttlMs?: number): void {
    const { clock, nodeTtlMs, onJoined } = this.#options;
    const isNew = !this.#expiries.has(nodeId);
    const ttl = ttlMs ?? this.#ttls.get(nodeId) ?? nodeTtlMs;
    this.#ttls.set(nodeId, ttl);
    this.#expiries.set(nodeId, clock.now() + ttl);
    if (isNew) onJoined(nodeId);
  }

  /** Called when an own message has come back. */
  heardOwn(): void {
    this.#ownAt = this.#options.clock.now();
  }

  /** Called when another node says that it ends. */
  farewell(nodeId: string): void {
    this.#remove(nodeId, "farewell");
  }

  /** Takes the ids in the engine's register. */
  announced(nodeIds: readonly string[]): void {
    this.#announced = nodeIds;
  }

  /** Gives all nodes another interval: this node was cut off for a while, so that their heartbeats could not come. */
  extendAll(): void {
    const { clock, heartbeatIntervalMs } = this.#options;
    const now = clock.now();
    for (const [nodeId, expiry] of this.#expiries) {
      this.#expiries.set(nodeId, Math.max(expiry, now + heartbeatIntervalMs));
    }
    if (this.#ownAt !== undefined) this.#ownAt = now;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    const { clock, heartbeatIntervalMs } = this.#options;
    this.#nextAt = clock.now() + heartbeatIntervalMs;
    this.#timer = clock.setTimer(() => this.#interval(), heartbeatIntervalMs);
  }

  #interval(): void {
    const { clock, heartbeatIntervalMs, onInterval } = this.#options;
    const lateMs = clock.now() - this.#nextAt;
    this.#isSettled = true;
    this.#wait();
    onInterval();
    // The event loop was blocked. Heartbeats may have arrived, and are not read yet.
    if (lateMs > heartbeatIntervalMs) this.#prolong(lateMs);
    else this.#expire();
  }

  #prolong(lateMs: number): void {
    for (const [nodeId, expiry] of this.#expiries) this.#expiries.set(nodeId, expiry + lateMs);
    if (this.#ownAt !== undefined) this.#ownAt += lateMs;
  }

  #expire(): void {
    const { clock, nodeTtlMs, onDeaf } = this.#options;
    const now = clock.now();
    for (const [nodeId, expiry] of this.#expiries) {
      if (expiry <= now) this.#remove(nodeId, "silence");
    }
    if (this.#ownAt !== undefined && now - this.#ownAt >= nodeTtlMs) onDeaf();
  }

  #remove(nodeId: string, reason: "farewell" | "silence"): void {
    this.#announced = this.#announced.filter((one) => one !== nodeId);
    this.#ttls.delete(nodeId);
    if (this.#expiries.delete(nodeId)) this.#options.onLeft(nodeId, reason);
  }
}
