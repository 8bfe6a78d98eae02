/** Gives up a peer that does not read, so that what waits for it does not fill the memory. */
import type { Role } from "../../protocol/index.js";
import type { ResolvedConnectionOptions } from "../options.js";
import { TransportError } from "./transport-error.js";

/** At this many times `maxBufferedBytes` a server gives up under the policy `"wait"`. */
const HARD_STOP_FACTOR = 16;

type Limits = Pick<ResolvedConnectionOptions, "bufferPolicy" | "maxBufferedBytes">;

/**
 * How many bytes may wait under the policy `"wait"`. A client has no such limit: it fills only the
 * memory of its own process.
 */
export function hardStopOf(role: Role, { maxBufferedBytes }: Limits): number {
  return role === "client" ? Infinity : maxBufferedBytes * HARD_STOP_FACTOR;
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
 * Warns once for each server. Nobody has asked for this limit, and an application that sends without
 * waiting meets it with its first slow client.
 */
export function warnOfOverflow(options: Limits, { code, message }: TransportError): void {
  if (options.bufferPolicy === "close" || warned.has(options)) return;
  warned.add(options);
  const text = `A WebSocketServer closes a connection: ${message}. Wait for drained() when send() returns "buffered", or set bufferPolicy, or a larger maxBufferedBytes.`;
  const detail = "Told once by this server; the error of each such close event says it, too.";
  process.emitWarning(text, { type: "PlainsocketWarning", code, detail });
}
