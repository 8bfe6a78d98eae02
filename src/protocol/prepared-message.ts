/** What can be sent, and messages that are prepared once for many connections. */
import { type Names, brand, checkOptions, isError } from "../input/index.js";
import type { Allocate } from "./copying.js";
import type { SendOptions } from "./connection-options.js";
import type { MessageExtension } from "./extensions/extension.js";
import { type FrameHeader, Opcode, headerLength, writeFrameHeader } from "./frame-header.js";

/** A message that needs no more than its frame. */
export type ReadyMessage = string | Uint8Array | PreparedMessage;

/** A frame of a server, as bytes. They never change: any number of connections may write them. */
export interface PreparedFrame {
  readonly header: FrameHeader;
  readonly bytes: Uint8Array;
  /** A view of {@link bytes}. */
  readonly payload: Uint8Array;
}

/** Gets what {@link PreparedMessage.encodedFrame} could not give at once. */
export type LaterFrame = (outcome: PreparedFrame | Error) => void;

/**
 * A message that goes out over many connections. The first connection of a server
 * that sends it frames it for all; the first of each agreed window compresses it.
 *
 * It keeps these frames as long as it is kept itself, and may be sent any number
 * of times. See {@link prepareMessage}.
 */
export class PreparedMessage {
  readonly type: "text" | "binary";
  /** Whether permessage-deflate may be used where it was agreed on (RFC 7692 §8). */
  readonly compress: boolean;
  /** What was prepared; bytes are a copy, and not to be changed. */
  readonly data: string | Uint8Array;
  #payload: Uint8Array;
  #frame: PreparedFrame | undefined;
  /** By {@link MessageExtension.sharingClass}: the frame, or the callbacks that wait for it. */
  readonly #encoded = new Map<number, PreparedFrame | LaterFrame[]>();

  /** Use {@link prepareMessage}, which checks and copies. Takes ownership of `payload`, which `data` stands for. */
  constructor(
    data: string | Uint8Array,
    payload: Uint8Array,
    type: "text" | "binary",
    compress: boolean,
  ) {
    this.data = data;
    this.#payload = payload;
    this.type = type;
    this.compress = compress;
  }

  /** Whether `value` was made by this copy of the package: all of it can be used. */
  static isOwn(value: unknown): value is PreparedMessage {
    return typeof value === "object" && value !== null && #payload in value;
  }

  /** Bytes of payload, before compression. */
  get length(): number {
    return this.#payload.length;
  }

  /** The payload before compression. Not to be changed. */
  get payload(): Uint8Array {
    return this.#payload;
  }

  /** @throws {TypeError} It was prepared as another type; `undefined` allows any type. */
  checkType(type: "text" | "binary" | undefined): void {
    if (type === undefined || type === this.type) return;
    throw new TypeError(`this message was prepared as ${this.type}: prepare it as ${type}`);
  }

  /** The frame of a server that does not encode it. */
  plainFrame(allocate: Allocate): PreparedFrame {
    if (this.#frame === undefined) {
      this.#frame = this.#toFrame(this.#payload, 0, allocate);
      this.#payload = this.#frame.payload; // once is enough
    }
    return this.#frame;
  }

  /**
   * The frame of a server that encodes it, which refers to no other message. It is made once for
   * each class of connections. A caller that asks while it is being made elsewhere gets it through
   * `later`, after the call.
   *
   * @throws What the extension throws; nothing is kept then.
   */
  encodedFrame(
    extension: MessageExtension,
    allocate: Allocate,
    later: LaterFrame,
  ): PreparedFrame | undefined {
    const { sharingClass, rsv } = extension;
    const known = this.#encoded.get(sharingClass);
    if (known !== undefined && !Array.isArray(known)) return known;
    if (known !== undefined) {
      known.push(later);
      return undefined;
    }
    const waiting = [later];
    const encoded = extension.encodeAlone(this.#payload, (outcome) => {
      const result = isError(outcome) ? outcome : this.#toFrame(outcome, rsv, allocate);
      if (isError(result)) this.#encoded.delete(sharingClass);
      else this.#encoded.set(sharingClass, result);
      for (const tell of waiting) tell(result);
    });
    if (encoded === undefined) {
      this.#encoded.set(sharingClass, waiting);
      return undefined;
    }
    const frame = this.#toFrame(encoded, rsv, allocate);
    this.#encoded.set(sharingClass, frame);
    return frame;
  }

  #toFrame(payload: Uint8Array, rsv: number, allocate: Allocate): PreparedFrame {
    const opcode = this.type === "text" ? Opcode.TEXT : Opcode.BINARY;
    const payloadLength = payload.length;
    const header = { fin: true, rsv, opcode, payloadLength, masked: false, maskingKey: 0 };
    const bytes = allocate(headerLength(payloadLength, false) + payloadLength);
    const start = writeFrameHeader(bytes, 0, header);
    bytes.set(payload, start);
    return { header, bytes, payload: bytes.subarray(start) };
  }
}

