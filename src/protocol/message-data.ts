/** What a message can be made of, besides what only some platforms have. */
export type MessageData = string | ArrayBufferView | ArrayBufferLike;

/**
 * The text, or exactly the bytes that `data` shows, without copying them.
 *
 * @throws {TypeError} `data` is nothing that can be sent. The message says what to do.
 */
export function toMessage(data: MessageData): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  throw unsendable(data);
}

function unsendable(value: unknown): TypeError {
  const kind = value === null ? "null" : typeof value;
  return new TypeError(
    `cannot send ${kind}: give a string, a Buffer or another view, an ArrayBuffer or a Blob; use JSON.stringify for objects`,
  );
}
