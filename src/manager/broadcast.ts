/** Broadcasts: one message for many connections. */
import type { Names } from "../input/index.js";
import {
  adoptPrepared,
  isPreparedMessage,
  type MessageData,
  prepareMessage,
  type PreparedMessage,
  type SendOptions,
} from "../protocol/index.js";
import type { WebSocketConnection } from "../node/index.js";
import type { ManagedConnection } from "./roster.js";

/** Data that can be sent to many connections. A Blob cannot: its content would be read for each of them. */
export type Broadcastable = MessageData | PreparedMessage;

/** The receivers of a broadcast, and the way it is sent. */
export interface BroadcastOptions<Data = unknown> extends SendOptions {
  /** Connections, or ids of connections, that do not get the message. */
  readonly except?: Excepted<Data> | Iterable<Excepted<Data>> | undefined;
  /**
   * Skips connections for which more than 64 KiB wait already. Use it for messages that are soon
   * out of date.
   *
   * @defaultValue false
   */
  readonly volatile?: boolean | undefined;
  /**
   * Holds the message for up to this time, so that it goes out together with others to the
   * same receivers: in one write, and as one message when the manager has a `batch.join`.
   * A connection that joins meanwhile does not get it. The result counts nothing yet.
   *
   * @defaultValue the message goes out at once
   */
  readonly batchMs?: number | undefined;
  /** `"local"` reaches the connections of this process only. @defaultValue `"cluster"` */
  readonly scope?: "local" | "cluster" | undefined;
}

/** The names of the options. A new option is a row here. */
export const BROADCAST_OPTIONS: Names<BroadcastOptions> = {
  owner: "a broadcast",
  known: {
    type: true,
    compress: true,
    except: true,
    volatile: true,
    batchMs: true,
    scope: true,
  },
  advice: {
    binary: 'use type: "binary" or "text"',
    exclude: "use except",
    local: 'use scope: "local"',
    onWritten: "give it to send() of a connection",
  },
};

/** A connection, or its id. */
export type Excepted<Data> = WebSocketConnection<Data> | string;

/** The outcome of a broadcast, in numbers of connections of this process. */
export interface BroadcastResult {
  /** The message is on its way, as `send` says. */
  readonly sent: number;
  /** The message is on its way to peers that read slowly: more than `maxBufferedBytes` wait for them. */
  readonly buffered: number;
  /** Not sent, because of the `bufferPolicy` of a slow peer, of `volatile`, or of a revocation that is undecided. */
  readonly dropped: number;
  /** Not sent, because the connection was closing or closed, or the policy closed it. */
  readonly closed: number;
}

export const NOBODY_REACHED: BroadcastResult = { sent: 0, buffered: 0, dropped: 0, closed: 0 };

/**
 * Prepares a message, so that it is framed once for all receivers. Bytes are copied. A message that is
 * prepared already stays as it is.
 *
 * @throws {TypeError} The data cannot be sent. The error says what to do.
 */
export function toPrepared(data: Broadcastable, options: SendOptions = {}): PreparedMessage {
  const { type, compress } = options;
  if (!isPreparedMessage(data)) return prepareMessage(data, { type, compress });
  const prepared = adoptPrepared(data);
  prepared.checkType(type);
  return prepared;
}

/** Makes a list of `except`, which is one connection or several. */
export function exceptionsOf<Data>(except: BroadcastOptions<Data>["except"]): Excepted<Data>[] {
  if (except === undefined) return [];
  return typeof except === "string" || !(Symbol.iterator in except) ? [except] : Array.from(except);
}

interface DeliveryChoice {
  /** The room of the message. Members that are suspended there do not get it. */
  readonly room?: string | undefined;
  /** Ids of connections that do not get the message. */
  readonly exceptIds?: ReadonlySet<string> | undefined;
  /** Connections for which more bytes wait than this do not get the message. */
  readonly maxWaitingBytes?: number | undefined;
}

/**
 * Sends `message` to the connections that are in `recipients` at the moment of the call, whatever
 * joins or leaves during it. A connection that cannot take the message is counted, and the others
 * get it all the same.
 */
export function deliver<Data>(
  recipients: Iterable<ManagedConnection<Data>>,
  message: PreparedMessage,
  { room, exceptIds, maxWaitingBytes = Infinity }: DeliveryChoice = {},
): BroadcastResult {
  const counts = { sent: 0, buffered: 0, dropped: 0, closed: 0 };
  for (const managed of Array.from(recipients)) {
    const { connection, id, isAuthenticated, suspended } = managed;
    if (!isAuthenticated || exceptIds?.has(id) === true) continue;
    const isSuspended = room !== undefined && suspended.has(room);
    const isBusy = maxWaitingBytes !== Infinity && connection.bufferedAmount > maxWaitingBytes;
    if (isSuspended || isBusy) counts.dropped++;
    else counts[connection.send(message)]++;
  }
  return counts;
}
