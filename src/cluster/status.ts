/** The status of a cluster: whether other nodes can be reached. */
import { callSafely } from "../input/index.js";
import type { Clock } from "../node/index.js";
import type { Broker } from "./broker.js";
import type { ClusterEvent } from "./interface.js";

interface StatusOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly onEvent: (event: ClusterEvent) => void;
  /** Called when other nodes can be reached, for the first time and again. */
  readonly onUp: () => void;
}

/** Whether other nodes can be reached: the broker must say so, and own messages must come back. */
export class ClusterStatus {
  readonly #options: StatusOptions;
  readonly #stop: () => void;
  #state: "starting" | "up" | "down" = "starting";
  #downSince = 0;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#stop = options.broker.onStatus((status) => {
      if (status.type === "up") this.#up();
      else this.#down(status.error);
    });
    if (options.broker.isUp) this.#up();
  }

  /** Called when no own message comes back, though the broker says that it is up. */
  deaf(): void {
    const { broker } = this.#options;
    if (!broker.isUp) return;
    this.#down(new Error("nothing that is sent to the broker comes back from it"));
    broker.refresh?.();
  }

  /** Called when an own message has come back. */
  heard(): void {
    if (this.#state === "down" && this.#options.broker.isUp) this.#up();
  }

  stop(): void {
    callSafely(this.#stop, (error) => this.#options.onEvent({ type: "down", error }));
  }

  #up(): void {
    const { clock, onEvent, onUp } = this.#options;
    if (this.#state === "up") return;
    const wasDown = this.#state === "down";
    this.#state = "up";
    if (wasDown) {
      onEvent({ type: "up", downMs: clock.now() - this.#downSince });
      onEvent({ type: "gap", room: undefined, nodeId: undefined, reason: "down" });
    }
    onUp();
  }

  #down(error: unknown): void {
    if (this.#state !== "up") return;
    this.#state = "down";
    this.#downSince = this.#options.clock.now();
    this.#options.onEvent({ type: "down", error });
  }
}
