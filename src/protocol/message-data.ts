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
