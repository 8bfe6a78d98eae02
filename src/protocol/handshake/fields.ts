/** Header fields, and the grammar that they share: token, quoted-string, list (RFC 9110 §5). */

/** One header line: its name as it was written, and its value without surrounding whitespace. */
export type FieldLine = readonly [name: string, value: string];

/**
 * Header fields: an ordered list of lines, found by name without regard to case
 * (RFC 9110 §5). Never changes once made.
 *
 * Names are compared and never keys of an object, so `__proto__` and `constructor` are
 * names like any other. Values that came from the wire are strings of bytes (Latin-1).
 */
export class Fields implements Iterable<FieldLine> {
  readonly #lines: readonly FieldLine[];
  /** The names in lower case: to look at each of a few takes less time than to make a `Map`. */
  readonly #names: readonly string[];

  constructor(lines: Iterable<FieldLine> = []) {
    this.#lines = Array.from(lines);
    this.#names = this.#lines.map(([name]) => lowerCaseAscii(name));
  }

  /**
   * Reads names and values that alternate, as in Node's `rawHeaders`. A name at
   * the end without its value gets an empty one.
   */
  static fromRawHeaders(rawHeaders: readonly string[]): Fields {
    const lines: FieldLine[] = [];
    let name: string | undefined;
    for (const text of rawHeaders) {
      if (name === undefined) {
        name = text;
        continue;
      }
      lines.push([name, text]);
      name = undefined;
    }
    if (name !== undefined) lines.push([name, ""]);
    return new Fields(lines);
  }

  /** How many lines there are. */
  get size(): number {
    return this.#lines.length;
  }

  /**
   * The value, when exactly one line has this name. `undefined` when none has, and
   * when several have: whoever reads the first and whoever reads the last would
   * otherwise see different requests. {@link listOf} is for fields that are lists.
   */
  get(name: string): string | undefined {
    const key = lowerCaseAscii(name);
    const at = this.#names.indexOf(key);
    return this.#names.indexOf(key, at + 1) < 0 ? this.#lines[at]?.[1] : undefined;
  }

  /** The values of all lines with this name, in order. */
  getAll(name: string): readonly string[] {
    const key = lowerCaseAscii(name);
    const values: string[] = [];
    for (let at = this.#names.indexOf(key); at >= 0; at = this.#names.indexOf(key, at + 1)) {
      values.push(this.#lines[at]![1]);
    }
    return values;
  }

  /** How many lines have this name. */
  count(name: string): number {
    const key = lowerCaseAscii(name);
    let count = 0;
    for (const one of this.#names) if (one === key) count++;
    return count;
  }

  /**
   * The values of all lines with this name as one list, joined by `", "`
   * (RFC 9110 §5.3). `undefined` when there are none.
   */
  listOf(name: string): string | undefined {
    const value = this.get(name); // of the only line, as nearly always
    if (value !== undefined) return value;
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines[Symbol.iterator]();
  }
}

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
