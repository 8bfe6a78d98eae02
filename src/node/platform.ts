/** Node's fast byte routines for the core. */
import { Buffer, isUtf8 } from "node:buffer";
import type { Platform } from "../protocol/index.js";
import { generateMaskingKey } from "./crypto.js";

/** A view as a Buffer; free of charge for what is one already, as everything from a socket is. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Makes a character of each of the bytes from `start` to `end`. */
export function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString("latin1", start, end);
}

/** Makes a byte of each character: a quarter of the time it takes in memory of its own. */
export function encodeLatin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

export const nodePlatform: Platform = {
  generateMaskingKey,
  allocate: (length) => Buffer.allocUnsafe(length),
  decodeAscii: decodeLatin1,
  decodeUtf8: (bytes) => (isUtf8(bytes) ? asBuffer(bytes).toString("utf8") : undefined),
  utf8Length: (text) => Buffer.byteLength(text),
  writeUtf8: (target, offset, text, length) => {
    // ASCII is one byte a character: so it takes two thirds of the time.
    asBuffer(target).write(text, offset, length === text.length ? "latin1" : "utf8");
  },
  isUtf8: (bytes) => isUtf8(bytes),
};
