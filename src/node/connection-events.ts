import type { Buffer } from "node:buffer";
import type { Names } from "../input/index.js";
import type { CloseInfo } from "./close-event.js";
import type { WebSocketConnection } from "./connection.js";
import { CONNECTION_EVENT_ADVICE } from "./foreign-names.js";
import type { Message } from "./options.js";

/** What a connection tells its listeners, in the order it happened. */
export interface ConnectionEvents {
  /**
   * A whole message. Waits until somebody takes it, in a microtask after the listener was added;
   * none comes behind `close`. When a listener returns a promise, the next message waits
   * for it, and so does the peer once `maxQueuedBytes` have arrived.
   *
   * `isText` is of interest with `textAs: "bytes"`, where both kinds are Buffers.
   */
  message: [message: Message, isText: boolean];
  /**
   * The transport has ended: nothing can be sent any more. Messages that came before may
   * still wait for a listener; `close` comes behind them. `info` is what `close` will say, as far
   * as it is known; its `unreadMessages` are those that wait. A listener that is added afterwards
   * is called in a microtask.
   */
  end: [info: CloseInfo];
  /**
   * The connection has ended, however that came. Comes once, and nothing behind it:
   *
   * - Behind the messages, while somebody takes them: a `message` listener or a loop. It waits for
   *   the listener at work, and, while messages wait, for {@link WebSocketConnection.resume}.
   * - At the end of the transport, when nobody takes messages, and somebody listens for `close` or
   *   has asked for `closed`. Messages that wait are dropped: see {@link CloseInfo.unreadMessages}.
   * - When somebody comes, while there is nobody of either kind. Until then all waits; who adds both
   *   listeners in one turn gets the messages first.
   *
   * A listener that is added afterwards is called in a microtask, with the same `info`.
   */
  close: [info: CloseInfo];
  /**
   * The peer has pinged, and was answered. What comes with the opening handshake is told to
   * listeners that are added in the turn in which the connection was given; pings and pongs
   * that come later, and find no listener, are told to nobody.
   */
  ping: [payload: Buffer];
  /** The peer has sent a Pong frame, asked for or not. */
  pong: [payload: Buffer];
  /**
   * The connection is about to be closed in good order: by a shutdown, or {@link CloseOptions.waitForHandlerMs}.
   * No further message comes. The Close frame waits for the promises of these listeners, as for
   * those at work on a message: for who answers messages elsewhere.
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

/** Has a connection emit: only it can. */
export type EmitEvent = <Name extends keyof ConnectionEvents>(
  connection: WebSocketConnection,
  name: Name,
  failed: (error: unknown) => void,
  ...values: ConnectionEvents[Name]
) => Promise<void> | undefined;
