/** One message to many connections. */
import type { OutboundMessage } from "../cluster/index.js";
import {
  adoptPrepared,
  isPreparedMessage,
  type MessageData,
  prepareMessage,
  type PreparedMessage,
  type SendOptions,
} from "../protocol/index.js";
import type { WebSocketConnection } from "../node/index.js";
import type { ManagedConnection } from "./managed-connection.js";

/** What can be sent to many. A Blob cannot: its content would be read for each of them. */
export type Broadcastable = MessageData | PreparedMessage;

/** Who gets a broadcast, and how. */
export interface BroadcastOptions<Data = unknown> extends SendOptions {
  /** Connections, or their ids, that do not get it. */
  readonly except?: Excepted<Data> | Iterable<Excepted<Data>> | undefined;
  /** Skips those for whom more than 64 KiB wait already: for messages that are soon out of date. @defaultValue false */
  readonly volatile?: boolean | undefined;
  /**
   * Holds the message for up to so long, to go out together with others to the same
   * receivers: in one write, and as one message when the manager has a `batch.join`. Who
   * joins meanwhile does not get it. Nothing is counted yet in the result.
   *
   * @defaultValue it goes out at once
   */
  readonly batchMs?: number | undefined;
  /** `"local"` reaches the connections of this process only. @defaultValue `"cluster"` */
  readonly scope?: "local" | "cluster" | undefined;
}

/** A connection, or its id. */
export type Excepted<Data> = WebSocketConnection<Data> | string;

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
 * A message that is framed once for all who get it. Bytes are copied.
 *
 * @throws {TypeError} It cannot be sent. The message says what to do.
 */
export function toPrepared(data: Broadcastable, options: SendOptions = {}): PreparedMessage {
  const { type, compress } = options;
  if (!isPreparedMessage(data)) return prepareMessage(data, { type, compress });
  const prepared = adoptPrepared(data);
  prepared.checkType(type);
  return prepared;
}

/** The exceptions of a broadcast as a list, whichever of its forms `except` has. */
export function exceptionsOf<Data>(except: BroadcastOptions<Data>["except"]): Excepted<Data>[] {
  if (except === undefined) return [];
  return typeof except === "string" || !(Symbol.iterator in except) ? [except] : Array.from(except);
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
  const prepared = toPrepared(isPreparedMessage(message) ? message : message.data, message);
  for (const managed of Array.from(recipients)) {
    const { connection, id, isAuthenticated, suspended } = managed;
    if (!isAuthenticated || exceptIds?.has(id) === true) continue;
    const isSuspended = room !== undefined && suspended.has(room);
    const isBusy = maxWaitingBytes !== Infinity && connection.bufferedAmount > maxWaitingBytes;
    if (isSuspended || isBusy) counts.dropped++;
    else counts[connection.send(prepared)]++;
  }
  return counts;
}
