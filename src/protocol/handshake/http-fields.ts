// The grammar that header fields share: token, quoted-string, lists (RFC 9110 §5.6).

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;

const TOKEN_CHARACTERS =
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** By character code: 1 where the character may stand in a token (§5.6.2). */
const IS_TOKEN: Uint8Array = new Uint8Array(128);
for (let at = 0; at < TOKEN_CHARACTERS.length; at++) IS_TOKEN[TOKEN_CHARACTERS.charCodeAt(at)] = 1;

/** Tells whether a character may stand in a token. */
function isTokenCode(code: number): boolean {
  return IS_TOKEN[code] === 1;
}

/** Tells whether `text` is a token: one or more of the characters of RFC 9110 §5.6.2. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (!isTokenCode(text.charCodeAt(at))) return false;
  }
  return text.length > 0;
}

/**
 * Tells whether a character may stand in a field value: a visible one, space, tab,
 * or a byte from 0x80 on (RFC 9110 §5.5). No other control character may, nor any
 * character that is not a byte.
 */
export function isFieldValueCode(code: number): boolean {
  if (code < SPACE) return code === TAB;
  return code !== DELETE && code <= 0xff;
}

/** Tells whether `text` may be sent as a field value, see {@link isFieldValueCode}. */
export function isFieldValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (!isFieldValueCode(text.charCodeAt(at))) return false;
  }
  return true;
}

/**
 * Lower case for A-Z alone. `toLowerCase` would make a `k` of the Kelvin sign, so
 * that a name with it equals one it must not equal.
 */
export function lowerCaseAscii(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > DELETE) return lowerCaseEach(text);
  }
  return text.toLowerCase();
}

function lowerCaseEach(text: string): string {
  let lower = "";
  for (const character of text) {
    lower += character <= "\u007f" ? character.toLowerCase() : character;
  }
  return lower;
}

/** Takes spaces and tabs off both ends (OWS, RFC 9110 §5.6.3). */
export function trimWhitespace(text: string): string {
  return trimmedFrom(text, 0);
}

/** What stands in `text` from `start` on, as {@link trimWhitespace} gives it. */
export function trimmedFrom(text: string, start: number): string {
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/**
 * Splits a list at its commas and drops empty elements, as a recipient must
 * (RFC 9110 §5.6.1.2). Not for fields with quoted strings.
 */
export function listElements(value: string): readonly string[] {
  return value
    .split(",")
    .map(trimWhitespace)
    .filter((element) => element !== "");
}

/**
 * Reads the parts of a field value from left to right, looking at each character
 * a fixed number of times.
 */
export class FieldScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  skipWhitespace(): void {
    while (isWhitespace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  /** Takes `separator`, one character, with the whitespace on both sides of it, if it comes next. */
  takeSeparator(separator: string): boolean {
    this.skipWhitespace();
    if (this.#text[this.#at] !== separator) return false;
    this.#at++;
    this.skipWhitespace();
    return true;
  }

  /** Takes the token that comes next; `undefined` when none does. */
  takeToken(): string | undefined {
    const start = this.#at;
    while (isTokenCode(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#at === start ? undefined : this.#text.slice(start, this.#at);
  }

  /**
   * Takes a quoted string that stands for a token, or a token. `undefined` when
   * neither comes next; the scanner is of no use then.
   */
  takeTokenOrQuoted(): string | undefined {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) return this.takeToken();
    this.#at++;
    let value = "";
    for (;;) {
      const code = this.#text.charCodeAt(this.#at++);
      if (code === QUOTE) return value === "" ? undefined : value;
      const meant = code === BACKSLASH ? this.#text.charCodeAt(this.#at++) : code;
      if (!isTokenCode(meant)) return undefined; // NaN, the end of the text, included
      value += String.fromCharCode(meant);
    }
  }
}
