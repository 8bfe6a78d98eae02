/** Messages between nodes: their types, and their form as bytes. */
import type { CloseAllOptions, OutboundMessage, RoomMember } from "./interface.js";
import { isNodeId } from "./names.js";

/**
 * The version of the format of messages between nodes. As bytes, a message is
 *
 * | version | length of the head | head | data |
 * | --- | --- | --- | --- |
 * | 1 byte | 4 bytes, big-endian | JSON | of a message: its text as UTF-8, or its bytes |
 *
 * A node ignores messages of other versions, and heads that do not match the types below. It accepts
 * fields that it does not know, so that a version can grow.
 */
export const WIRE_VERSION = 1;

/** The size of the two fixed fields before the head. */
const PREFIX_BYTES = 5;

/** A message between nodes, with its sender and its place among that node's messages. */
export interface Envelope {
  readonly from: string;
  /** The number of the message among all of its node. 0 for messages without a place in the order. */
  readonly sequence: number;
  /** The sequence of the node's previous message on this channel; 0 before the first, `undefined` when forgotten. */
  readonly previous?: number | undefined;
  readonly body: ClusterMessage;
}

export type ClusterMessage =
  | Delivery
  /** A member has come or has a new state. Without a `state` it has left. */
  | {
      readonly type: "presence";
      readonly room: string;
      readonly id: string;
      readonly state?: unknown;
    }
  /** A sign of life, valid for `ttlMs`. `"first"` asks other nodes for theirs. */
  | { readonly type: "heartbeat"; readonly ttlMs: number; readonly kind: "first" | "next" }
  | { readonly type: "farewell" }
  | { readonly type: "closeAll"; readonly options: CloseAllOptions }
  /** Asks for the members of these rooms. */
  | { readonly type: "question"; readonly id: number; readonly rooms: readonly string[] }
  | Answer;

/** A message of the application: to a room, to a user, to a connection, or to all if none is given. */
export interface Delivery {
  readonly type: "delivery";
  readonly room?: string | undefined;
  readonly user?: string | undefined;
  readonly to?: string | undefined;
  readonly exceptIds: readonly string[];
  readonly message: OutboundMessage;
  /**
   * Random text that only receivers of the message know. It makes offsets that cannot be guessed:
   * see `ClusterReplay`.
   */
  readonly nonce?: string | undefined;
}

export interface Answer {
  readonly type: "answer";
  /** The id of the question. */
  readonly id: number;
  readonly rooms: readonly { readonly room: string; readonly members: readonly RoomMember[] }[];
  /** Whether this part is the last. */
  readonly part: "more" | "last";
  /** The sequence of the node's latest message before the answer. Presence messages with a higher one are newer. */
  readonly asOf: number;
}

/** Writes an envelope as bytes. @returns New bytes, which the caller owns. */
export function serializeEnvelope({ body, ...envelope }: Envelope): Uint8Array {
  const { data, head } = split(body);
  const headBytes = encoder.encode(JSON.stringify({ ...envelope, ...head }));
  const dataBytes = typeof data === "string" ? encoder.encode(data) : data;
  const bytes = new Uint8Array(PREFIX_BYTES + headBytes.length + dataBytes.length);
  bytes[0] = WIRE_VERSION;
  new DataView(bytes.buffer).setUint32(1, headBytes.length);
  bytes.set(headBytes, PREFIX_BYTES);
  bytes.set(dataBytes, PREFIX_BYTES + headBytes.length);
  return bytes;
}

