import {
  CloseCode,
  type MessageData,
  type ProtocolConnection,
  toMessage,
} from "../protocol/index.js";
import type { SendStatus } from "./outgoing.js";
import type { TransportWriter } from "./transport-writer.js";

/** Bytes or text that make up a message in fragments. */
export type FragmentSource = AsyncIterable<MessageData> | Iterable<MessageData>;

export interface StreamSenderOptions {
  readonly source: FragmentSource;
  readonly type: "text" | "binary" | undefined;
  readonly core: ProtocolConnection;
  readonly writer: TransportWriter;
  /** Resolves when the peer has caught up, or is gone. */
  readonly drained: () => Promise<unknown>;
}

type Chunks = AsyncIterator<MessageData> | Iterator<MessageData>;

/** Sends one message in fragments as they are produced (RFC 6455 §5.4), no faster than the peer reads. */
export class StreamSender {
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
    const { core, writer } = this.#options;
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
    void Promise.resolve(this.#chunks.return?.()).catch(() => {});
  }

  async #sendAll(): Promise<SendStatus> {
    const { type, core, writer, drained } = this.#options;
    let next = await this.#chunks.next();
    const isText = (type ?? (typeof next.value === "string" ? "text" : "binary")) === "text";
    if (this.#isAborted || !core.startMessage(isText ? "text" : "binary")) return this.#close();
    while (next.done !== true) {
      if (this.#isAborted || !core.sendFragment(this.#fragmentOf(next.value), false))
        return this.#close();
      writer.schedule();
      await drained();
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
    if (typeof chunk !== "string") return toMessage(chunk);
    const text = this.#carried + chunk;
    const last = text.charCodeAt(text.length - 1);
    const isHalf = last >= 0xd800 && last <= 0xdbff;
    this.#carried = isHalf ? text.slice(-1) : "";
    return isHalf ? text.slice(0, -1) : text;
  }
}
