import type { CloseStatus, CodecError, ProtocolError } from "../../protocol/index.js";
import type { TransportError } from "./transport-error.js";

/**
 * What went wrong with a connection: an error of this library, whose `code` is a row of its table
 * (docs/errors.md), or what the application threw, in a listener for example. `code` can be
 * asked for, and compared, whichever of them it is.
 */
export type ConnectionError = ProtocolError | CodecError | TransportError | ApplicationError;

/** Any error at all. Those of Node have a string for a `code`, a DOMException a number, most have none. */
export interface ApplicationError extends Error {
  readonly code?: (string & {}) | number | undefined;
}

/** How a connection ended. */
export interface CloseInfo {
  /** What the peer's Close frame said; 1005 when it had no code, 1006 when none came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** What the peer gave as its reason; `""` without one. */
  readonly reason: string;
  /** Both Close frames went their way before the transport ended (§7.1.4). */
  readonly wasClean: boolean;
  /** What went wrong first: here, with the transport, or in a listener. */
  readonly error: ConnectionError | undefined;
  /** The peer's Close frame. */
  readonly received: CloseStatus | undefined;
  /** Our Close frame. */
  readonly sent: CloseStatus | undefined;
  /**
   * How many messages had arrived and were taken by nobody. They were dropped because nobody listened
   * for messages when the transport ended, or by `terminate()`. Bytes that were not a whole message
   * yet do not count. When only `closed` was asked for, a loop that begins later still gets them.
   */
  readonly unreadMessages: number;
}
