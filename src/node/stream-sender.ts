import { Buffer } from "node:buffer";
import { CloseCode, COPIED_PAYLOAD_BYTES, type MessageData, toMessage } from "../protocol/index.js";
import type { SourceSender } from "./blob-sender.js";
import type { Link } from "./link.js";
import type { SendStatus } from "./outgoing.js";

/** Bytes or text that make up a message in fragments. */
export type FragmentSource = AsyncIterable<MessageData> | Iterable<MessageData>;

export interface StreamSenderOptions {
  readonly source: FragmentSource;
  readonly type: "text" | "binary" | undefined;
  readonly link: Pick<Link, "role" | "core" | "writer">;
  /** Resolves when the peer has caught up, or is gone. */
  readonly drained: () => Promise<unknown>;
  /** Resolves when all that was sent so far is with the operating system, or the peer is gone. */
  readonly written: () => Promise<unknown>;
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

  constructor(options: StreamSenderOptions) {
    const { source } = options;
    this.#options = options;
    this.#chunks =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  /**
   * Sends it all. When the source fails, half a message is out already: the
   * connection closes with 1011, and {@link done} rejects with the source's error.
   */
  async run(): Promise<void> {
    const { core, writer } = this.#options.link;
    try {
      this.#settle.resolve(await this.#sendAll());
    } catch (error) {
      core.close(CloseCode.INTERNAL_ERROR, "the source of a message failed");
      this.#settle.reject(error);
    }
    writer.schedule();
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
    const { type, link } = this.#options;
    const { core } = link;
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
    const { link, drained, written } = this.#options;
    const isLong = typeof fragment !== "string" && fragment.length > COPIED_PAYLOAD_BYTES;
    const isOut = isLong && link.role === "server" ? written() : undefined;
    link.writer.schedule();
    await (isOut ?? drained());
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
