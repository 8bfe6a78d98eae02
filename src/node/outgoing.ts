import { PreparedMessage, type ReadyMessage, type SendOptions } from "../protocol/index.js";
import { tellBackpressure, tellDropped } from "./diagnostics.js";
import type { Link } from "./link.js";
import type { ResolvedConnectionOptions } from "./options.js";
import { type Job, SendQueue } from "./send-queue.js";
import { isReady, toWaiting } from "./sendable.js";
import { type FragmentSource, StreamSender } from "./stream-sender.js";

/**
 * What became of a message: it is on its way (`"sent"`), or so with more than
 * `maxBufferedBytes` waiting now (`"buffered"`: it is time to wait for
 * `drained()`), or it was dropped by the policy, or the connection was not open.
 */
export type SendStatus = "sent" | "buffered" | "dropped" | "closed";

/** What of a link is needed to send. */
type SendingLink = Pick<Link, "role" | "core" | "writer">;

type SendingOptions = Pick<ResolvedConnectionOptions, "maxBufferedBytes" | "bufferPolicy">;

/** Whose messages go out. */
export interface OutgoingOwner {
  /** Nothing waits any more, after more than `maxBufferedBytes` had. */
  readonly onDrained: () => void;
  /**
   * The hard stop, or the policy `"close"`: the peer does not read.
   *
   * @param bytes - How much would wait.
   * @param limit - Over which limit that is, in words.
   */
  readonly onOverflow: (bytes: number, limit: string) => void;
}

/** At this many times `maxBufferedBytes` the policy `"wait"` gives up. */
const HARD_STOP_FACTOR = 16;

/** Everything an application sends, in its order, within the bounds of what may wait. */
export class Outgoing {
  readonly #link: SendingLink;
  readonly #options: SendingOptions;
  readonly #owner: OutgoingOwner;
  /** Made when something has to wait here. */
  #queue: SendQueue | undefined;
  #isBusy = false;
  #drainWaiters: ((isDrained: boolean) => void)[] | undefined;
  /** Messages that the policy has dropped. */
  droppedMessages = 0;
  /** How often more than `maxBufferedBytes` have come to wait. */
  backpressureCount = 0;

  constructor(link: SendingLink, options: SendingOptions, owner: OutgoingOwner) {
    this.#link = link;
    this.#options = options;
    this.#owner = owner;
  }

  /** Bytes that wait here or behind here. */
  get bufferedBytes(): number {
    return this.#link.core.budget.waitingBytes + this.#link.writer.bufferedBytes;
  }

