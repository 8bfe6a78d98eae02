import type { CloseAllOptions, OutboundMessage, RoomMember } from "./local.js";

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
export const PREFIX_BYTES = 5;

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
