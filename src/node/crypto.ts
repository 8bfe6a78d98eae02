/** Randomness and hashing for the handshake and for masking, from `node:crypto`. */
import crypto, { createHash, randomBytes, randomFillSync } from "node:crypto";

/** Keys for 2048 frames: asking the system for each would cost more than the rest of a small frame. */
const pool = new Int32Array(2048);
let used = pool.length;

/** 32 unpredictable bits, never the same ones twice (RFC 6455 §5.3, §10.3). */
export function generateMaskingKey(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const key = pool[used]!;
  pool[used++] = 0; // what was used can be found in no memory dump
  return key;
}

/** The 16 random bytes of Sec-WebSocket-Key (RFC 6455 §4.1). */
export function generateNonce(): Uint8Array {
  return randomBytes(16);
}

/** SHA-1 in base64, in one call where the runtime has it: to encode it ourselves takes as long as the hash. */
export const sha1: (bytes: Uint8Array) => string =
  typeof crypto.hash === "function"
    ? (bytes) => crypto.hash("sha1", bytes, "base64")
    : (bytes) => createHash("sha1").update(bytes).digest("base64");