  #hasJobs(): boolean {
    return this.#queue !== undefined && !this.#queue.isEmpty;
  }

  get isOver(): boolean {
    return this.bufferedBytes > this.#options.maxBufferedBytes;
  }

  /** Sends a message. What a Blob holds is read in its turn: what is sent later waits for it. */
  send(data: ReadyMessage | Blob, options: SendOptions): SendStatus {
    if (!isReady(data)) return this.#sendBlob(data, options);
    if (this.#link.writer.isWatched && this.isOver) {
      const status = this.#applyPolicy(data, options);
      if (status !== undefined) return status;
    }
    if (this.#hasJobs() || this.#isBusy) {
      const waiting = toWaiting(data, options, this.#link.role);
      this.#pushMessage(waiting, options, this.#keyOf(waiting));
    } else if (!this.#link.core.sendMessage(data, options)) return "closed";
    return this.#after();
  }

  /** Sends one message in fragments as `source` gives them. What is sent later waits for its end. */
  sendStream(source: FragmentSource, type: "text" | "binary" | undefined): Promise<SendStatus> {
    const { core, writer } = this.#link;
    const drained = (): Promise<boolean> => this.drained();
    const sender = new StreamSender({ source, type, core, writer, drained });
    this.#push({ type: "stream", sender, bytes: 0 });
    this.advance();
    return sender.done;
  }

  /** Closes behind all that was sent; a message in fragments is not finished, nor what waits for it sent. */
  close(code: number | undefined, reason: string): void {
    const { core } = this.#link;
    const isStreaming = this.#isBusy && this.#queue?.first?.type === "stream";
    if (!this.#hasJobs() || isStreaming) core.close(code, reason);
    else this.#push({ type: "close", code, reason, bytes: 0 });
  }

  /** Goes on with what waits. */
  advance(): void {
    const { core, writer } = this.#link;
    const { maxBufferedBytes } = this.#options;
    while (!this.#isBusy) {
      const job = this.#queue?.first;
      if (job === undefined) return;
      if (job.type === "stream" || job.type === "blob") {
        if (core.isEncoding) return;
        this.#run(job);
        return;
      }
      if (job.type === "message" && writer.bufferedBytes > maxBufferedBytes) return;
      this.#queue?.shift();
      if (job.type === "close") core.close(job.code, job.reason);
      else core.sendMessage(job.data, job.options);
      writer.schedule();
    }
  }

  /** Resolves at once, or when nothing waits any more: with true, or with false at the end of the connection. */
  drained(): Promise<boolean> {
    if (!this.isOver) return Promise.resolve(true);
    this.#link.writer.isWatched = true;
    return new Promise((resolve) => {
      (this.#drainWaiters ??= []).push(resolve);
    });
  }

  /** Call when something has been written, or encoded. */
  progress(): void {
    this.advance();
    const { writer } = this.#link;
    if (!writer.isWatched || this.bufferedBytes > 0) return;
    writer.isWatched = false;
    this.#resolveWaiters(true);
    this.#owner.onDrained();
  }

  /** Forgets what waits: the connection is closed. */
  clear(): void {
    this.#resolveWaiters(false);
    this.#queue?.clear();
  }

  #resolveWaiters(isDrained: boolean): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = undefined;
    if (waiters !== undefined) for (const resolve of waiters) resolve(isDrained);
  }

  #run(job: Job & { type: "blob" | "stream" }): void {
    this.#isBusy = true;
    const goOn = (): void => {
      this.#isBusy = false;
      if (this.#queue?.first === job) this.#queue?.shift();
      this.advance();
    };
    const done = job.type === "stream" ? job.sender.run() : this.#sendBlobNow(job);
    void done.then(goOn, goOn);
  }

  /** A Blob whose content is gone, such as a file that was deleted, ends the connection: a message would be missing. */
  async #sendBlobNow({ blob, options }: Job & { type: "blob" }): Promise<void> {
    const { core, writer } = this.#link;
    try {
      core.sendMessage(new Uint8Array(await blob.arrayBuffer()), options);
    } catch {
      core.close(1011, "a Blob could not be read");
    }
    writer.schedule();
  }

  #sendBlob(blob: Blob, options: SendOptions): SendStatus {
    this.#push({ type: "blob", blob, options, bytes: blob.size });
    this.advance();
    return this.#after();
  }

  #after(): SendStatus {
    const { writer } = this.#link;
    if (this.isOver && !writer.isWatched) {
      writer.isWatched = true;
      this.backpressureCount++;
      tellBackpressure(this.#link, this.bufferedBytes);
    }
    writer.schedule();
    return writer.isWatched && this.isOver ? "buffered" : "sent";
  }

  /** @returns What became of the message, or `undefined` when it is to be sent. */
  #applyPolicy(data: ReadyMessage, options: SendOptions): SendStatus | undefined {
    const { bufferPolicy, maxBufferedBytes } = this.#options;
    if (bufferPolicy === "wait") {
      const bytes = this.bufferedBytes + data.length;
      if (bytes <= maxBufferedBytes * HARD_STOP_FACTOR) return undefined;
      this.#owner.onOverflow(bytes, `${HARD_STOP_FACTOR} times maxBufferedBytes`);
      return "closed";
    }
    if (bufferPolicy === "close") {
      this.#owner.onOverflow(this.bufferedBytes + data.length, "maxBufferedBytes");
      return "closed";
    }
    if (bufferPolicy === "dropNewest") {
      this.#dropped();
      return "dropped";
    }
    const waiting = toWaiting(data, options, this.#link.role);
    const key = this.#keyOf(waiting);
    const queue = this.#opened();
    if (key !== undefined && queue.takeKeyed(key)) this.#dropped();
    const dropped = queue.makeRoom(data.length, maxBufferedBytes);
    for (let i = 0; i < dropped; i++) this.#dropped();
    this.#pushMessage(waiting, options, key);
    return "buffered";
  }

  #dropped(): void {
    this.droppedMessages++;
    tellDropped(this.#link, this.droppedMessages);
  }

  /** `undefined` is no key: nothing takes the message's place. */
  #keyOf(data: ReadyMessage): unknown {
    const { bufferPolicy } = this.#options;
    if (typeof bufferPolicy !== "function") return undefined;
    return bufferPolicy(data instanceof PreparedMessage ? data.data : data);
  }

  #pushMessage(data: ReadyMessage, options: SendOptions, key: unknown): void {
    this.#push({ type: "message", data, options, bytes: data.length, key });
  }

  #push(job: Job): void {
    this.#opened().push(job);
  }

  #opened(): SendQueue {
    this.#queue ??= new SendQueue(this.#link.core.budget);
    return this.#queue;
  }
}
