import { Buffer } from "node:buffer";

/** What a message can be made of. A Blob's content is read when its turn comes. */
export type Sendable = string | ArrayBufferView | ArrayBufferLike | Blob;

/**
 * The bytes of `data`: exactly those that a view shows, without copying them.
 *
 * @throws {TypeError} `data` is nothing that can be sent. The message says what to do.
 */
export function toMessage(data: Exclude<Sendable, Blob>): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  throw unsendable(data);
}

/** The bytes of a Ping or Pong payload. @throws {TypeError} As {@link toMessage}. */
export function toPayload(data: Exclude<Sendable, Blob>): Uint8Array {
  const message = toMessage(data);
  return typeof message === "string" ? Buffer.from(message) : message;
}

function unsendable(value: unknown): TypeError {
  const kind = value === null ? "null" : typeof value;
  return new TypeError(
    `cannot send ${kind}: give a string, a Buffer or another view, an ArrayBuffer or a Blob; use JSON.stringify for objects`,
  );
}
