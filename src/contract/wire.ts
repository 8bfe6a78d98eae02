/** The wire: turns messages into envelopes and back, by codec, format and batches. */
import { answerAtOnce } from "../input/index.js";
import { type Envelope, type Format, INVALID, type Unreadable } from "./envelope.js";
import { ERROR_TEXTS, type ErrorBody, textOf } from "./error-reply.js";

/** A message that this layer makes. */
export type WireMessage = string | Uint8Array;

/** Joins several messages to one, so that a sender can merge small ones. */
export interface Batch {
  /**
   * Makes one message of several, which the codec has written.
   *
   * @defaultValue makes a JSON array, for codecs that write text
   */
  readonly join?: (messages: readonly WireMessage[]) => WireMessage;
  /** Splits a parsed message; gives `undefined` for a single one. @defaultValue gives the items of an array */
  readonly split?: (value: unknown) => readonly unknown[] | undefined;
  /**
   * The largest number of messages in a batch. A larger batch is refused, so that batches cannot
   * evade a limit on messages.
   *
   * @defaultValue 256
   */
  readonly maxMessages?: number;
}

interface WireOptions {
  readonly codec: Codec;
  readonly format: Format;
  readonly batch: Batch | undefined;
  readonly maxDepth: number;
}

const MAX_BATCH_MESSAGES = 256;

/** Turns messages into envelopes and back, by codec, format and batches. */
export class Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** Reads a message of the peer. Never throws. */
  read(message: unknown): readonly (Envelope | Unreadable)[] {
    const { codec } = this.#options;
    let value: unknown;
    try {
      value = answerAtOnce("parse of a codec", codec.parse(asWireMessage(message)));
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
      // `split` threw, or the stack is too small for `maxDepth`.
      return [INVALID];
    }
  }

  /**
   * Writes an envelope; gives `undefined` for a kind that the format does not have.
   *
   * @throws {TypeError} The data cannot be sent.
   */
  write(envelope: Envelope): WireMessage | undefined {
    const { format, codec } = this.#options;
    const value = answerAtOnce("write of a format", format.write(envelope));
    if (value === undefined) return undefined;
    return asWireMessage(answerAtOnce("serialize of a codec", codec.serialize(value)));
  }

  /** Makes one message of several. @throws {TypeError} The contract has no `batch`. */
  join(messages: readonly WireMessage[]): WireMessage {
    const { batch } = this.#options;
    if (batch === undefined) throw new TypeError("set `batch` in the contract to join messages");
    return asWireMessage(answerAtOnce("batch.join", (batch.join ?? joinJson)(messages)));
  }

  /** Makes the body of an error reply, with a code of this library or of the application. */
  errorBody(code: string, message?: string, details?: unknown): ErrorBody {
    const text = code === "MALFORMED" ? this.#malformedText() : textOf(code);
    return { code, message: message ?? text, details };
  }

  #malformedText(): string {
    return ERROR_TEXTS.MALFORMED.replace("*", this.#options.codec.name);
  }

  #problemOf(value: unknown): Unreadable | undefined {
    const { batch, maxDepth } = this.#options;
    // A batch is one more level.
    return isSafe(value, batch === undefined ? maxDepth : maxDepth + 1)
      ? undefined
      : invalid(
          `it is deeper than maxDepth ${maxDepth}, or has a key that could change a prototype`,
        );
  }

  /** Gives the values of single messages. */
  #split(value: unknown): readonly unknown[] {
    const { batch } = this.#options;
    return batch === undefined
      ? [value]
      : (answerAtOnce("batch.split", (batch.split ?? itemsOf)(value)) ?? [value]);
  }

  #readOne(value: unknown): Envelope | Unreadable {
    try {
      return answerAtOnce("read of a format", this.#options.format.read(value));
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

/** Gives text or bytes. @throws {TypeError} The message is neither. */
function asWireMessage(message: unknown): WireMessage {
  if (typeof message === "string") return message;
  const bytes = bytesOf(message);
  if (bytes === undefined) throw new TypeError("a message is text or bytes");
  return bytes;
}

/** The size of a message, in characters of text or in bytes. */
export function lengthOf(message: unknown): number {
  return typeof message === "string" ? message.length : (bytesOf(message)?.length ?? 0);
}

/** Gives the bytes of a message. Its ArrayBuffer may be of another realm, such as jsdom, and so of another class. */
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

/** Turns values into messages and back. JSON is the default. */
export interface Codec {
  /** The name of the format, for the text of an error reply: `Invalid JSON format`. */
  readonly name: string;
  /** Reads a message. It must not write to bytes. @throws Any error: `message` is not of this format. */
  readonly parse: (message: string | Uint8Array) => unknown;
  /**
   * Writes a value. Nobody may change the bytes afterwards: a server's connection does not copy
   * more than 4 KiB.
   *
   * @throws {TypeError} `value` cannot be sent.
   */
  readonly serialize: (value: unknown) => string | Uint8Array;
}

/** Writes text, and reads text and bytes (UTF-8). */
export const jsonCodec: Codec = {
  name: "JSON",
  parse: (message) => {
    const text = typeof message === "string" ? message : utf8.decode(message);
    const value: unknown = JSON.parse(text);
    return value;
  },
  serialize: (value) => JSON.stringify(value),
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Whether code can safely walk through `value`. It must have at most `maxDepth` arrays and objects
 * inside each other, so that recursion ends. It must not have keys by which a careless copy would
 * change a prototype: `__proto__`, and `prototype` in `constructor`.
 */
function isSafe(value: unknown, maxDepth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (maxDepth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isSafe(item, maxDepth - 1));
  if (ArrayBuffer.isView(value)) return true;
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__" || (key === "constructor" && hasPrototype(item))) return false;
    if (!isSafe(item, maxDepth - 1)) return false;
  }
  return true;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}
