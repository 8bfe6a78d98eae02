// What the tests of the opening handshake share: text as bytes, and heads to start from.
import * as fc from "fast-check";
import { Fields, type FieldLine } from "../../../src/protocol/handshake/fields.js";
import {
  HANDSHAKE_FAULTS,
  HandshakeError,
  type HandshakeFaultCode,
} from "../../../src/protocol/handshake/handshake-error.js";

/** Each character as one byte, as on the wire. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

/** Each byte as one character. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Names that every JavaScript object seems to have. */
export const PROTOTYPE_NAMES: readonly string[] = Object.getOwnPropertyNames(Object.prototype);

/** Characters that end a line for some reader, or that no header may have. */
export const UNSENDABLE: readonly string[] = [
  "\r", "\n", "\r\nX: y", "\0", "\u0001", "\u0008", "\u000b", "\u000c", "\u001b", "\u001c", "\u001d", "\u001e",
  "\u001f", "\u007f", "\u0100", "\u010a", "\u010d", "\u2028", "\u2029", "\ud800", "😀",
]; // prettier-ignore

/** The code of the HandshakeError that `run` throws; `undefined` when it throws none. */
export function faultOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof HandshakeError) return error.code;
    throw error;
  }
}

/** All codes of the table. */
export const FAULT_CODES: readonly HandshakeFaultCode[] = Object.keys(HANDSHAKE_FAULTS).filter(
  (code): code is HandshakeFaultCode => Object.hasOwn(HANDSHAKE_FAULTS, code),
);

/** The sample request of RFC 6455 §1.3, with an offer of permessage-deflate. */
export const REQUEST_LINES: readonly FieldLine[] = [
  ["Host", "server.example.com"],
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["Origin", "http://example.com"],
  ["Sec-WebSocket-Protocol", "chat, superchat"],
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"],
];

export const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The sample response that fits {@link REQUEST_LINES}. */
export const RESPONSE_LINES: readonly FieldLine[] = [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Accept", SAMPLE_ACCEPT],
  ["Sec-WebSocket-Protocol", "chat"],
];

/** `lines` with all lines of one name replaced by one line for each value. */
export function withField(
  lines: readonly FieldLine[],
  name: string,
  values: readonly string[],
): Fields {
  const others = lines.filter((line) => line[0] !== name);
  return new Fields([...others, ...values.map((value): FieldLine => [name, value])]);
}

const TOKEN_CHARACTERS = Array.from(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
);

export const token: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(...TOKEN_CHARACTERS),
      minLength: 1,
      maxLength: 12,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_NAMES) },
);

/** A field value as it comes back from the wire: bytes without controls, no whitespace at the ends. */
export const fieldValue: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
      fc.integer({ min: 0x80, max: 0xff }),
      fc.constant(9),
    ),
  )
  .map((codes) => String.fromCharCode(...codes))
  .filter((text) => !/^[ \t]|[ \t]$/.test(text));

/** Any text without lone surrogates, ASCII more often than its share. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 0x7f }) },
      fc.integer({ min: 0x80, max: 0xd7ff }),
      fc.integer({ min: 0xe000, max: 0x10ffff }),
    ),
    { maxLength: 20 },
  )
  .map((codes) => String.fromCodePoint(...codes));

export const fieldLine: fc.Arbitrary<FieldLine> = fc.tuple(token, fieldValue);

/** Cuts `bytes` at the given places: what TCP may do to them. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  );
  return [0, ...ends].map((start, at) => bytes.slice(start, ends[at] ?? bytes.length));
}
