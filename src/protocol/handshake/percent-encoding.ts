// Percent-encodes what a path or query may not hold (RFC 3986 §2.1, RFC 6455 §11.1.1).

/** The characters of a path or a query (RFC 3986 §3.3, §3.4) that stand for themselves. */
const LITERAL: ReadonlySet<string> = new Set(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?",
);

const HEX_DIGITS: ReadonlySet<string> = new Set("0123456789ABCDEFabcdef");

const ENCODER = new TextEncoder();

/**
 * Percent-encodes the UTF-8 of each character that may not stand in a path or query;
 * a lone surrogate counts as U+FFFD. What is percent-encoded already stays.
 *
 * @returns `undefined` when a `%` is not followed by two hexadecimal digits.
 */
export function encodePathAndQuery(text: string): string | undefined {
  let encoded = "";
  let digitsDue = 0;
  for (const character of text) {
    if (digitsDue > 0) {
      if (!HEX_DIGITS.has(character)) return undefined;
      digitsDue--;
      encoded += character;
    } else if (character === "%") {
      digitsDue = 2;
      encoded += character;
    } else {
      encoded += LITERAL.has(character) ? character : percentEncode(character);
    }
  }
  return digitsDue > 0 ? undefined : encoded;
}

function percentEncode(character: string): string {
  let encoded = "";
  for (const byte of ENCODER.encode(character)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
