/** Messages whose bytes come with time: Blobs, and sources of fragments. */
import { Buffer } from "node:buffer";
import {
  COPIED_PAYLOAD_BYTES,
  type MessageData,
  type ProtocolConnection,
  type Role,
  toMessage,
} from "../../protocol/index.js";
import type { SendStatus } from "./events.js";

/** Sends a message whose bytes come with time. What is sent later waits for it. */
export interface SourceSender {
  /** Sends it. @throws What the source threw: the message is missing, or only half of it has been sent. */
  run(): Promise<void>;
  /** The connection is gone: lets go of the source. Calling it again does nothing. */
  abort(): void;
}

/** Sends what a Blob holds as one message. */
export class BlobSender implements SourceSender {
  readonly #blob: Blob;
  readonly #send: (message: string | Uint8Array) => unknown;
  #isAborted = false;

  /** @param send - Sends the message when it has been read. */
  constructor(blob: Blob, send: (message: string | Uint8Array) => unknown) {
    this.#blob = blob;
    this.#send = send;
  }

  /** @throws The Blob cannot be read: it may be of a file that has changed, for example. */
  async run(): Promise<void> {
    let bytes: string | Uint8Array;
    try {
      bytes = toMessage(await this.#blob.arrayBuffer());
    } catch (error) {
      if (this.#isAborted) return;
      throw error;
    }
    if (!this.#isAborted) this.#send(bytes);
  }

  abort(): void {
    this.#isAborted = true;
  }
}

/** Bytes or text that make up a message in fragments. */
export type FragmentSource = AsyncIterable<MessageData> | Iterable<MessageData>;

export interface StreamSenderOptions {
  readonly source: FragmentSource;
  readonly type: "text" | "binary" | undefined;
  readonly role: Role;
  readonly core: ProtocolConnection;
  /**
   * Writes the fragment that was framed just now, and resolves when the next one may come.
   *
   * @param isLent - Whether the fragment was not copied. It has to be written first then, for a source
   *   may fill its buffer again when it is asked for more.
   */
  readonly onFragment: (isLent: boolean) => Promise<unknown>;
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
    this.done.catch(() => {}); // onHandlerError tells an application that ignores the promise
  }

  /** Sends it all. @throws The source failed: half a message is out already. {@link done} rejects with the same. */
  async run(): Promise<void> {
    try {
      this.#settle.resolve(await this.#sendAll());
    } catch (error) {
      if (this.#isAborted) return;
      this.#settle.reject(error);
      this.abort();
      throw error;
    }
  }

  /** The connection is gone: lets go of the source at once. Calling it again does nothing. */
  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#settle.resolve("closed");
    void this.#release();
  }

  /** An error that an iterator throws when it is given up concerns nobody. */
  async #release(): Promise<void> {
    try {
      await this.#chunks.return?.();
    } catch {}
  }

  async #sendAll(): Promise<SendStatus> {
    const { type, role, core, onFragment } = this.#options;
    let next = await this.#chunks.next();
    const isText = (type ?? (typeof next.value === "string" ? "text" : "binary")) === "text";
    if (this.#isAborted || !core.startMessage(isText ? "text" : "binary")) return this.#close();
    while (next.done !== true) {
      const fragment = this.#fragmentOf(next.value);
      if (this.#isAborted || !core.sendFragment(fragment, false)) return this.#close();
      const isLong = typeof fragment !== "string" && fragment.length > COPIED_PAYLOAD_BYTES;
      await onFragment(isLong && role === "server");
      next = await this.#chunks.next();
    }
    return core.sendFragment(this.#carried, true) ? "sent" : this.#close();
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
