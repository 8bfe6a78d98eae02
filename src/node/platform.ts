/** What Node gives to the core and to its parts: bytes, randomness, hashes and time. */
import { Buffer, isUtf8 } from "node:buffer";
import crypto, { createHash, randomBytes, randomFillSync } from "node:crypto";
import { type Clock, LONGEST_DELAY_MS, type Timer } from "../input/index.js";
import type { Platform } from "../protocol/index.js";

export type { Clock, Timer };

export const nodePlatform: Platform = {
  generateMaskingKey,
  allocate: (length) => Buffer.allocUnsafe(length),
  decodeAscii: decodeLatin1,
  decodeUtf8: (bytes) => (isUtf8(bytes) ? asBuffer(bytes).toString("utf8") : undefined),
  utf8Length: (text) => Buffer.byteLength(text),
  writeUtf8: (target, offset, text, length) => {
    // ASCII is one byte a character, and takes two thirds of the time as Latin-1.
    asBuffer(target).write(text, offset, length === text.length ? "latin1" : "utf8");
  },
  isUtf8: (bytes) => isUtf8(bytes),
};

/** A view as a Buffer. What is one already stays as it is, as does everything from a socket. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Makes a character of each of the bytes from `start` to `end`. */
export function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString("latin1", start, end);
}

/** Makes a byte of each character. This takes a quarter of the time that memory of its own would take. */
export function encodeLatin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Keys for 2048 frames: a call to the system for each would cost more than the rest of a small frame. */
const pool = new Int32Array(2048);
let used = pool.length;

/** 32 unpredictable bits, never the same ones twice (RFC 6455 §5.3, §10.3). */
export function generateMaskingKey(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const key = pool[used]!;
  pool[used++] = 0; // a memory dump holds no key that was used
  return key;
}

/** The 16 random bytes of Sec-WebSocket-Key (RFC 6455 §4.1). */
export function generateNonce(): Uint8Array {
  return randomBytes(16);
}

/** SHA-1 in base64, in one call where the runtime has it: base64 of our own takes as long as the hash. */
export const sha1: (bytes: Uint8Array) => string =
  typeof crypto.hash === "function"
    ? (bytes) => crypto.hash("sha1", bytes, "base64")
    : (bytes) => createHash("sha1").update(bytes).digest("base64");

/** The clock of the system. Its timers do not keep the process alive. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) =>
    delayMs > LONGEST_DELAY_MS ? NEVER : new RealTimer(callback, delayMs),
};

const NEVER: Timer = { cancel: () => {} };

class RealTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number) {
    this.#timeout = setTimeout(callback, delayMs);
    this.#timeout.unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}
