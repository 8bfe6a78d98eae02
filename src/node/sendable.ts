import { Buffer } from "node:buffer";
import {
  COPIED_PAYLOAD_BYTES,
  type MessageData,
  prepareMessage,
  PreparedMessage,
  type ReadyMessage,
  type Role,
  type SendOptions,
  toMessage,
} from "../protocol/index.js";

/** What a message can be made of. A Blob's content is read when its turn comes. */
export type Sendable = MessageData | Blob;

/** One for all calls that give none. */
export const NO_OPTIONS: SendOptions = {};

/** @throws {TypeError} As {@link toMessage}. */
export function toReady(data: Sendable | PreparedMessage): ReadyMessage | Blob {
  if (typeof data === "string" || data instanceof Uint8Array) return data; // nearly always
  return data instanceof PreparedMessage || data instanceof Blob ? data : toMessage(data);
}

/**
 * What can wait for its turn, and is certain to be sendable then: of bytes that would be
 * copied if they were framed now, a copy.
 *
 * @throws {TypeError} As {@link ProtocolConnection.sendMessage}.
 */
export function toWaiting(message: ReadyMessage, options: SendOptions, role: Role): ReadyMessage {
  if (message instanceof PreparedMessage) message.checkType(options.type);
  else if (typeof message !== "string") {
    if (options.type === "text") return prepareMessage(message, options);
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
