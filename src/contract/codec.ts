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
export function isSafe(value: unknown, maxDepth: number): boolean {
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
