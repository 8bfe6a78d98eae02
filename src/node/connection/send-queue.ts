/** What an application has sent and the protocol has not been given yet. */
import { type Budget, type Place, Queue, type ReadyMessage } from "../../protocol/index.js";
import type { SourceSender } from "./source-sender.js";
import type { MessageOptions } from "./sendable.js";
import type { OnWritten, WrittenOptions } from "./written.js";

interface MessageJob {
  readonly type: "message";
  readonly data: ReadyMessage;
  readonly options: MessageOptions;
  readonly bytes: number;
  /** The key that a policy of keys gave it; `undefined` is no key. */
  readonly key: unknown;
}

/** A message whose bytes come with time. */
export interface SourceJob {
  readonly type: "source";
  readonly sender: SourceSender;
  /** What the peer is told when the source fails. */
  readonly failure: string;
  readonly options: WrittenOptions;
  /** The bytes that are known so far. */
  readonly bytes: number;
}

interface CloseJob {
  readonly type: "close";
  readonly code: number | undefined;
  readonly reason: string;
  readonly bytes: 0;
}

/** A caller wants to know when all that was sent before has been written. */
interface MarkJob {
  readonly type: "mark";
  readonly tell: OnWritten;
  readonly bytes: 0;
}

/** A thing that waits its turn, because something before it is not ready to be framed. */
export type Job = MessageJob | SourceJob | CloseJob | MarkJob;

/** About how many bytes a message that waits takes beyond its own, so that tiny ones count, too. */
const BYTES_PER_JOB = 200;

/** The jobs that wait, in order. Their bytes are charged to the budget. */
export class SendQueue {
  readonly #budget: Budget;
  readonly #jobs = new Queue<Job>();
  /** The message that waits under each key, when the policy gives keys. */
  #keyed: Map<unknown, Place<Job>> | undefined;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  /** The job whose turn it is. */
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

  /** Takes out the message that waits under `key`, if there is one. */
  takeKeyed(key: unknown): MessageJob | undefined {
    const place = this.#keyed?.get(key);
    if (place?.value.type !== "message") return undefined;
    this.#remove(place);
    return place.value;
  }

  /** Takes out the oldest messages until `bytes` more, with what waits here, are within `maxBytes`. */
  makeRoom(bytes: number, maxBytes: number): MessageJob[] {
    const taken: MessageJob[] = [];
    for (const place of this.#jobs.places()) {
      const cost = this.#budget.waitingBytes + bytes + this.#jobs.length * BYTES_PER_JOB;
      if (cost <= maxBytes) break;
      if (place.value.type !== "message") continue;
      this.#remove(place);
      taken.push(place.value);
    }
    return taken;
  }

  /** Forgets all, because nothing can be sent any more. @returns The callbacks to tell of that, in order. */
  clear(): OnWritten[] {
    const tells: OnWritten[] = [];
    for (const { value: job } of this.#jobs.places()) {
      if (job.type === "source") job.sender.abort();
      const tell = tellOf(job);
      if (tell !== undefined) tells.push(tell);
    }
    while (!this.isEmpty) this.shift();
    return tells;
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

function tellOf(job: Job): OnWritten | undefined {
  if (job.type === "close") return undefined;
  return job.type === "mark" ? job.tell : job.options.onWritten;
}
