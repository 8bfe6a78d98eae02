/** Everything that an application sends over a connection, in its order. */
import type { ReadyMessage } from "../../protocol/index.js";
import { BlobSender, type FragmentSource, StreamSender } from "./source-sender.js";
import { tellBackpressure, tellDropped } from "../diagnostics.js";
import type { Driver } from "./driver.js";
import type { SendStatus } from "./events.js";
import type { TransportError } from "./transport-error.js";
import { hardStopOf, keyOf, overflowOf } from "./buffer-policy.js";
import { SendQueue, type SourceJob } from "./send-queue.js";
import { isReady, type MessageOptions, toWaiting } from "./sendable.js";
import type { ConnectionSettings } from "./setup.js";
import { notWritten, type OnWritten, Written, type WrittenOptions } from "./written.js";

/** What {@link Outgoing} tells the connection that it sends for. */
export interface OutgoingOwner {
  /**
   * A message could not be made, because its source failed. The message is missing, so nothing that
   * was sent after it may go out.
   */
  readonly onSourceFailed: (cause: unknown, reason: string) => void;
  /** An {@link OnWritten} of the application failed. */
  readonly onWrittenFailed: (error: unknown) => void;
  /** Nothing waits any more, after more than `maxBufferedBytes` had. */
  readonly onDrained: () => void;
  /** The policy gives the peer up, because it reads too slowly. */
  readonly onOverflow: (error: TransportError) => void;
}

/** The part of a driver that sending takes. */
type SendingDriver = Pick<Driver, "role" | "core" | "writer">;

/** Everything an application sends, in its order, within the bounds of what may wait. */
export class Outgoing {
  readonly #driver: SendingDriver;
  readonly #options: ConnectionSettings;
  readonly #owner: OutgoingOwner;
  /** Made when something has to wait here. */
  #queue: SendQueue | undefined;
  /** A Blob is being read, or a message sent in fragments. */
  #isBusy = false;
  /** More than `maxBufferedBytes` have come to wait, and not all of that has gone out. */
  #isBehind = false;
  /** The bytes of a message that is larger than the limit by itself, and was sent while nothing else waited. They do not count. */
  #exemptBytes = 0;
  /** Made for the first callback. */
  #written: Written | undefined;
  #drainWaiters: ((isDrained: boolean) => void)[] | undefined;
  /** Messages that the policy has dropped. */
  droppedMessages = 0;
  /** How often more than `maxBufferedBytes` have come to wait. */
  backpressureCount = 0;

  constructor(driver: SendingDriver, options: ConnectionSettings, owner: OutgoingOwner) {
    this.#driver = driver;
    this.#options = options;
    this.#owner = owner;
  }

  /** Bytes that wait here or behind here. */
  get bufferedBytes(): number {
    return this.#driver.core.budget.waitingBytes + this.#driver.writer.bufferedBytes;
  }

  get isOver(): boolean {
    return this.bufferedBytes > this.#options.maxBufferedBytes;
  }

