// Percent-encodes what a path or query may not hold (RFC 3986 §2.1, RFC 6455 §11.1.1).

/** The characters of a path or a query (RFC 3986 §3.3, §3.4) that stand for themselves, and the sign of what is encoded already. */
const LITERAL: ReadonlySet<string> = new Set(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?%",
);

const ENCODER = new TextEncoder();

/**
 * Percent-encodes the UTF-8 of each character that may not stand in a path or query;
 * a lone surrogate counts as U+FFFD. What is percent-encoded already stays, and so does
 * a `%` that encodes nothing: `URL` keeps it, and servers take it for what it is.
 */
export function encodePathAndQuery(text: string): string {
  let encoded = "";
  for (const character of text) {
    encoded += LITERAL.has(character) ? character : percentEncode(character);
  }
  return encoded;
}

function percentEncode(character: string): string {
  let encoded = "";
  for (const byte of ENCODER.encode(character)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
