// Base64 (RFC 4648 §4), for the key, the accept value and Basic authorization.

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
export function isBase64Digit(character: string): boolean {
  return character.length === 1 && ALPHABET.includes(character);
}

function digit(bits: number): string {
  return ALPHABET.charAt(bits & 0x3f);
}
