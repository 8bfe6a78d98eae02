/** The envelope around an application's data, and the default format of it. */
import type { ErrorBody, ErrorCode } from "./error-reply.js";
import type { Issue } from "./validator.js";

/** The id of a request, unique among the open requests of one end. This library uses numbers. */
export type MessageId = string | number;

/** The content of a message. A {@link Format} writes it as a value, and reads it back. */
export type Envelope =
  /** An event. `seq` asks for an acknowledgement. */
  | {
      readonly kind: "event";
      readonly type: string;
      readonly data: unknown;
      readonly seq?: number | undefined;
    }
  | {
      readonly kind: "request";
      readonly type: string;
      readonly id: MessageId;
      readonly data: unknown;
    }
  | { readonly kind: "reply"; readonly id: MessageId; readonly data: unknown }
  /** An error reply. Without an `id` it answers a message without one. */
  | { readonly kind: "error"; readonly id?: MessageId | undefined; readonly error: ErrorBody }
  /** The sender does not wait for the reply to request `id` any more. */
  | { readonly kind: "cancel"; readonly id: MessageId }
  /** A ping that pages can send. A pong with the same id answers it. */
  | { readonly kind: "ping" | "pong"; readonly id: MessageId }
  | SessionEnvelope;

/** A message of a session, which keeps events from getting lost between two connections. */
export type SessionEnvelope =
  /** The event with this `seq` has been handled. */
  | { readonly kind: "ack"; readonly seq: number }
  /** The first message on a new connection: continues `session`. The sender has its events up to `after`. */
  | { readonly kind: "resume"; readonly session: string; readonly after: number }
  /** The answer to `resume`: this end has the events up to `after`. With `gap`, events for the other end are lost. */
  | {
      readonly kind: "resumed";
      readonly session: string;
      readonly after: number;
      readonly gap: boolean;
    };

/** A message that could not be read. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly code: ErrorCode;
  /** The faults of the message, where they are known. */
  readonly details?: readonly Issue[];
}

/** The form of envelopes as values, before the codec makes messages of them. */
export interface Format {
  /** Reads any value. When it throws, the message counts as unreadable. */
  readonly read: (value: unknown) => Envelope | Unreadable;
  /**
   * Writes an envelope; gives `undefined` for a kind that the format does not have.
   *
   * @throws {TypeError} The data does not fit the format.
   */
  readonly write: (envelope: Envelope) => unknown;
  /** Whether the format has requests and replies. */
  readonly hasRequests: boolean;
}

/** The version of this format. A message without `v` is of version 1. */
const VERSION = 1;

// Limits of strings that the peer chooses, and that this end keeps or sends back.
const MAX_ID_LENGTH = 64;
const MAX_SESSION_LENGTH = 256;

/** An object from the peer, with unchecked fields. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The default format, for contracts that need not match an existing system:
 *
 * ```
 * {"type":"move","data":{…}}             an event; with "seq":7 it is acknowledged: {"ack":7}
 * {"type":"list","id":1,"data":{…}}      a request, cancelled with {"cancel":1}
 * {"reply":1,"data":[…]}                 its response
 * {"reply":1,"error":{"code":"FORBIDDEN","message":"Permission denied"}}
 * {"error":{…}}                          an error that answers no request
 * {"ping":2}  {"pong":2}                 a ping from a page
 * {"resume":{"session":"…","after":7}}   {"resumed":{"session":"…","after":3,"gap":false}}
 * ```
 *
 * Unknown fields are ignored. All of this is version 1. A message of another version says so with
 * `"v":2`, and is refused.
 */
export const envelopeFormat: Format = { read, write, hasRequests: true };

function read(value: unknown): Envelope | Unreadable {
  if (!isFields(value)) return INVALID;
  if (own(value, "v") !== undefined && own(value, "v") !== VERSION) return UNSUPPORTED;
  const type = own(value, "type");
  if (type !== undefined) return typeof type === "string" ? readTyped(value, type) : INVALID;
  const error = own(value, "error");
  if (error !== undefined) return readError(value, error);
  for (const kind of ["reply", "cancel", "ping", "pong"] as const) {
    const id = own(value, kind);
    if (id === undefined) continue;
    if (!isMessageId(id)) return INVALID;
    return kind === "reply" ? { kind, id, data: own(value, "data") } : { kind, id };
  }
  return readSession(value);
}

function readTyped(value: Fields, type: string): Envelope | Unreadable {
  const data = own(value, "data");
  const id = own(value, "id");
  const seq = own(value, "seq");
  if (id !== undefined) return isMessageId(id) ? { kind: "request", type, id, data } : INVALID;
  if (seq !== undefined && !isSeq(seq)) return INVALID;
  return { kind: "event", type, data, seq };
}

function readError(value: Fields, error: unknown): Envelope | Unreadable {
  const id = own(value, "reply");
  if (!isFields(error) || (id !== undefined && !isMessageId(id))) return INVALID;
  const [code, message, type] = ["code", "message", "type"].map((name) => own(error, name));
  if (typeof code !== "string" || typeof message !== "string") return INVALID;
  const body: ErrorBody = {
    code,
    message,
    type: typeof type === "string" ? type : undefined,
    details: own(error, "details"),
  };
  return { kind: "error", id, error: body };
}

function readSession(value: Fields): Envelope | Unreadable {
  const ack = own(value, "ack");
  if (isSeq(ack)) return { kind: "ack", seq: ack };
  for (const kind of ["resume", "resumed"] as const) {
    const fields = own(value, kind);
    if (!isFields(fields)) continue;
    const [session, after, gap] = ["session", "after", "gap"].map((name) => own(fields, name));
    if (typeof session !== "string" || session.length > MAX_SESSION_LENGTH) return INVALID;
    if (!isSeq(after)) return INVALID;
    return kind === "resume"
      ? { kind, session, after }
      : { kind, session, after, gap: gap === true };
  }
  return INVALID;
}

function write(envelope: Envelope): unknown {
  switch (envelope.kind) {
    case "event":
      return { type: envelope.type, seq: envelope.seq, data: envelope.data };
    case "request":
      return { type: envelope.type, id: envelope.id, data: envelope.data };
    case "reply":
      return { reply: envelope.id, data: envelope.data };
    case "error":
      return { reply: envelope.id, error: envelope.error };
    case "ack":
      return { ack: envelope.seq };
    case "resume":
      return { resume: { session: envelope.session, after: envelope.after } };
    case "resumed": {
      const { session, after, gap } = envelope;
      return { resumed: { session, after, gap } };
    }
    default:
      return { [envelope.kind]: envelope.id };
  }
}

export const INVALID: Unreadable = { kind: "unreadable", code: "INVALID_MESSAGE" };
const UNSUPPORTED: Unreadable = { kind: "unreadable", code: "UNSUPPORTED_VERSION" };

/** Whether `value` is an object with fields, as opposed to a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a field that the object itself has, not one that it inherits. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function isMessageId(value: unknown): value is MessageId {
  return typeof value === "string" ? value.length <= MAX_ID_LENGTH : isSeq(value);
}

function isSeq(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
