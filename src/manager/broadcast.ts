/** One message to many connections. */
import type { Sendable, SendStatus } from "../node/index.js";
import type { SendOptions } from "../protocol/index.js";
import type { OutboundMessage } from "./cluster-local.js";
import type { ManagedConnection } from "./managed-connection.js";

/** What can be sent to many. A Blob cannot: its content would be read for each of them. */
export type Broadcastable = Exclude<Sendable, Blob>;

/** What became of a broadcast, for the connections of this process. */
export interface BroadcastResult {
  /** On its way, as `send` says. */
  readonly sent: number;
  /** On its way to peers who read so slowly that more than `maxBufferedBytes` wait for them. */
  readonly buffered: number;
  /** Not sent: by the `bufferPolicy` of a slow peer, as `volatile`, or as long as a revocation is undecided. */
  readonly dropped: number;
  /** Not sent: the connection was closing or closed, or the policy closed it. */
  readonly closed: number;
}

export const NOBODY_REACHED: BroadcastResult = { sent: 0, buffered: 0, dropped: 0, closed: 0 };

/**
 * Takes a message apart from what the caller may do with it later, as far as `send` does.
 *
 * @throws {TypeError} It cannot be sent. The message says what to do.
 */
export function toOutbound(
  data: Broadcastable,
  { type, compress }: SendOptions = {},
): OutboundMessage {
  return { data: toData(data), type, compress };
}

function toData(data: Broadcastable): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  throw new TypeError(
    "can broadcast a string, a Buffer or another view, or an ArrayBuffer; use JSON.stringify for objects",
  );
}

export interface DeliveryChoice {
  /** The room it is for: who is suspended there gets nothing. */
  readonly room?: string | undefined;
  /** Left out. */
  readonly exceptIds?: ReadonlySet<string> | undefined;
  /** Left out are those for whom more bytes wait than this. */
  readonly maxWaitingBytes?: number | undefined;
}

/**
 * Sends `message` to those who are among `recipients` now: who comes or goes while it is
 * being sent changes nothing. A recipient who cannot take it is counted, and keeps nobody
 * else from getting it.
 */
export function deliver<Data>(
  recipients: Iterable<ManagedConnection<Data>>,
  message: OutboundMessage,
  { room, exceptIds, maxWaitingBytes = Infinity }: DeliveryChoice = {},
): BroadcastResult {
  const counts = { sent: 0, buffered: 0, dropped: 0, closed: 0 };
  for (const managed of Array.from(recipients)) {
    if (exceptIds?.has(managed.id) === true) continue;
    const isSuspended = room !== undefined && managed.suspended.has(room);
    if (isSuspended || managed.connection.bufferedAmount > maxWaitingBytes) counts.dropped++;
    else counts[sendOne(managed, message)]++;
  }
  return counts;
}

function sendOne<Data>(
  { connection }: ManagedConnection<Data>,
  message: OutboundMessage,
): SendStatus {
  return connection.send(message.data, message);
}
