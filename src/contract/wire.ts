import { type Codec, isSafe } from "./codec.js";
import { type Envelope, type Format, INVALID, type Unreadable } from "./envelope.js";
import { ERROR_TEXTS, type ErrorBody, textOf } from "./error-reply.js";

/** A message as this layer makes it. */
export type WireMessage = string | Uint8Array;

/** How several messages travel as one, so that a sender may merge many small ones. */
export interface Batch {
  /**
   * Makes one message of several, each as the codec wrote it. By default a JSON
   * array, for codecs that write text.
   */
  readonly join?: (messages: readonly WireMessage[]) => WireMessage;
  /** What a parsed message consists of; `undefined` when it is a single one. By default an array's items. */
  readonly split?: (value: unknown) => readonly unknown[] | undefined;
  /** Of a batch with more, all is refused: a limit on messages would mean little without it. @defaultValue 256 */
  readonly maxMessages?: number;
}

export interface WireOptions {
  readonly codec: Codec;
  readonly format: Format;
  readonly batch: Batch | undefined;
  readonly maxDepth: number;
}

const MAX_BATCH_MESSAGES = 256;

/** Messages to envelopes and back: codec, format and batches in one. */
export class Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** Reads what a peer sent, whatever it is; never throws. */
  read(message: unknown): readonly (Envelope | Unreadable)[] {
    const { codec } = this.#options;
    let value: unknown;
    try {
      value = codec.parse(asWireMessage(message));
    } catch {
      return [MALFORMED];
    }
    try {
      const problem = this.#problemOf(value);
      if (problem !== undefined) return [problem];
      const values = this.#split(value);
      const { maxMessages = MAX_BATCH_MESSAGES } = this.#options.batch ?? {};
      if (values.length > maxMessages) return [tooMany(values.length, maxMessages)];
      return values.map((one) => this.#readOne(one));
    } catch {
      // A `split` that threw, or a stack that is too short for what `maxDepth` lets through.
      return [INVALID];
    }
  }

  /** @returns `undefined` when the format has no way to say it. @throws {TypeError} The data cannot be sent. */
  write(envelope: Envelope): WireMessage | undefined {
    const value = this.#options.format.write(envelope);
    return value === undefined ? undefined : this.#options.codec.serialize(value);
  }

  /** @throws {TypeError} The contract has no batches. */
  join(messages: readonly WireMessage[]): WireMessage {
    const { batch } = this.#options;
    if (batch === undefined) throw new TypeError("set `batch` in the contract to join messages");
    return (batch.join ?? joinJson)(messages);
  }

  /** The body of an error reply with one of our codes, or with the application's. */
  errorBody(code: string, message?: string, details?: unknown): ErrorBody {
    const text = code === "MALFORMED" ? this.#malformedText() : textOf(code);
    return { code, message: message ?? text, details };
  }

  #malformedText(): string {
    return ERROR_TEXTS.MALFORMED.replace("*", this.#options.codec.name);
  }

  #problemOf(value: unknown): Unreadable | undefined {
    const { batch, maxDepth } = this.#options;
    // A batch is one level of its own.
    return isSafe(value, batch === undefined ? maxDepth : maxDepth + 1)
      ? undefined
      : invalid(
          `it is deeper than maxDepth ${maxDepth}, or has a key that could change a prototype`,
        );
  }

  /** The values of single messages. */
  #split(value: unknown): readonly unknown[] {
    const { batch } = this.#options;
    return batch === undefined ? [value] : ((batch.split ?? itemsOf)(value) ?? [value]);
  }

  #readOne(value: unknown): Envelope | Unreadable {
    try {
      return this.#options.format.read(value);
    } catch {
      return INVALID;
    }
  }
}

function tooMany(count: number, maxMessages: number): Unreadable {
  return invalid(`it has ${count} messages, over batch.maxMessages ${maxMessages}`);
}

function invalid(message: string): Unreadable {
  return { ...INVALID, details: [{ path: [], message }] };
}

const MALFORMED: Unreadable = { kind: "unreadable", code: "MALFORMED" };

/** @throws {TypeError} It is neither text nor bytes. */
function asWireMessage(message: unknown): WireMessage {
  if (typeof message === "string") return message;
  const bytes = bytesOf(message);
  if (bytes === undefined) throw new TypeError("a message is text or bytes");
  return bytes;
}

/** How much a message takes: characters of text, or bytes. */
export function lengthOf(message: unknown): number {
  return typeof message === "string" ? message.length : (bytesOf(message)?.length ?? 0);
}

/** What a WebSocket gave, perhaps one of another realm, such as jsdom, where ArrayBuffer is another class. */
function bytesOf(message: unknown): Uint8Array | undefined {
  if (message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) {
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
  return isArrayBuffer(message) ? new Uint8Array(message) : undefined;
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function joinJson(messages: readonly WireMessage[]): string {
  const texts = messages.map((message) => {
    if (typeof message === "string") return message;
    throw new TypeError("this codec writes bytes: say how to join them with `batch.join`");
  });
  return `[${texts.join(",")}]`;
}
