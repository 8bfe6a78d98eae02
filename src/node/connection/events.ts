/** What a connection tells the application: its messages, its events, and how it ended. */
import type { Buffer } from "node:buffer";
import type { Names } from "../../input/index.js";
import type { CloseStatus, CodecError, ProtocolError, TrafficCount } from "../../protocol/index.js";
import { CONNECTION_EVENT_ADVICE } from "../foreign-names.js";
import type { TransportError } from "./transport-error.js";

/** A message as an application gets it: text as a string (or as bytes where it asked for that), binary as a Buffer. */
export type Message = string | Buffer;

/**
 * What became of a message: it is on its way (`"sent"`), or so with more than
 * `maxBufferedBytes` waiting now (`"buffered"`: it is time to wait for
 * `drained()`), or it was dropped by the policy, or the connection was not open.
 */
export type SendStatus = "sent" | "buffered" | "dropped" | "closed";

/** What a connection tells its listeners, in the order it happened. */
export interface ConnectionEvents {
  /**
   * A whole message. It waits until there is a listener, which is called in a microtask. None comes
   * behind `close`. When a listener returns a promise, the next message waits
   * for it, and so does the peer once `maxQueuedBytes` have arrived.
   *
   * `isText` is of interest with `textAs: "bytes"`, where both kinds are Buffers.
   */
  message: [message: Message, isText: boolean];
  /**
   * The transport has ended: nothing can be sent any more. Messages that came before may still wait
   * for a listener; `close` comes behind them. `info` is what is known of the end so far; its
   * `unreadMessages` are those that wait. A listener that is added later is called in a microtask.
   */
  end: [info: CloseInfo];
  /**
   * The connection has ended, for whatever reason. This comes once, and nothing comes behind it.
   *
   * - With a `message` listener or a loop, it comes behind the messages. It waits for the listener
   *   that is at work, for at most `closeTimeoutMs` for each message, since a listener may never end.
   *   While messages wait, it waits for {@link WebSocketConnection.resume}.
   * - Without them, but with a `close` listener or after `closed` was asked for, it comes at the
   *   end of the transport. Messages that wait are dropped: see {@link CloseInfo.unreadMessages}.
   * - With none of these, it waits, and so do the messages. When both listeners are added in one
   *   turn, the messages come first.
   *
   * A listener that is added later is called in a microtask, with the same `info`.
   */
  close: [info: CloseInfo];
  /**
   * The peer has pinged, and was answered. Pings and pongs that came with the opening handshake wait
   * for listeners until the end of the turn in which the application gets the connection. Later ones
   * do not wait.
   */
  ping: [payload: Buffer];
  /** The peer has sent a Pong frame, asked for or not. */
  pong: [payload: Buffer];
  /**
   * A shutdown, or a close with {@link CloseOptions.waitForHandlerMs}, is about to close the
   * connection. No other message is delivered. The Close frame waits for promises that listeners
   * return, as it does for `message` listeners at work. This is for applications that answer messages
   * elsewhere, for example in a queue.
   */
  stopping: [];
  /** More than `maxBufferedBytes` waited, and now nothing does. */
  drain: [];
}

/** A new event is a row here. */
export const CONNECTION_EVENTS: Names<ConnectionEvents> = {
  owner: "a connection",
  known: {
    message: true,
    end: true,
    close: true,
    ping: true,
    pong: true,
    stopping: true,
    drain: true,
  },
  advice: CONNECTION_EVENT_ADVICE,
};

/**
 * The error of a connection: an error of this library, whose `code` is a row of its table
 * (docs/errors.md), or what the application threw, in a listener for example. `code` can be
 * asked for, and compared, whichever of them it is.
 */
export type ConnectionError = ProtocolError | CodecError | TransportError | ApplicationError;

/** Any error at all. The `code` of Node's errors is a string, that of a DOMException a number; most errors have none. */
export interface ApplicationError extends Error {
  readonly code?: (string & {}) | number | undefined;
}

/** How a connection ended. */
export interface CloseInfo {
  /** The code of the peer's Close frame; 1005 when it had no code, 1006 when none came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** The reason of the peer's Close frame; `""` without one. */
  readonly reason: string;
  /** Whether both Close frames were sent and received before the transport ended (§7.1.4). */
  readonly wasClean: boolean;
  /** The first error: of this end, of the transport, or of a listener. */
  readonly error: ConnectionError | undefined;
  /** The peer's Close frame. */
  readonly received: CloseStatus | undefined;
  /** Our Close frame. */
  readonly sent: CloseStatus | undefined;
  /**
   * How many messages had arrived and were not taken. They were dropped because there was no
   * `message` listener when the transport ended, or by `terminate()`. Bytes that were not a whole message
   * yet do not count. When only `closed` was asked for, a loop that begins later still gets them.
   */
  readonly unreadMessages: number;
}

/** A count of what has gone over a connection up to a moment, in each direction. */
export interface Traffic {
  readonly received: Readonly<TrafficCount>;
  readonly sent: Readonly<TrafficCount>;
  /** How often more than `maxBufferedBytes` have come to wait. */
  readonly backpressureCount: number;
  /** Messages that `bufferPolicy` has dropped. */
  readonly droppedMessages: number;
}
