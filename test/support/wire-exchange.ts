/** Opening handshakes as data: one head in, and what must come of it (RFC 6455 §4). */
import { headBytes, SAMPLE_KEY } from "./wire-handshake.js";
import type { ScriptNeeds } from "./wire-script.js";

export interface RequestCase {
  /** Finishes the sentence "The server …". Unique. */
  readonly name: string;
  readonly rows: readonly string[];
  readonly request: Uint8Array;
  readonly needs?: ScriptNeeds;
  /** The status that must come, or any of several. @defaultValue 101 */
  readonly status?: number | readonly number[];
  /** What fields of the response must say; `undefined` for one that must not be there. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  /** What the application must have got, and echoed: text that came behind the request. */
  readonly messages?: readonly string[];
}

export interface ResponseCase {
  /** Finishes the sentence "The client …". Unique. */
  readonly name: string;
  readonly rows: readonly string[];
  /** Gets the right value for Sec-WebSocket-Accept. */
  readonly response: (accept: string) => Uint8Array;
  readonly needs?: ScriptNeeds;
  /** What the client must say was agreed on. */
  readonly subprotocol?: string;
}

/** Fields of a head by name. `undefined` leaves one out, a list repeats it. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What differs from a head in good order. */
export interface HeadChanges {
  readonly line?: string;
  readonly fields?: Changes;
  /** Lines as they are, behind all others. */
  readonly lines?: readonly string[];
}

/** A request in good order, but for `changes`. */
export function request({ line, fields = {}, lines = [] }: HeadChanges = {}): Uint8Array {
  const base = {
    Host: "server.example.com",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": SAMPLE_KEY,
    "Sec-WebSocket-Version": "13",
  };
  return headBytes([line ?? "GET /chat HTTP/1.1", ...fieldLines({ ...base, ...fields }), ...lines]);
}

/** A 101 response in good order, but for `changes`. */
export function response(changes: HeadChanges = {}): ResponseCase["response"] {
  const { line, fields = {}, lines = [] } = changes;
  return (accept) => {
    const base = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": accept };
    return headBytes([
      line ?? "HTTP/1.1 101 Switching Protocols",
      ...fieldLines({ ...base, ...fields }),
      ...lines,
    ]);
  };
}

function fieldLines(fields: Changes): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const values = value === undefined ? [] : typeof value === "string" ? [value] : value;
    return values.map((it) => `${name}: ${it}`);
  });
}