  /** Sends a message. What a Blob holds is read in its turn: what is sent later waits for it. */
  send(data: ReadyMessage | Blob, options: MessageOptions): SendStatus {
    if (this.#isBehind && this.isOver) {
      const status = this.#applyPolicy(data, options);
      if (status !== undefined) return status;
    }
    if (!isReady(data)) return this.#sendBlob(data, options);
    if (this.#mustWait()) {
      const waiting = toWaiting(data, options, this.#driver.role);
      this.#pushMessage(waiting, options, keyOf(this.#options, waiting));
    } else if (!this.sendNow(data, options)) return "closed";
    return this.#after();
  }

  /** Tells the caller of a message that it cannot be sent any more. */
  refuse({ onWritten }: WrittenOptions, why = "the connection is not open"): SendStatus {
    if (onWritten !== undefined) this.#toTell().tellSoon(onWritten, notWritten(why));
    return "closed";
  }

  /** Sends a message whose turn it is. @returns False when the connection is closing or closed. */
  sendNow(data: ReadyMessage, options: MessageOptions): boolean {
    if (!this.#driver.core.sendMessage(data, options)) {
      this.refuse(options);
      return false;
    }
    if (options.onWritten !== undefined) this.#toTell().mark(options.onWritten);
    return true;
  }

  /** Sends one message in fragments as `source` gives them. What is sent later waits for its end. */
  sendStream(source: FragmentSource, type: "text" | "binary" | undefined): Promise<SendStatus> {
    const { role, core } = this.#driver;
    const onFragment = (isLent: boolean): Promise<unknown> => this.#fragmentSent(isLent);
    const sender = new StreamSender({ source, type, role, core, onFragment });
    const failure = "the source of a message failed";
    this.#opened().push({ type: "source", sender, failure, options: {}, bytes: 0 });
    this.advance();
    return sender.done;
  }

  /** Closes behind all that was sent. */
  close(code: number | undefined, reason: string): void {
    if (!this.#mustWait()) this.#driver.core.close(code, reason);
    else this.#opened().push({ type: "close", code, reason, bytes: 0 });
  }

  /** Goes on with what waits. */
  advance(): void {
    const { core, writer } = this.#driver;
    while (!this.#isBusy && !this.#isHeld()) {
      const job = this.#queue?.first;
      if (job === undefined) return;
      if (job.type === "source") {
        if (!core.isEncoding) this.#run(job);
        return;
      }
      if (job.type === "message" && writer.bufferedBytes > this.#options.maxBufferedBytes) return;
      this.#queue?.shift();
      if (job.type === "close") core.close(job.code, job.reason);
      else if (job.type === "mark") this.#toTell().mark(job.tell);
      else this.sendNow(job.data, job.options);
      writer.schedule();
    }
  }

  /** Resolves at once, or when nothing waits any more: with true, or with false at the end of the connection. */
  drained(): Promise<boolean> {
    if (!this.isOver) return Promise.resolve(true);
    this.#isBehind = true;
    this.#driver.writer.watch();
    return new Promise((resolve) => {
      (this.#drainWaiters ??= []).push(resolve);
    });
  }

  /** Resolves when all that has been sent is with the operating system: with true, or with false at the end of the connection. */
  flushed(): Promise<boolean> {
    const { core, writer } = this.#driver;
    const mustWait = this.#mustWait();
    const isIdle = !mustWait && !core.isEncoding && this.#isToldAll();
    if (isIdle && writer.isAllWritten) return Promise.resolve(true);
    return toPromise((tell) => {
      if (mustWait) this.#opened().push({ type: "mark", tell, bytes: 0 });
      else this.#toTell().mark(tell);
    });
  }

  /** A control frame has been sent, which waits for nothing; or the connection was not open. */
  controlSent(onWritten: OnWritten, isSent: boolean): void {
    if (isSent) this.#toTell().markFrame(onWritten);
    else this.refuse({ onWritten });
  }

  /** Call when something has been encoded, or written. @param position - What is written ends there. */
  progress(position = 0): void {
    this.#written?.reach(position);
    this.advance();
    if (this.#isBehind && this.bufferedBytes === 0) {
      this.#isBehind = false;
      this.#resolveWaiters(true);
      this.#owner.onDrained();
    }
    if (!this.#isBehind && this.#isToldAll()) this.#driver.writer.unwatch();
  }

  /** The transport is destroyed next: afterwards nothing says any more what was written. */
  destroying(): void {
    if (this.#driver.writer.isAllWritten) this.#written?.reachAll();
  }

  /** Forgets what waits: the connection is closed. @param cause - Why. */
  clear(cause: Error | undefined): void {
    this.#resolveWaiters(false);
    const tells = this.#queue?.clear() ?? [];
    if (this.#isToldAll() && tells.length === 0) return;
    this.#toTell().end(tells, notWritten("the connection ended first", cause));
  }

  #resolveWaiters(isDrained: boolean): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = undefined;
    if (waiters !== undefined) for (const resolve of waiters) resolve(isDrained);
  }

  #run(job: SourceJob): void {
    this.#isBusy = true;
    const goOn = (): void => {
      this.#isBusy = false;
      if (this.#queue?.first === job) this.#queue.shift();
      this.#driver.writer.schedule();
      this.advance();
    };
    job.sender.run().then(goOn, (error: unknown) => {
      this.#owner.onSourceFailed(error, job.failure);
      this.refuse(job.options, job.failure);
      goOn();
    });
  }

  /** As {@link flushed} for a fragment that is lent, and does not wait for the end of its message; else as {@link drained}. */
  #fragmentSent(isLent: boolean): Promise<boolean> {
    const isOut = isLent ? toPromise((tell) => this.#toTell().mark(tell)) : undefined;
    this.#driver.writer.schedule();
    return isOut ?? this.drained();
  }

  #sendBlob(blob: Blob, options: MessageOptions): SendStatus {
    const sender = new BlobSender(blob, (message) => this.sendNow(message, options));
    const failure = "a Blob could not be read";
    this.#opened().push({ type: "source", sender, failure, options, bytes: blob.size });
    this.advance();
    return this.#after();
  }

  #mustWait(): boolean {
    const hasJobs = this.#queue !== undefined && !this.#queue.isEmpty;
    return hasJobs || this.#isBusy || this.#isHeld();
  }

  #isHeld(): boolean {
    return this.#written !== undefined && this.#written.mustHold();
  }

  #isToldAll(): boolean {
    return this.#written === undefined || this.#written.isEmpty;
  }

  #toTell(): Written {
    const { core, writer } = this.#driver;
    this.#written ??= new Written(core, writer, (error) => this.#owner.onWrittenFailed(error));
    return this.#written;
  }

  #after(): SendStatus {
    const { writer } = this.#driver;
    if (this.isOver && !this.#isBehind) {
      const { bufferedBytes } = this;
      this.#isBehind = true;
      writer.watch();
      this.backpressureCount++;
      tellBackpressure(this.#driver, bufferedBytes);
      const isAlone = bufferedBytes > hardStopOf(this.#driver.role, this.#options);
      this.#exemptBytes = isAlone ? bufferedBytes : 0;
    }
    writer.schedule();
    return this.#isBehind && this.isOver ? "buffered" : "sent";
  }

  /** @returns What became of the message, or `undefined` when it is to be sent. */
  #applyPolicy(data: ReadyMessage | Blob, options: MessageOptions): SendStatus | undefined {
    const { bufferPolicy, maxBufferedBytes } = this.#options;
    const bytes = this.bufferedBytes + (isReady(data) ? data.length : data.size);
    const hardStop = hardStopOf(this.#driver.role, this.#options) + this.#exemptBytes;
    if (bufferPolicy === "wait" && bytes <= hardStop) return undefined;
    if (bufferPolicy === "wait" || bufferPolicy === "close") {
      this.#owner.onOverflow(overflowOf(this.#options, bytes));
      return this.refuse(options);
    }
    if (bufferPolicy === "dropNewest" || !isReady(data)) {
      this.#dropped(options);
      return "dropped";
    }
    const waiting = toWaiting(data, options, this.#driver.role);
    const key = keyOf(this.#options, waiting);
    const queue = this.#opened();
    const older = queue.takeKeyed(key);
    if (older !== undefined) this.#dropped(older.options);
    for (const old of queue.makeRoom(data.length, maxBufferedBytes)) this.#dropped(old.options);
    this.#pushMessage(waiting, options, key);
    return "buffered";
  }

  #dropped({ onWritten }: WrittenOptions): void {
    this.droppedMessages++;
    tellDropped(this.#driver, this.droppedMessages);
    this.refuse({ onWritten }, "bufferPolicy dropped it, for more than maxBufferedBytes wait");
  }

  #pushMessage(data: ReadyMessage, options: MessageOptions, key: unknown): void {
    this.#opened().push({ type: "message", data, options, bytes: data.length, key });
  }

  #opened(): SendQueue {
    this.#queue ??= new SendQueue(this.#driver.core.budget);
    return this.#queue;
  }
}

function toPromise(ask: (tell: OnWritten) => void): Promise<boolean> {
  return new Promise((resolve) => ask((error) => resolve(error === undefined)));
}
