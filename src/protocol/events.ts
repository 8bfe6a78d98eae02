import type { CodecError, ProtocolError } from "./errors.js";

/** A whole message. Text comes as bytes only where that was asked for. */
export type MessageEvent =
  | { readonly type: "message"; readonly isText: true; readonly data: string | Uint8Array }
  | { readonly type: "message"; readonly isText: false; readonly data: Uint8Array };

/** What the peer did, in the order it did it. */
export type ProtocolEvent =
  | MessageEvent
  /** A pong has been put into the output already. */
  | { readonly type: "ping"; readonly payload: Uint8Array }
  | { readonly type: "pong"; readonly payload: Uint8Array }
  /** The peer's Close frame, 1005 when it had no code. It has been answered. Nothing follows. */
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  /** The peer broke a rule, or a codec of ours failed; a Close frame tells the peer. Nothing follows. */
  | { readonly type: "failed"; readonly error: ProtocolError | CodecError };
