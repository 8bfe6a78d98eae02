/** The kinds of values that can be sent, and the options of sending them. */
import { Buffer } from "node:buffer";
import { type Advice, CALLBACK, checkOptions, type Known, type Names } from "../../input/index.js";
import {
  adoptPrepared,
  COPIED_PAYLOAD_BYTES,
  type MessageData,
  isPreparedMessage,
  prepareMessage,
  PreparedMessage,
  type ReadyMessage,
  type Role,
  type SendOptions,
  toMessage,
} from "../../protocol/index.js";
import type { WrittenOptions } from "./written.js";

/**
 * The values that a message can be made of. A Blob is read when its turn comes. A server does not
 * copy bytes over 4 KiB: see {@link WebSocketConnection.send}.
 */
export type Sendable = MessageData | Blob;

/** How one message is to be sent, and the callback for when it is out. */
export interface MessageOptions extends SendOptions, WrittenOptions {}

const WRITTEN: Known<WrittenOptions> = { onWritten: true };

/** Advice for the callbacks and flags of ws. */
const ADVICE: Advice = {
  [CALLBACK]: "use onWritten",
  binary: 'use type: "binary" or "text"',
  callback: "use onWritten",
  cb: "use onWritten",
  fin: "use sendStream(), which sends a message in fragments",
  mask: "leave it out, clients mask and servers do not (RFC 6455 §5.3)",
};

/** A new option of a message is a row here. */
export const SEND_OPTIONS: Names<MessageOptions> = {
  owner: "send()",
  known: { type: true, compress: true, ...WRITTEN },
  advice: ADVICE,
};

export const STREAM_OPTIONS: Names<Pick<SendOptions, "type">> = {
  owner: "sendStream()",
  known: { type: true },
  advice: {
    ...ADVICE,
    [CALLBACK]: "await what sendStream() returns",
    compress: "leave it out, fragments are not compressed",
    onWritten: "await what sendStream() returns, then flushed()",
  },
};

export const PING_OPTIONS: Names<WrittenOptions> = {
  owner: "ping()",
  known: WRITTEN,
  advice: ADVICE,
};

export const PONG_OPTIONS: Names<WrittenOptions> = {
  owner: "pong()",
  known: WRITTEN,
  advice: ADVICE,
};

/** @throws {TypeError} An option does not exist, or `onWritten` is no function. */
export function checkSending(options: MessageOptions, names: Names): void {
  checkOptions(options, names);
  const { onWritten } = options;
  if (onWritten !== undefined && typeof onWritten !== "function") {
    throw new TypeError("onWritten must be a function");
  }
}

/** The options of all calls that give none. */
export const NO_OPTIONS: MessageOptions = {};

/** @throws {TypeError} As {@link toMessage} and {@link isBlob}. */
export function toReady(data: Sendable | PreparedMessage): ReadyMessage | Blob {
  if (typeof data === "string" || data instanceof Uint8Array) return data; // nearly always
  if (isPreparedMessage(data)) return adoptPrepared(data);
  return isBlob(data) ? data : toMessage(data);
}

/** Tells the two results of {@link toReady} apart. It checks less than {@link isBlob}, which would slow every message. */
export function isReady(data: ReadyMessage | Blob): data is ReadyMessage {
  return typeof data === "string" || ArrayBuffer.isView(data) || PreparedMessage.isOwn(data);
}

/**
 * Whether something is a Blob, of this or another realm or library: what matters is that it can
 * be read.
 *
 * @throws {TypeError} It calls itself a Blob, and cannot be read.
 */
export function isBlob(data: unknown): data is Blob {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return false;
  if (data instanceof Blob) return true;
  const hasSize = "size" in data && typeof data.size === "number";
  if (hasSize && "arrayBuffer" in data && typeof data.arrayBuffer === "function") return true;
  if (!BLOBS.has(Object.prototype.toString.call(data))) return false;
  throw new TypeError(
    "cannot read this Blob: it has no arrayBuffer(), as in jsdom before 28.1; use the Blob of node:buffer",
  );
}

const BLOBS: ReadonlySet<string> = new Set(["[object Blob]", "[object File]"]);

/**
 * Makes a message that can wait for its turn, and is certain to be sendable then. Bytes that would
 * be copied if they were framed now are copied.
 *
 * @throws {TypeError} As {@link ProtocolConnection.sendMessage}.
 */
export function toWaiting(message: ReadyMessage, options: SendOptions, role: Role): ReadyMessage {
  if (PreparedMessage.isOwn(message)) message.checkType(options.type);
  else if (typeof message !== "string") {
    const { type, compress } = options;
    if (type === "text") return prepareMessage(message, { type, compress });
    const isCopied = role === "client" || message.length <= COPIED_PAYLOAD_BYTES;
    return isCopied ? Buffer.from(message) : message;
  }
  return message;
}

/** The bytes of a Ping or Pong payload. @throws {TypeError} As {@link toMessage}. */
export function toPayload(data: MessageData): Uint8Array {
  const message = toMessage(data);
  return typeof message === "string" ? Buffer.from(message) : message;
}
