/** Writes heads: the start line, and header fields of the handshake and of the application (RFC 9112 §2). */
import { type FieldLine, isFieldValue, isToken, lowerCaseAscii } from "./fields.js";

/** Makes a byte of each character; there are none over U+00FF. */
export type EncodeLatin1 = (text: string) => Uint8Array;

/**
 * Writes a start line, header lines and the empty line. The caller owns the result.
 *
 * All text is checked once more here, whoever checked it before: nothing gets past
 * that would end a line early and start one of its own.
 *
 * @throws {TypeError} When a line has a character in it that may not be sent.
 */
export function serializeHead(startLine: string, lines: readonly FieldLine[]): Uint8Array {
  return endHead(beginHead(startLine, []), lines);
}

/** The start line and the first header lines, for {@link endHead}: what many heads have in common is checked once. */
export function beginHead(startLine: string, lines: readonly FieldLine[]): string {
  if (!isFieldValue(startLine)) {
    throw new TypeError("the first line of the head has a character that may not be sent");
  }
  return withLines(`${startLine}\r\n`, lines);
}

/** The whole head: what {@link beginHead} gave, more header lines, and the empty line. */
export function endHead(
  begun: string,
  lines: readonly FieldLine[],
  encode: EncodeLatin1 = encodeLatin1,
): Uint8Array {
  return encode(`${withLines(begun, lines)}\r\n`);
}

function withLines(begun: string, lines: readonly FieldLine[]): string {
  let text = begun;
  for (const line of lines) {
    checkLine(line);
    text += `${line[0]}: ${line[1]}\r\n`;
  }
  return text;
}

function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * Header fields as the application gives them: `{ name: value }`, `{ name: [value, value] }`
 * for several lines, or pairs (`Headers`, `Map`, `Fields`, an array).
 */
export type HeaderFields =
  | Readonly<Record<string, string | readonly string[]>>
  | Iterable<FieldLine>;

/**
 * What the opening handshake sets itself, in lower case; `sec-websocket-` stands for all
 * that start so. Also what would announce a body: the bytes behind the head are frames.
 */
export const HANDSHAKE_FIELDS: readonly string[] = [
  "connection",
  "content-length",
  "sec-websocket-",
  "transfer-encoding",
  "upgrade",
];

/**
 * Gives header fields as lines, in order.
 *
 * @param reserved - Names, in lower case, that are not the application's to set;
 *   one that ends in `-` stands for all names that start so.
 * @throws {TypeError} A name that is reserved or not a token; a value that is not a
 *   string, or that has a character no field value may have: a line break, another
 *   control character, or one over U+00FF. Nothing has been written then.
 */
export function toFieldLines(
  fields: HeaderFields | undefined,
  reserved: readonly string[],
): readonly FieldLine[] {
  if (fields === undefined) return [];
  const lines = isIterable(fields) ? Array.from(fields) : Object.entries(fields).flatMap(toLines);
  for (const line of lines) checkLine(line);
  for (const [name] of lines) {
    if (reserved.some((entry) => isReserved(lowerCaseAscii(name), entry))) {
      throw new TypeError(`the header field ${name} is set by the opening handshake itself`);
    }
  }
  return lines;
}

function isIterable(fields: HeaderFields): fields is Iterable<FieldLine> {
  return Symbol.iterator in fields;
}

function toLines([name, values]: readonly [string, string | readonly string[]]): FieldLine[] {
  if (typeof values === "string") return [[name, values]];
  if (!Array.isArray(values)) throw notText(name);
  return values.map((value: string): FieldLine => [name, value]);
}

function isReserved(name: string, entry: string): boolean {
  return entry.endsWith("-") ? name.startsWith(entry) : name === entry;
}

/**
 * Checks one line before it is written.
 *
 * @throws {TypeError} See {@link toFieldLines}. The value is not in the message.
 */
function checkLine([name, value]: FieldLine): void {
  if (!isToken(name)) throw new TypeError("the name of a header field must be a token");
  if (typeof value !== "string") throw notText(name);
  if (!isFieldValue(value)) {
    throw new TypeError(
      `the header field ${name} has a line break, a control character or one over U+00FF`,
    );
  }
}

function notText(name: string): TypeError {
  return new TypeError(`the header field ${name} must be a string`);
}
