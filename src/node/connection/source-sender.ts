import { Buffer } from "node:buffer";
import { COPIED_PAYLOAD_BYTES, type MessageData, toMessage } from "../../protocol/index.js";
import type { Driver } from "./driver.js";
import type { Outgoing, SendStatus } from "./outgoing.js";
import type { MessageOptions } from "./sendable.js";

/** Bytes or text that make up a message in fragments. */
export type FragmentSource = AsyncIterable<MessageData> | Iterable<MessageData>;

export interface StreamSenderOptions {
  readonly source: FragmentSource;
  readonly type: "text" | "binary" | undefined;
  readonly driver: Pick<Driver, "role" | "core" | "writer">;
  readonly outgoing: Outgoing;
}

type Chunks = AsyncIterator<MessageData> | Iterator<MessageData>;

/** Sends one message in fragments as they are produced (RFC 6455 §5.4), no faster than the peer reads. */
export class StreamSender implements SourceSender {
  readonly #options: StreamSenderOptions;
  readonly #chunks: Chunks;
  /** The first half of a character whose second half is in the next chunk of text. */
  #carried = "";
  #isAborted = false;
  #settle!: { resolve: (status: SendStatus) => void; reject: (error: unknown) => void };

  /** Settles once: with what became of the message, or the error of the source. */
  readonly done: Promise<SendStatus>;

  /** @throws {TypeError} The source is not iterable, or a whole message. */
  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#chunks = iterated(options.source);
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => {}); // who handles nothing is told by onHandlerError
  }

  /** Sends it all. When the source fails, half a message is out already; {@link done} rejects with its error. */
  async run(): Promise<void> {
    try {
      this.#settle.resolve(await this.#sendAll());
    } catch (error) {
      if (this.#isAborted) return;
      this.#settle.reject(error);
      this.#options.outgoing.sourceFailed(error, "the source of a message failed", {});
      this.abort();
    }
  }

  /** The connection is gone: lets go of the source at once. Calling it again does nothing. */
  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#settle.resolve("closed");
    void this.#release();
  }

  /** What an iterator throws when it is given up is of no interest. */
  async #release(): Promise<void> {
    try {
      await this.#chunks.return?.();
    } catch {}
  }

  async #sendAll(): Promise<SendStatus> {
    const { type, driver } = this.#options;
    const { core } = driver;
    let next = await this.#chunks.next();
    const isText = (type ?? (typeof next.value === "string" ? "text" : "binary")) === "text";
    if (this.#isAborted || !core.startMessage(isText ? "text" : "binary")) return this.#close();
    while (next.done !== true) {
      const fragment = this.#fragmentOf(next.value);
      if (this.#isAborted || !core.sendFragment(fragment, false)) return this.#close();
      await this.#settled(fragment);
      next = await this.#chunks.next();
    }
    return core.sendFragment(this.#carried, true) ? "sent" : this.#close();
  }

  /**
   * Resolves when the next fragment may come: the peer has caught up; and bytes that are not copied
   * are out, for a source may fill its buffer again when it is asked for more.
   */
  async #settled(fragment: string | Uint8Array): Promise<void> {
    const { driver, outgoing } = this.#options;
    const isLong = typeof fragment !== "string" && fragment.length > COPIED_PAYLOAD_BYTES;
    const isOut = isLong && driver.role === "server" ? outgoing.written() : undefined;
    driver.writer.schedule();
    await (isOut ?? outgoing.drained());
  }

  #close(): SendStatus {
    this.abort();
    return "closed";
  }

  /**
   * Keeps the two halves of a surrogate pair together: a fragment may end inside a character only as bytes.
   *
   * @throws {TypeError} As {@link toMessage}.
   */
  #fragmentOf(chunk: MessageData): string | Uint8Array {
    const carried = this.#carried;
    this.#carried = "";
    if (typeof chunk !== "string") {
      const bytes = toMessage(chunk);
      return carried === "" ? bytes : Buffer.concat([Buffer.from(carried), Buffer.from(bytes)]);
    }
    const text = carried + chunk;
    const last = text.charCodeAt(text.length - 1);
    const isHalf = last >= 0xd800 && last <= 0xdbff;
    this.#carried = isHalf ? text.slice(-1) : "";
    return isHalf ? text.slice(0, -1) : text;
  }
}

function iterated(source: FragmentSource): Chunks {
  const isWhole = typeof source === "string" || ArrayBuffer.isView(source);
  if (!isWhole && typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return source[Symbol.iterator]();
  }
  const advice = isWhole
    ? "send() takes a whole message"
    : "give an array, a stream or a generator";
  throw new TypeError(`sendStream() takes an iterable of text or bytes: ${advice}`);
}

/** A message whose bytes come with time: what is sent later waits for it. */
export interface SourceSender {
  /** Sends it. Settles when that is done, or cannot be done; rejects never. */
  run(): Promise<void>;
  /** The connection is gone: lets go of the source. Calling it again does nothing. */
  abort(): void;
}

/** Sends what a Blob holds as one message. */
export class BlobSender implements SourceSender {
  readonly #blob: Blob;
  readonly #options: MessageOptions;
  readonly #outgoing: Outgoing;
  #isAborted = false;

  constructor(blob: Blob, options: MessageOptions, outgoing: Outgoing) {
    this.#blob = blob;
    this.#options = options;
    this.#outgoing = outgoing;
  }

  /** It cannot be read when it is one of a file that has changed, for example. */
  async run(): Promise<void> {
    let bytes: string | Uint8Array;
    try {
      bytes = toMessage(await this.#blob.arrayBuffer());
    } catch (error) {
      if (this.#isAborted) return;
      this.#outgoing.sourceFailed(error, "a Blob could not be read", this.#options);
      return;
    }
    if (!this.#isAborted) this.#outgoing.sendNow(bytes, this.#options);
  }

  abort(): void {
    this.#isAborted = true;
  }
}
