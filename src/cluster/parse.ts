import { isNodeId } from "./names.js";
import type { CloseAllOptions, RoomMember } from "./local.js";
import {
  type Answer,
  type ClusterMessage,
  type Delivery,
  type Envelope,
  PREFIX_BYTES,
  WIRE_VERSION,
} from "./message.js";

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
