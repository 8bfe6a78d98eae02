import type { CloseAllOptions, OutboundMessage, RoomMember } from "./local.js";

/**
 * What nodes send each other, as bytes:
 *
 * | version | length of the head | head | data |
 * | --- | --- | --- | --- |
 * | 1 byte | 4 bytes, big-endian | JSON | of a message: its text as UTF-8, or its bytes |
 *
 * A node ignores versions it does not know, and heads that are not as below; it does
 * not mind fields that it does not know, so that a version can grow.
 */
export const WIRE_VERSION = 1;

/** The two fixed fields before the head. */
export const PREFIX_BYTES = 5;

/** Who sent it, and where it stands among what that node has sent. */
export interface Envelope {
  readonly from: string;
  /** Grows with each message of a node, on whatever channel. */
  readonly sequence: number;
  /** The sequence of the one before on this channel; 0 before the first, `undefined` when forgotten. */
  readonly previous?: number | undefined;
  readonly body: ClusterMessage;
}

export type ClusterMessage =
  | Delivery
  /** A member has come, or has a new state; has left when there is no `state`. */
  | {
      readonly type: "presence";
      readonly room: string;
      readonly id: string;
      readonly state?: unknown;
    }
  /** A sign of life, good for `ttlMs`; `"first"` asks the others for theirs. */
  | { readonly type: "heartbeat"; readonly ttlMs: number; readonly kind: "first" | "next" }
  | { readonly type: "farewell" }
  | { readonly type: "closeAll"; readonly options: CloseAllOptions }
  /** Who is in these rooms? */
  | { readonly type: "question"; readonly id: number; readonly rooms: readonly string[] }
  | Answer;

/** A message of the application: to a room, a user, a connection, or to all when none is given. */
export interface Delivery {
  readonly type: "delivery";
  readonly room?: string | undefined;
  readonly user?: string | undefined;
  readonly to?: string | undefined;
  readonly exceptIds: readonly string[];
  readonly message: OutboundMessage;
  /** Known only to those who got the message: `ClusterReplay` makes offsets of it that cannot be guessed. */
  readonly nonce?: string | undefined;
}

export interface Answer {
  readonly type: "answer";
  /** That of the question. */
  readonly id: number;
  readonly rooms: readonly { readonly room: string; readonly members: readonly RoomMember[] }[];
  /** Whether this part is the last. */
  readonly part: "more" | "last";
  /** Presence messages of this node with a higher sequence are younger than this. */
  readonly asOf: number;
}

/** @returns Bytes that are the caller's. */
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

/** @returns The head as JSON has it, and the data that stays as it is. */
function split(body: ClusterMessage): { head: object; data: string | Uint8Array } {
  if (body.type !== "delivery") return { head: body, data: NO_BYTES };
  const { message, ...head } = body;
  const { data, type, compress } = message;
  const textType = typeof data === "string" ? "text" : undefined;
  return { head: { ...head, data: textType, as: type, compress }, data };
}

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();
