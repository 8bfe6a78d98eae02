/** Batches: small messages to the same receivers wait for a moment and go out together. */
import { answerAtOnce, checkOptions, limit, type Names } from "../input/index.js";
import type { Clock, OnHandlerError, Timer } from "../node/index.js";
import type { PreparedMessage } from "../protocol/index.js";
import { toPrepared } from "./broadcast.js";

/** Makes one message of several. The receivers must know how to take it apart. */
export type JoinMessages = (messages: readonly (string | Uint8Array)[]) => string | Uint8Array;

/** Settings of the option `batch` of a manager. */
export interface BatchOptions {
  /**
   * Makes one message of several, in a form that the receivers take apart. Without it the messages
   * go out in one write.
   */
  readonly join?: JoinMessages | undefined;
  /** A batch with this number of messages goes out early. @defaultValue 256 */
  readonly maxMessages?: number | undefined;
  /** A batch with this number of bytes (of strings, UTF-16 units) goes out early. @defaultValue 65 536 */
  readonly maxBytes?: number | undefined;
}

const NAMES: Names<BatchOptions> = {
  owner: "batch",
  known: { join: true, maxMessages: true, maxBytes: true },
  advice: { batchMs: "give it to broadcast()" },
};

/** {@link BatchOptions} with all defaults filled in. */
export interface ResolvedBatchOptions {
  readonly join: JoinMessages | undefined;
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** Checks the options and fills in the defaults. @throws {TypeError | RangeError} An option cannot be used. */
export function batchOf(options: BatchOptions = {}): ResolvedBatchOptions {
  checkOptions(options, NAMES);
  return {
    join: options.join,
    maxMessages: limit("batch.maxMessages", options.maxMessages, 256),
    maxBytes: limit("batch.maxBytes", options.maxBytes, 65_536),
  };
}

interface BatchesOptions extends ResolvedBatchOptions {
  readonly clock: Clock;
  readonly onHandlerError: OnHandlerError;
}

/** A message and the choice of its receivers. */
export interface Batched {
  readonly message: PreparedMessage;
  readonly exceptIds: readonly string[];
  readonly scope: "local" | "cluster";
  readonly isVolatile: boolean;
}

/** Sends one message of a batch. Must not throw. */
type SendBatch = (batched: Batched) => void;

interface Batch {
  readonly send: SendBatch;
  readonly messages: Batched[];
  bytes: number;
  dueAt: number;
  timer: Timer;
}

/** Collects messages. The caller's key stands for their receivers. */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #batches = new Map<string, Batch>();

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /**
   * Sends the message after `windowMs` at the latest, in order and together with others that
   * have the same key.
   *
   * @param send - Must be the same for the same key.
   */
  add(key: string, windowMs: number, batched: Batched, send: SendBatch): void {
    const { clock, maxMessages, maxBytes } = this.#options;
    const batch = this.#batches.get(key) ?? this.#begin(key, send);
    const dueAt = clock.now() + windowMs;
    if (dueAt < batch.dueAt) {
      batch.timer.cancel();
      batch.dueAt = dueAt;
      batch.timer = clock.setTimer(() => this.flush(key), windowMs);
    }
    batch.messages.push(batched);
    batch.bytes += batched.message.data.length;
    if (batch.messages.length >= maxMessages || batch.bytes >= maxBytes) this.flush(key);
  }

  /** Whether no message waits. */
  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  /** Sends the batch of this key now: a receiver that joins next must not get earlier messages. */
  flush(key: string): void {
    const batch = this.#batches.get(key);
    if (batch === undefined) return;
    this.#batches.delete(key);
    batch.timer.cancel();
    for (const batched of this.#joined(batch.messages)) batch.send(batched);
  }

  /** Sends all batches now. */
  flushAll(): void {
    for (const key of Array.from(this.#batches.keys())) this.flush(key);
  }

  #begin(key: string, send: SendBatch): Batch {
    const timer = { cancel: (): void => {} };
    const batch: Batch = { send, messages: [], bytes: 0, dueAt: Infinity, timer };
    this.#batches.set(key, batch);
    return batch;
  }

  /** Joins neighbours that go to the same receivers in the same way. */
  #joined(messages: readonly Batched[]): Batched[] {
    const { join } = this.#options;
    if (join === undefined) return [...messages];
    const groups: Batched[][] = [];
    for (const batched of messages) {
      const group = groups.at(-1);
      if (group !== undefined && isAlike(group[0], batched)) group.push(batched);
      else groups.push([batched]);
    }
    return groups.flatMap((group) => this.#join(join, group));
  }

  #join(join: JoinMessages, group: readonly Batched[]): readonly Batched[] {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const { type, compress } = first.message;
    try {
      const data = answerAtOnce("batch.join", join(group.map(({ message }) => message.data)));
      return [{ ...first, message: toPrepared(data, { type, compress }) }];
    } catch (error) {
      this.#options.onHandlerError(error, "batch.join");
      return group; // sent one by one, so that none is lost
    }
  }
}

function isAlike(one: Batched | undefined, other: Batched): boolean {
  if (one === undefined) return false;
  const isSameKind =
    one.scope === other.scope &&
    one.isVolatile === other.isVolatile &&
    one.message.type === other.message.type &&
    one.message.compress === other.message.compress &&
    typeof one.message.data === typeof other.message.data;
  return isSameKind && isSameList(one.exceptIds, other.exceptIds);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
