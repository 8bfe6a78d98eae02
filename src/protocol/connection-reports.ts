/** What a connection tells: its state, the events of its peer, and counts of its traffic. */
import type { CodecError, ProtocolError } from "./errors.js";

/** The four states of RFC 6455 §4.1, §7.1.3 and §7.1.4, as WHATWG numbers them. */
export const ReadyState = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;

export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState];

/** What moves a connection from one state to the next. */
export type Transition =
  | "close frame sent" // §7.1.3: _The WebSocket Closing Handshake is Started_
  | "close frame received" // §7.1.3, the peer's turn
  | "transport ended"; // §7.1.4: _The WebSocket Connection is Closed_

const { CONNECTING, OPEN, CLOSING, CLOSED } = ReadyState;

// Rows are states, columns are transitions; a missing cell is a bug in this library. What came before
// the transport ended may be read behind it.
// oxfmt-ignore
const NEXT: Record<ReadyState, Partial<Record<Transition, ReadyState>>> = {
  [CONNECTING]: {}, // A ProtocolConnection starts behind the opening handshake.
  [OPEN]: { "close frame sent": CLOSING, "close frame received": CLOSING, "transport ended": CLOSED },
  [CLOSING]: { "close frame sent": CLOSING, "close frame received": CLOSING, "transport ended": CLOSED },
  [CLOSED]: { "close frame received": CLOSED, "transport ended": CLOSED },
};

/** @throws {Error} `transition` cannot happen in `state`. The peer cannot cause this. */
export function nextState(state: ReadyState, transition: Transition): ReadyState {
  const next = NEXT[state][transition];
  if (next === undefined) throw new Error(`unreachable: ${transition} in state ${state}`);
  return next;
}

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

/**
 * What has gone over a connection in one direction: whole numbers that are counted on the
 * way of every frame, so they are nothing but numbers.
 */
export interface TrafficCount {
  /** Whole messages: those that were given to the application, or framed for the peer. */
  messages: number;
  /** Their payload in bytes, uncompressed. That of fragments counts as they are sent. */
  payloadBytes: number;
  /** Payload of the messages that were compressed, before that; part of `payloadBytes`. */
  uncompressedBytes: number;
  /** The same payload, compressed. */
  compressedBytes: number;
  /** All bytes behind the opening handshake: frame headers and control frames count. */
  transportBytes: number;
}

/** A count at zero. */
export function noTraffic(): TrafficCount {
  return {
    messages: 0,
    payloadBytes: 0,
    uncompressedBytes: 0,
    compressedBytes: 0,
    transportBytes: 0,
  };
}
