import type { Clock, Timer } from "../node/index.js";

export interface NodesOptions {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly nodeTtlMs: number;
  /** Called at each interval: the moment to send a sign of life. */
  readonly onInterval: () => void;
  readonly onJoined: (nodeId: string) => void;
  readonly onLeft: (nodeId: string, reason: "farewell" | "silence") => void;
  /** Nothing of this node's own has come back in time: it does not hear the others, either. */
  readonly onDeaf: () => void;
}

/** Which other nodes there are: those that were heard of within the time that they promised. */
export class ClusterNodes {
  readonly #options: NodesOptions;
  /** Until when each is taken to live, without another word of it. */
  readonly #expiries = new Map<string, number>();
  /** How long a sign of life of each is good for. */
  readonly #ttls = new Map<string, number>();
  #announced: readonly string[] = [];
  #isSettled = false;
  /** When something of our own last came back; never, where the engine does not send it back. */
  #ownAt: number | undefined;
  #nextAt = 0;
  #timer: Timer | undefined;

  constructor(options: NodesOptions) {
    this.#options = options;
    this.#wait();
  }

  /** Those that live. */
  get names(): readonly string[] {
    return [...this.#expiries.keys()];
  }

  /** Those that live, and those that the engine knows and that were not heard: all that should answer. */
  get expected(): ReadonlySet<string> {
    const expected = new Set([...this.#expiries.keys(), ...this.#announced]);
    expected.delete(this.#options.nodeId);
    return expected;
  }

  /** Whether there was time to hear of those that were there before. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The other node has sent something; with a sign of life comes how long that is good for. */
  heard(nodeId: string, ttlMs?: number): void {
    const { clock, nodeTtlMs, onJoined } = this.#options;
    const isNew = !this.#expiries.has(nodeId);
    const ttl = ttlMs ?? this.#ttls.get(nodeId) ?? nodeTtlMs;
    this.#ttls.set(nodeId, ttl);
    this.#expiries.set(nodeId, clock.now() + ttl);
    if (isNew) onJoined(nodeId);
  }

  /** Something of this node's own has come back. */
  heardOwn(): void {
    this.#ownAt = this.#options.clock.now();
  }

  /** The other node is about to end. */
  farewell(nodeId: string): void {
    this.#remove(nodeId, "farewell");
  }

  /** What the engine's own register says. */
  announced(nodeIds: readonly string[]): void {
    this.#announced = nodeIds;
  }

  /** Nobody could be heard for a while, through no fault of theirs: those that live get the time to say so. */
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
    // Behind a stalled event loop their signs of life are here already, and not read yet.
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
