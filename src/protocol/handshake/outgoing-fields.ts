// Header fields that the application adds to a request or a response.
import type { FieldLine } from "./fields.js";
import { isFieldValue, isToken, lowerCaseAscii } from "./http-fields.js";

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
export function checkLine([name, value]: FieldLine): void {
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
