import type { Clock } from "../node/index.js";
import type { Broker } from "./broker.js";
import type { ClusterEvent } from "./event.js";

export interface StatusOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly onEvent: (event: ClusterEvent) => void;
  /** Called when the other nodes can be reached, for the first time and again. */
  readonly onUp: () => void;
}

/** Whether the other nodes can be reached, as the broker says and as experience shows. */
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

  /** The broker takes itself to be up, and yet nothing comes back. */
  deaf(): void {
    const { broker } = this.#options;
    if (!broker.isUp) return;
    this.#down(new Error("nothing that is sent to the broker comes back from it"));
    broker.refresh?.();
  }

  /** Something has come back. */
  heard(): void {
    if (this.#state === "down" && this.#options.broker.isUp) this.#up();
  }

  stop(): void {
    this.#stop();
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
