// Sec-WebSocket-Key and Sec-WebSocket-Accept (RFC 6455 §4.1, §4.2.2).

/** SHA-1 of `bytes`: 20 bytes. Passed in by the platform. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

/** The Sec-WebSocket-Key made from 16 random bytes, new for each attempt. @throws {RangeError} When it is not 16 bytes. */
export function serializeKey(nonce: Uint8Array): string {
  throw new Error(`unfinished ${nonce.length}`);
}

/** Tells whether `key` is the canonical base64 of 16 bytes. */
export function isKey(key: string): boolean {
  throw new Error(`unfinished ${key}`);
}

/** The Sec-WebSocket-Accept that answers `key`: base64(SHA-1(key + GUID)). */
export function acceptFor(key: string, sha1: Sha1): string {
  throw new Error(`unfinished ${key} ${sha1.name}`);
}