/** Whether `value` is a prepared message, of whichever copy of the package; {@link adoptPrepared} makes it usable. */
export const isPreparedMessage: (value: unknown) => value is PreparedMessage = brand(
  PreparedMessage,
  "PreparedMessage",
);

/** Messages of other copies of the package, each with the message that stands for it here. */
const adopted = new WeakMap<PreparedMessage, PreparedMessage>();

/**
 * Gives a message that can be used here. A message of another copy of the package is prepared
 * again, once, from its public fields: the rest of it may be of another version.
 *
 * @throws {TypeError} A message of another version cannot be read.
 */
export function adoptPrepared(message: PreparedMessage): PreparedMessage {
  if (PreparedMessage.isOwn(message)) return message;
  const known = adopted.get(message);
  if (known !== undefined) return known;
  const { type, compress, data } = message;
  if ((type !== "text" && type !== "binary") || typeof compress !== "boolean") {
    throw new TypeError(
      "this message was prepared by a version of plainsocket that is too different",
    );
  }
  const own = prepare(data, { type, compress });
  adopted.set(message, own);
  return own;
}

/**
 * Prepares a message for {@link ProtocolConnection.sendMessage} of many
 * connections: the work that each of them would do is done once. Copies bytes:
 * they may be changed afterwards.
 *
 * Clients mask every frame with a key of its own (RFC 6455 §5.3): they can send it like any other
 * message, and save no work.
 *
 * @throws {TypeError} `data` cannot be sent, or is bytes to be sent as text that are not UTF-8; or
 *   an option does not exist.
 */
export function prepareMessage(data: MessageData, options: SendOptions = {}): PreparedMessage {
  checkOptions(options, NAMES);
  return prepare(data, options);
}

const NAMES: Names<SendOptions> = {
  owner: "prepareMessage()",
  known: { type: true, compress: true },
  advice: {
    binary: 'use type: "binary" or "text"',
    onWritten: "give it to send(), for each connection has its own time",
  },
};

function prepare(data: MessageData, { type, compress = true }: SendOptions): PreparedMessage {
  const message = toMessage(data);
  const isText = type === undefined ? typeof message === "string" : type === "text";
  const payload = typeof message === "string" ? encoder.encode(message) : new Uint8Array(message);
  if (isText && typeof message !== "string" && !isUtf8(payload)) throw noTextBytes();
  const kept = typeof message === "string" ? message : payload;
  return new PreparedMessage(kept, payload, isText ? "text" : "binary", compress);
}

/** The error for bytes that are to be sent as text and are not UTF-8. */
export function noTextBytes(): TypeError {
  return new TypeError("these bytes are not UTF-8, so they cannot be sent as text");
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What a message can be made of, besides what only some platforms have. */
export type MessageData = string | ArrayBufferView | ArrayBufferLike;

/**
 * The text, or exactly the bytes that `data` shows, without copying them. It may come from another
 * realm, such as a frame, a `vm` context or jsdom.
 *
 * @throws {TypeError} `data` is nothing that can be sent. The message says what to do.
 */
export function toMessage(data: MessageData): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const kind = kindOf(data);
  if (kind === "ArrayBuffer" || kind === "SharedArrayBuffer") return new Uint8Array(data);
  throw unsendable(kind);
}

/** Classes of another realm are other classes, and some pages have no SharedArrayBuffer: names are the same everywhere. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function unsendable(kind: string): TypeError {
  const advice =
    kind === "Blob" || kind === "File"
      ? "give what its arrayBuffer() resolves with"
      : "give a string, a Buffer or another view, an ArrayBuffer or, to send(), a Blob; use JSON.stringify for objects";
  return new TypeError(`cannot send ${kind}: ${advice}`);
}
