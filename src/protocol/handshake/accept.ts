/** Sec-WebSocket-Key and Sec-WebSocket-Accept, and the base64 they are written in (RFC 6455 §4.1, §4.2.2). */

/**
 * SHA-1 of `bytes`, which are overwritten afterwards: 20 bytes, or the base64 of them where
 * the platform makes that at once. The platform has one, and the core does not.
 */
export type Sha1 = (bytes: Uint8Array) => Uint8Array | string;

/** The GUID of §1.3. A server that does not know WebSockets will not append it to a key. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** 16 bytes make 21 digits of 6 bits and one with 2 bits, then padding. */
const KEY_LENGTH = 24;

/**
 * The Sec-WebSocket-Key of 16 random bytes, which must be new for each attempt (§4.1).
 *
 * @throws {RangeError} When there are not 16 of them.
 */
export function serializeKey(nonce: Uint8Array): string {
  if (nonce.length !== 16) throw new RangeError(`a nonce has 16 bytes, not ${nonce.length}`);
  return encodeBase64(nonce);
}

/**
 * Tells whether `key` is 16 bytes in base64 (§4.2.1): 22 digits and the padding. The last
 * digit has 4 bits more than 16 bytes need, and RFC 4648 §3.5 leaves it to the reader whether they
 * may be set. Here they may: small devices make their keys digit by digit, and the
 * example in RFC 6455 §4.1 has such a bit. The key is never decoded, so nothing can differ over it.
 */
export function isKey(key: string): boolean {
  if (key.length !== KEY_LENGTH || !key.endsWith("==")) return false;
  for (let at = 0; at < 22; at++) {
    if (!isBase64Digit(key.charAt(at))) return false;
  }
  return true;
}

/** The Sec-WebSocket-Accept that answers `key` (§4.2.2). */
export function acceptFor(key: string, sha1: Sha1): string {
  const { read } = encoder.encodeInto(key, placeOfKey);
  const fits = read === KEY_LENGTH && key.length === KEY_LENGTH;
  const hash = sha1(fits ? keyAndGuid : encoder.encode(key + GUID));
  return typeof hash === "string" ? hash : encodeBase64(hash);
}

const encoder = new TextEncoder();

/** Every key that {@link isKey} fits in here: new memory for each would take as long as the hash. */
const keyAndGuid: Uint8Array = encoder.encode(" ".repeat(KEY_LENGTH) + GUID);
const placeOfKey = keyAndGuid.subarray(0, KEY_LENGTH);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Writes `bytes` in base64 with its padding. Leaves them alone. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const count = Math.min(bytes.length - at, 3);
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += digit(bits >> 18) + digit(bits >> 12);
    text += count > 1 ? digit(bits >> 6) : "=";
    text += count > 2 ? digit(bits) : "=";
  }
  return text;
}

/** Tells whether `character` is one of the 64 digits; the padding is not. */
function isBase64Digit(character: string): boolean {
  return character.length === 1 && ALPHABET.includes(character);
}

function digit(bits: number): string {
  return ALPHABET.charAt(bits & 0x3f);
}
