/** Requests that wait for a reply. */
import { checkOptions, type Clock, LONGEST_DELAY_MS, type Names } from "../input/index.js";
import type { MessageId } from "./envelope.js";
import { RequestError } from "./error-reply.js";
import type { Signal } from "./transport.js";

/** Options of one request. */
export interface RequestOptions {
  /** Time for the reply. `Infinity` waits as long as the connection lasts. @defaultValue 30 000 */
  readonly timeoutMs?: number;
  /** Cancels the request on abort: the promise rejects with the signal's reason, and the peer is told. */
  readonly signal?: Signal | undefined;
}

const NAMES: Names<RequestOptions> = {
  owner: "a request",
  known: { timeoutMs: true, signal: true },
  advice: { requestTimeoutMs: "use timeoutMs" },
};

export interface PendingRequest {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface PendingOptions {
  readonly clock: Clock;
  readonly maxPending: number;
  readonly defaultTimeoutMs: number;
  /** Called when the request `id` does not wait for its reply any more. */
  readonly onGivenUp: (id: MessageId) => void;
}

/** The requests of this end that wait for a reply. */
export class PendingRequests {
  readonly #options: PendingOptions;
  readonly #pending = new Map<MessageId, PendingRequest>();
  #lastId = 0;

  constructor(options: PendingOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  /**
   * Opens a request, and calls `send` with its id.
   *
   * @returns A promise of the reply's data, unchecked. It rejects with a {@link RequestError}, with the
   *   signal's reason, with the error that `send` threw, or with a RangeError when `timeoutMs` cannot
   *   be used.
   */
  async open(send: (id: number) => void, options: RequestOptions): Promise<unknown> {
    checkOptions(options, NAMES);
    const { timeoutMs = this.#options.defaultTimeoutMs, signal } = options;
    if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs must be 0 or more, not ${timeoutMs}`);
    if (signal?.aborted === true) throw signal.reason;
    const { maxPending } = this.#options;
    if (this.#pending.size >= maxPending) {
      const text = `${this.#pending.size} requests wait for their reply already, and maxPendingRequests is ${maxPending}`;
      throw new RequestError("TOO_MANY_PENDING", text);
    }
    const id = ++this.#lastId;
    const option = options.timeoutMs === undefined ? "requestTimeoutMs" : "timeoutMs";
    const reply = this.#wait(id, option, timeoutMs, signal);
    try {
      send(id);
    } catch (error) {
      this.take(id)?.reject(error);
    }
    return reply;
  }

  /** Takes the request `id` out; `undefined` when there is none: the reply is late, double, or made up. */
  take(id: MessageId): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Rejects all requests: no reply can come any more. */
  rejectAll(error: Error): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(error);
  }

  /** @param option - Where the time comes from. */
  #wait(
    id: number,
    option: string,
    timeoutMs: number,
    signal: Signal | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        this.take(id)?.reject(reason);
        this.#options.onGivenUp(id);
      };
      const timer = this.#options.clock.setTimer(() => {
        giveUp(new RequestError("TIMEOUT", `no reply within ${option} ${timeoutMs}`));
      }, timeoutMs);
      const abort = (): void => giveUp(signal?.reason);
      signal?.addEventListener("abort", abort);
      const settled = (): void => {
        timer.cancel();
        signal?.removeEventListener("abort", abort);
      };
      this.#pending.set(id, {
        resolve: (data) => {
          settled();
          resolve(data);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }
}

export const platformClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    if (delayMs > LONGEST_DELAY_MS) return { cancel: () => {} };
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
