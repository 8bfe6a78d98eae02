/** What all connections of a load count together, and when it is enough. */
import { deferred } from "./deferred.js";
import { setTimeout as delay } from "node:timers/promises";
import { LatencyHistogram } from "./statistics.js";

/** How long a load runs: so many seconds, or so many messages. */
export type Extent = { readonly seconds: number } | { readonly messages: number };

/** Without a message for so long, a run has failed. */
const STALL_MS = 10_000;

export class Tally {
  messages = 0;
  bytes = 0;
  readonly latency = new LatencyHistogram();
  readonly #failed = deferred<never>();
  readonly #enough = deferred();
  #limit = Infinity;

  constructor() {
    this.#failed.promise.catch(() => {});
  }

  add(messages: number): void {
    this.messages += messages;
    if (this.messages >= this.#limit) this.#enough.resolve();
  }

  /** Starts from zero. */
  clear(): void {
    this.messages = 0;
    this.bytes = 0;
    this.latency.clear();
  }

  readonly fail = (reason: unknown): void => this.#failed.reject(reason);

  /** @throws {Error} A connection was lost, or nothing moved. */
  async run(extent: Extent): Promise<void> {
    if ("seconds" in extent) {
      await this.orFail(delay(extent.seconds * 1000));
      return;
    }
    this.#limit = extent.messages;
    this.add(0);
    await this.finish(this.#enough.promise);
  }

  /** Waits for `done`, and fails when it takes too long. */
  async finish(done: Promise<unknown>): Promise<void> {
    const stall = new AbortController();
    const late = delay(STALL_MS, undefined, { signal: stall.signal }).then(
      () => {
        throw new Error(`replies are missing after ${STALL_MS / 1000} s`);
      },
      () => {},
    );
    try {
      await this.orFail(Promise.race([done, late]));
    } finally {
      stall.abort();
    }
  }

  orFail<T>(done: Promise<T>): Promise<T> {
    return Promise.race([done, this.#failed.promise]);
  }
}
