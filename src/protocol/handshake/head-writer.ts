// Writes the head of an HTTP/1.1 message: the one place where text becomes header bytes.
import type { FieldLine } from "./fields.js";
import { isFieldValue } from "./http-fields.js";
import { checkLine } from "./outgoing-fields.js";

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
