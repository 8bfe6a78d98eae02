import {
  type Budget,
  type Place,
  Queue,
  type ReadyMessage,
  type SendOptions,
} from "../protocol/index.js";
import type { StreamSender } from "./stream-sender.js";

/** What waits its turn, because something before it is not ready to be framed. */
export type Job =
  | {
      readonly type: "message";
      readonly data: ReadyMessage;
      readonly options: SendOptions;
      readonly bytes: number;
      /** What a policy that conflates calls it; `undefined` is no key. */
      readonly key: unknown;
    }
  | {
      readonly type: "blob";
      readonly blob: Blob;
      readonly options: SendOptions;
      readonly bytes: number;
    }
  | { readonly type: "stream"; readonly sender: StreamSender; readonly bytes: 0 }
  | {
      readonly type: "close";
      readonly code: number | undefined;
      readonly reason: string;
      readonly bytes: 0;
    };

/** What a message that waits takes on top of its bytes, about: so many tiny ones are not free. */
const BYTES_PER_JOB = 200;

/** What an application has sent and the protocol has not been given yet, in order, at the expense of the budget. */
export class SendQueue {
  readonly #budget: Budget;
  readonly #jobs = new Queue<Job>();
  /** The message of each key that waits, under a policy that conflates. */
  #keyed: Map<unknown, Place<Job>> | undefined;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  /** Whose turn it is. */
  get first(): Job | undefined {
    return this.#jobs.first;
  }

  push(job: Job): void {
    this.#charge(job.bytes, 1);
    const place = this.#jobs.push(job);
    if (job.type === "message" && job.key !== undefined) {
      (this.#keyed ??= new Map()).set(job.key, place);
    }
  }

  shift(): void {
    const job = this.#jobs.shift();
    if (job !== undefined) this.#removed(job);
  }

  /** Takes out the message that waits under `key`. @returns Whether there was one. */
  takeKeyed(key: unknown): boolean {
    const place = this.#keyed?.get(key);
    if (place === undefined) return false;
    this.#remove(place);
    return true;
  }

  /**
   * Takes out the oldest messages until `bytes` more, with what waits here, are within `maxBytes`.
   *
   * @returns How many.
   */
  makeRoom(bytes: number, maxBytes: number): number {
    let count = 0;
    for (const place of this.#jobs.places()) {
      const cost = this.#budget.waitingBytes + bytes + this.#jobs.length * BYTES_PER_JOB;
      if (cost <= maxBytes) break;
      if (place.value.type !== "message") continue;
      this.#remove(place);
      count++;
    }
    return count;
  }

  /** Forgets all: nothing can be sent any more. */
  clear(): void {
    for (const { value } of this.#jobs.places()) if (value.type === "stream") value.sender.abort();
    while (!this.isEmpty) this.shift();
  }

  #remove(place: Place<Job>): void {
    this.#jobs.remove(place);
    this.#removed(place.value);
  }

  #removed(job: Job): void {
    this.#charge(-job.bytes, -1);
    if (job.type === "message" && this.#keyed?.get(job.key)?.value === job) {
      this.#keyed.delete(job.key);
    }
  }

  #charge(bytes: number, objects: number): void {
    this.#budget.waitingBytes += bytes;
    this.#budget.objects += objects;
  }
}
