/** When a peer that does not read is given up, so that it cannot make this process hold without end what is for it. */
import type { Role } from "../protocol/index.js";
import type { ResolvedConnectionOptions } from "./options.js";
import { TransportError } from "./transport-error.js";

/** At this many times `maxBufferedBytes` a server gives up under the policy `"wait"`. */
const HARD_STOP_FACTOR = 16;

type Limits = Pick<ResolvedConnectionOptions, "bufferPolicy" | "maxBufferedBytes">;

/**
 * Up to how many bytes may wait under the policy `"wait"`. On a client there is no end to it: its
 * memory is that of its own process, which sends as much as it likes.
 */
export function hardStopOf(role: Role, { maxBufferedBytes }: Limits): number {
  return role === "client" ? Infinity : maxBufferedBytes * HARD_STOP_FACTOR;
}

/** The error of a peer for which `value` bytes would wait. */
export function overflowOf(
  { bufferPolicy, maxBufferedBytes: limit }: Limits,
  value: number,
): TransportError {
  const times = bufferPolicy === "close" ? "" : `${HARD_STOP_FACTOR} times `;
  return new TransportError("BUFFER_OVERFLOW", { value, what: `${times}maxBufferedBytes`, limit });
}

/** The options of each server that has been warned. */
const warned = new WeakSet<Limits>();

/** Warns once of a limit that nobody has asked for: who sends without waiting meets it first with a slow client. */
export function warnOfOverflow(options: Limits, { code, message }: TransportError): void {
  if (options.bufferPolicy === "close" || warned.has(options)) return;
  warned.add(options);
  const text = `A WebSocketServer closes a connection: ${message}. Wait for drained() when send() returns "buffered", or set bufferPolicy, or a larger maxBufferedBytes.`;
  const detail = "Told once by this server; the error of each such close event says it, too.";
  process.emitWarning(text, { type: "PlainsocketWarning", code, detail });
}
