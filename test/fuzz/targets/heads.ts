/** What both kinds of heads have in common: cut anywhere they read the same, and as a slow reader reads them. */
import { type Fields, HandshakeError } from "../../../src/protocol/index.js";
import { mustEqual, piecesOf, textOf } from "../target.js";

interface Reader<Head> {
  push(chunk: Uint8Array): { readonly head: Head; readonly rest: Uint8Array } | undefined;
}

interface Read<Head> {
  readonly head: Head | undefined;
  /** Code of the error; `""` for none. */
  readonly error: string;
  readonly restBytes: number;
}

/** Faults of a head itself; others are for those who judge it. */
const HEAD_FAULTS = ["HEAD_MALFORMED", "HEAD_TOO_LARGE", "HEADERS_TOO_MANY", "INTERIM_TOO_MANY"];

/** Reads `bytes` in pieces of `size`, up to the end of the head. @throws Anything but a fault of heads. */
function readBy<Head>(reader: Reader<Head>, bytes: Uint8Array, size: number): Read<Head> {
  let taken = 0;
  try {
    for (const piece of piecesOf(bytes, size)) {
      taken += piece.length;
      const whole = reader.push(piece);
      if (whole === undefined) continue;
      const restBytes = whole.rest.length + bytes.length - taken;
      return { head: whole.head, error: "", restBytes };
    }
    return { head: undefined, error: "", restBytes: 0 };
  } catch (error) {
    return { head: undefined, error: codeOf(error, HEAD_FAULTS), restBytes: 0 };
  }
}

/** Reads the head at the start of `input`, whose first byte says how it is cut. @throws What differs. */
export function readHead<Head extends { readonly fields: Fields }>(
  makeReader: () => Reader<Head>,
  input: Uint8Array,
): Read<Head> {
  const [size = 1] = input;
  const bytes = input.subarray(1);
  const whole = readBy(makeReader(), bytes, Math.max(bytes.length, 1));
  const cut = readBy(makeReader(), bytes, Math.max(size, 1));
  mustEqual(summary(cut), summary(whole), `in pieces of ${size}`);
  if (whole.head !== undefined) {
    const end = bytes.length - whole.restBytes;
    mustEqual(
      Array.from(whole.head.fields, lowerCaseName),
      slowLines(bytes.subarray(0, end)),
      "lines",
    );
  }
  return whole;
}

function summary<Head extends { readonly fields: Fields }>(read: Read<Head>): unknown {
  return { ...read, lines: Array.from(read.head?.fields ?? []) };
}

function lowerCaseName([name, value]: readonly [string, string]): readonly [string, string] {
  return [name.toLowerCase(), value];
}

/** The field lines of a head that is in order: the last head, where interim ones are in front of it. */
function slowLines(bytes: Uint8Array): (readonly [string, string])[] {
  const [head = ""] = textOf(bytes).split("\r\n\r\n").slice(-2);
  const lines = head.replace(/^\r\n/, "").split("\r\n").slice(1);
  return lines.map((line) => {
    const colon = line.indexOf(":");
    return [
      line.slice(0, colon).toLowerCase(),
      line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, ""),
    ];
  });
}

/** The code of a documented fault of the opening handshake. @throws All others. */
export function codeOf(error: unknown, allowed?: readonly string[]): string {
  if (!(error instanceof HandshakeError)) throw error;
  if (allowed !== undefined && !allowed.includes(error.code)) throw error;
  return error.code;
}