/** Splits a message into the head, for JSON, and the data, which stays as it is. */
function split(body: ClusterMessage): { head: object; data: string | Uint8Array } {
  if (body.type !== "delivery") return { head: body, data: NO_BYTES };
  const { message, ...head } = body;
  const { data, type, compress } = message;
  const textType = typeof data === "string" ? "text" : undefined;
  return { head: { ...head, data: textType, as: type, compress }, data };
}

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** A JSON object with unchecked fields. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads bytes that came from a broker. Anything may have been published there, so it never throws.
 *
 * @returns The envelope, whose data is a view of `bytes`; or the reason why it is none of this version.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope | "malformed" | "unknownVersion" {
  if (bytes.length < PREFIX_BYTES) return "malformed";
  if (bytes[0] !== WIRE_VERSION) return "unknownVersion";
  const headEnd =
    PREFIX_BYTES + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(1);
  if (headEnd > bytes.length) return "malformed";
  const head = parseObject(bytes.subarray(PREFIX_BYTES, headEnd));
  if (head === undefined) return "malformed";
  const { from, sequence, previous } = head;
  if (!isNodeId(from) || !isCount(sequence)) return "malformed";
  if (previous !== undefined && !isCount(previous)) return "malformed";
  const body = parseBody(head, bytes.subarray(headEnd));
  return body === undefined ? "malformed" : { from, sequence, previous, body };
}

function parseBody(head: Fields, data: Uint8Array): ClusterMessage | undefined {
  switch (head["type"]) {
    case "delivery":
      return parseDelivery(head, data);
    case "presence":
      return parsePresence(head);
    case "heartbeat":
      return parseHeartbeat(head);
    case "farewell":
      return { type: "farewell" };
    case "closeAll":
      return parseCloseAll(head);
    case "question": {
      const { id, rooms } = head;
      return isCount(id) && isStrings(rooms) ? { type: "question", id, rooms } : undefined;
    }
    case "answer":
      return parseAnswer(head);
    default:
      return undefined;
  }
}

function parseDelivery(head: Fields, bytes: Uint8Array): Delivery | undefined {
  const { room, user, to, exceptIds, nonce, as, compress, data: kind } = head;
  if (!isOptionalString(room) || !isOptionalString(user) || !isOptionalString(to)) return undefined;
  if (!isStrings(exceptIds) || !isOptionalString(nonce)) return undefined;
  if (as !== undefined && as !== "text" && as !== "binary") return undefined;
  if (compress !== undefined && typeof compress !== "boolean") return undefined;
  const data = kind === "text" ? decoder.decode(bytes) : bytes;
  return {
    type: "delivery",
    room,
    user,
    to,
    exceptIds,
    nonce,
    message: { data, type: as, compress },
  };
}

function parsePresence({ room, id, state }: Fields): ClusterMessage | undefined {
  if (typeof room !== "string" || typeof id !== "string") return undefined;
  return state === undefined
    ? { type: "presence", room, id }
    : { type: "presence", room, id, state };
}

function parseHeartbeat({ ttlMs, kind }: Fields): ClusterMessage | undefined {
  if (typeof ttlMs !== "number" || !(ttlMs > 0)) return undefined;
  if (kind !== "first" && kind !== "next") return undefined;
  return { type: "heartbeat", ttlMs, kind };
}

function parseCloseAll({ options }: Fields): ClusterMessage | undefined {
  if (!isObject(options)) return undefined;
  const { deadlineMs, code, reason } = options;
  if (deadlineMs !== undefined && !(typeof deadlineMs === "number" && deadlineMs >= 0)) {
    return undefined;
  }
  if (code !== undefined && !isCount(code)) return undefined;
  if (!isOptionalString(reason)) return undefined;
  const parsed: CloseAllOptions = { deadlineMs, code, reason };
  return { type: "closeAll", options: parsed };
}

function parseAnswer({ id, rooms, part, asOf }: Fields): Answer | undefined {
  if (!isCount(id) || !isCount(asOf) || !Array.isArray(rooms)) return undefined;
  if (part !== "more" && part !== "last") return undefined;
  if (!rooms.every((room: unknown) => isRoomMembers(room))) return undefined;
  return { type: "answer", id, rooms, part, asOf };
}

function isRoomMembers(value: unknown): value is Answer["rooms"][number] {
  if (!isObject(value) || typeof value["room"] !== "string") return false;
  const members = value["members"];
  return Array.isArray(members) && members.every((member: unknown) => isMember(member));
}

function isMember(value: unknown): value is RoomMember {
  return isObject(value) && typeof value["id"] === "string" && value["state"] !== undefined;
}

/** Reads a JSON object. @returns `undefined` for anything else. */
function parseObject(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
