/** What travels: the message around an application's data, and the format that is ours. */
import type { ErrorBody, ErrorCode } from "./error-reply.js";
import type { Issue } from "./validator.js";

/** The id of a request, unique among those that one end has open. Ours are numbers. */
export type MessageId = string | number;

/** What a message says. A {@link Format} writes it as a value, and reads it back. */
export type Envelope =
  /** `seq` asks for an acknowledgement. */
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
  /** Without an `id` it answers something that had none. */
  | { readonly kind: "error"; readonly id?: MessageId | undefined; readonly error: ErrorBody }
  /** Nobody waits for the reply to request `id` any more. */
  | { readonly kind: "cancel"; readonly id: MessageId }
  /** A ping that pages can send; a pong with its id answers it. */
  | { readonly kind: "ping" | "pong"; readonly id: MessageId }
  | SessionEnvelope;

/** What keeps messages from getting lost when one connection follows another. */
export type SessionEnvelope =
  /** The event with this `seq` has been handled. */
  | { readonly kind: "ack"; readonly seq: number }
  /** First on a new connection: go on with `session`, whose events up to `after` are here. */
  | { readonly kind: "resume"; readonly session: string; readonly after: number }
  /** Its answer: the events up to `after` have come there; with a `gap`, some to here are lost. */
  | {
      readonly kind: "resumed";
      readonly session: string;
      readonly after: number;
      readonly gap: boolean;
    };

/** A message that says nothing of what it should. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly code: ErrorCode;
  /** What is wrong with it, where that can be said. */
  readonly details?: readonly Issue[];
}

/** How envelopes look as values, before the codec makes messages of them. */
export interface Format {
  /** Takes any value there is; what it throws counts as an unreadable message. */
  readonly read: (value: unknown) => Envelope | Unreadable;
  /** Gives `undefined` for what the format has no way to say. @throws {TypeError} It cannot say this. */
  readonly write: (envelope: Envelope) => unknown;
  /** Whether a request can be told from its reply. */
  readonly hasRequests: boolean;
}

/** The version that is written here. A message without `v` is of version 1. */
const VERSION = 1;

// Strings that a peer picks and this end keeps or sends back.
const MAX_ID_LENGTH = 64;
const MAX_SESSION_LENGTH = 256;

/** An object that came from the peer: whatever is in it is unknown. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The format of contracts that need not look like anything else:
 *
 * ```
 * {"type":"move","data":{…}}             an event; with "seq":7 it is acknowledged: {"ack":7}
 * {"type":"list","id":1,"data":{…}}      a request, taken back with {"cancel":1}
 * {"reply":1,"data":[…]}                 its response
 * {"reply":1,"error":{"code":"FORBIDDEN","message":"Permission denied"}}
 * {"error":{…}}                          an error that answers no request
 * {"ping":2}  {"pong":2}                 a ping from a page
 * {"resume":{"session":"…","after":7}}   {"resumed":{"session":"…","after":3,"gap":false}}
 * ```
 *
 * Fields it does not know are ignored. All of it is version 1; a message of another
 * version would carry it as `"v":2`, and is refused.
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

/** A field that the message itself has: nothing that every object inherits. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function isMessageId(value: unknown): value is MessageId {
  return typeof value === "string" ? value.length <= MAX_ID_LENGTH : isSeq(value);
}

function isSeq(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
