/** The policies for a peer that reads too slowly, and the limit at which a server gives it up. */
import { answerAtOnce } from "../../input/index.js";
import { PreparedMessage, type ReadyMessage, type Role } from "../../protocol/index.js";
import { TransportError } from "./transport-error.js";

/**
 * What to do with a message when more than `maxBufferedBytes` wait for the peer:
 *
 * - `"wait"` sends it all the same; and a `message` handler that answers gets no further message
 *   until the peer has caught up. A server closes with 1013 before more than sixteen times that
 *   wait; a message that is larger by itself does not count, when no more waited in front of it.
 *   A client sends without end.
 * - `"close"` closes with 1013.
 * - `"dropNewest"` drops this message, `"dropOldest"` the oldest that waits; of Blobs both drop this one.
 * - a function gives a message's key: a newer message replaces one that waits
 *   with the same key. `undefined` keeps it apart.
 *
 * With `"dropOldest"` and with keys, as much again may wait behind what was framed: that cannot be dropped.
 */
export type BufferPolicy =
  | "wait"
  | "close"
  | "dropNewest"
  | "dropOldest"
  | ((message: string | Uint8Array) => unknown);

/** At this many times `maxBufferedBytes` a server gives up under the policy `"wait"`. */
const HARD_STOP_FACTOR = 16;

interface Limits {
  readonly bufferPolicy: BufferPolicy;
  readonly maxBufferedBytes: number;
}

/**
 * How many bytes may wait under the policy `"wait"`. A client has no such limit: it fills only the
 * memory of its own process.
 */
export function hardStopOf(role: Role, { maxBufferedBytes }: Limits): number {
  return role === "client" ? Infinity : maxBufferedBytes * HARD_STOP_FACTOR;
}

/** The key of a message; `undefined` is no key: nothing takes the message's place. */
export function keyOf({ bufferPolicy }: Limits, message: ReadyMessage): unknown {
  if (typeof bufferPolicy !== "function") return undefined;
  const data = PreparedMessage.isOwn(message) ? message.data : message;
  return answerAtOnce("bufferPolicy", bufferPolicy(data));
}

/** The error when `value` bytes would wait for a peer. */
export function overflowOf(
  { bufferPolicy, maxBufferedBytes: limit }: Limits,
  value: number,
): TransportError {
  const times = bufferPolicy === "close" ? "" : `${HARD_STOP_FACTOR} times `;
  return new TransportError("BUFFER_OVERFLOW", { value, what: `${times}maxBufferedBytes`, limit });
}

/** The options of each server that has been warned. */
const warned = new WeakSet<Limits>();

/**
 * Warns once for each server. The limit of `"wait"` is there by default, and an application that sends
 * without waiting meets it with its first slow client.
 */
export function warnOfOverflow(options: Limits, { code, message }: TransportError): void {
  if (options.bufferPolicy === "close" || warned.has(options)) return;
  warned.add(options);
  const text = `A WebSocketServer closes a connection: ${message}. Wait for drained() when send() returns "buffered", or set bufferPolicy, or a larger maxBufferedBytes.`;
  const detail = "Told once by this server; the error of each such close event says it, too.";
  process.emitWarning(text, { type: "PlainsocketWarning", code, detail });
}
