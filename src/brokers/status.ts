import type { BrokerStatus } from "../cluster/index.js";

/** Whether an engine is up, and who wants to know. */
export class Status {
  readonly #listeners = new Set<(status: BrokerStatus) => void>();
  #isUp = false;

  get isUp(): boolean {
    return this.#isUp;
  }

  listen(listener: (status: BrokerStatus) => void): () => void {
    const own = (status: BrokerStatus): void => listener(status);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells of a change, and only of a change. */
  set(status: BrokerStatus): void {
    const isUp = status.type === "up";
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    for (const listener of this.#listeners) listener(status);
  }
}
