/** The options that both ends of a connection share, and their defaults. */
import { checkOptions, type Known, limit, type Names } from "../input/index.js";
import {
  DEFAULT_MESSAGE_LIMITS,
  type MessageLimits,
  type ObservedFrame,
  type Role,
} from "../protocol/index.js";
import { type Clock, realClock } from "./platform.js";
import type { BufferPolicy } from "./connection/buffer-policy.js";
import type { WebSocketConnection } from "./connection/connection.js";
import type { ConnectionSettings } from "./connection/setup.js";
import { checkPerMessageDeflate, type PerMessageDeflateOptions } from "./deflate.js";
import { CONNECTION_ADVICE } from "./foreign-names.js";
import { type OnHandlerError, warnOfHandlerError } from "./handler-error.js";

/** See {@link ConnectionOptions.onFrame}. */
export type OnFrame = (frame: ObservedFrame, connection: WebSocketConnection) => void;

/**
 * Options of a connection, on either end.
 *
 * Sizes are in bytes and times in milliseconds, as each name says. `Infinity`
 * lifts a limit; 0 is a limit of zero.
 */
export interface ConnectionOptions extends MessageLimits {
  /** Longest time from the first to the last byte of a message or frame; then 1008. @defaultValue 60 000 */
  readonly messageTimeoutMs?: number | undefined;

  /** How much may wait to be sent before {@link bufferPolicy} applies. @defaultValue 1 MiB */
  readonly maxBufferedBytes?: number | undefined;

  /** @defaultValue `"wait"` */
  readonly bufferPolicy?: BufferPolicy | undefined;

  /** How much may have arrived and wait for a handler or an iterator before reading pauses. @defaultValue 1 MiB */
  readonly maxQueuedBytes?: number | undefined;

  /**
   * How long to wait, once a Close frame is sent, for the peer's Close frame and
   * the end of the transport (RFC 6455 §7.1.1). Then the socket is destroyed.
   *
   * @defaultValue 10 000
   */
  readonly closeTimeoutMs?: number | undefined;

  /**
   * The fate of messages that come after `close()` and before the peer's Close frame, such as
   * answers to what was sent in front of it. With `"deliver"` listeners and loops get them, within
   * `closeTimeoutMs`; so much as `maxQueuedBytes` may wait, and then the peer's Close frame waits, too.
   *
   * @defaultValue `"drop"`, as in browsers
   */
  readonly messagesWhileClosing?: "drop" | "deliver" | undefined;

  /**
   * Pause between Ping frames, or `Infinity` for none (RFC 6455 §5.5.2).
   *
   * @defaultValue 30 000: below the 60 s idle limit common in proxies.
   */
  readonly pingIntervalMs?: number | undefined;

  /**
   * How long a peer may stay silent after a ping; then the connection ends with 1006. While reading is
   * paused, this end reads on for the pong, unless more than 64 KiB wait unread: then nothing ends.
   *
   * @defaultValue 15 000
   */
  readonly pongTimeoutMs?: number | undefined;

  /**
   * permessage-deflate (RFC 7692): `false` never, `true` with the defaults, or how.
   *
   * @defaultValue true
   */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;

  /** `"bytes"` gives text messages as UTF-8 in a Buffer: checked, not decoded. @defaultValue `"string"` */
  readonly textAs?: "string" | "bytes" | undefined;

  /**
   * Gives small binary messages as views of the chunk that was read: a kept message
   * keeps up to 64 KiB. Otherwise they are small Buffers like any of Node's: a few kept
   * of many keep up to 8 KiB (`Buffer.poolSize`) with each; one of 4 KiB and more keeps
   * at most four times its bytes. @defaultValue false
   */
  readonly zeroCopy?: boolean | undefined;

  /**
   * Reads from all sockets into the same 64 KiB, and copies what has to last: faster with small
   * messages, and slower with large ones of which many are on the way to a client. Without
   * effect under TLS, on Windows and on other runtimes than Node. On a server it takes private
   * parts of Node's sockets, and has no effect where those are not as they were: then, and with
   * listeners of your own for "data" on the socket, leave it off. `zeroCopy` has no views of
   * what is read so.
   *
   * @defaultValue true for a client without `zeroCopy`, false for a server
   */
  readonly sharedReads?: boolean | undefined;

  /**
   * Gets what a listener threw, or the rejection of the promise it returned, and which one
   * it was: `"message" listener of a server's connection`. The connection is closed with 1011;
   * nothing else is affected.
   *
   * @defaultValue Node prints a process warning with both, and the stack.
   */
  readonly onHandlerError?: OnHandlerError | undefined;

  /**
   * Sees every frame on the wire, in both directions, when it is complete. Costs time;
   * meant for tools. It must not send. What it throws goes to `onHandlerError`.
   */
  readonly onFrame?: OnFrame | undefined;

  /** Where time comes from. Meant for tests. */
  readonly clock?: Clock | undefined;
}

/** The names of {@link ConnectionOptions}: a new option is a row here. */
export const CONNECTION_OPTIONS: Known<ConnectionOptions> = {
  maxMessageBytes: true,
  maxFragments: true,
  messageTimeoutMs: true,
  maxBufferedBytes: true,
  bufferPolicy: true,
  maxQueuedBytes: true,
  closeTimeoutMs: true,
  messagesWhileClosing: true,
  pingIntervalMs: true,
  pongTimeoutMs: true,
  perMessageDeflate: true,
  textAs: true,
  zeroCopy: true,
  sharedReads: true,
  onHandlerError: true,
  onFrame: true,
  clock: true,
};

/** {@link ConnectionOptions} with nothing left open. */
export type ResolvedConnectionOptions = ConnectionSettings<WebSocketConnection>;

const NAMES: Names<ConnectionOptions> = {
  owner: "a connection",
  known: CONNECTION_OPTIONS,
  advice: CONNECTION_ADVICE,
};

const DEFLATE_DEFAULTS: PerMessageDeflateOptions = {};

const POLICIES: readonly unknown[] = ["wait", "close", "dropNewest", "dropOldest"];

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} An option does not exist or is of the wrong type; the message names it.
 * @throws {RangeError} A number is negative or NaN, a window is not 8 to 15 bits, or a
 *   level is not 1 to 9.
 */
export function resolveConnectionOptions(
  options: ConnectionOptions,
  role: Role,
): ResolvedConnectionOptions {
  checkOptions(options, NAMES);
  return resolveKnownOptions(options, role);
}

/** As {@link resolveConnectionOptions}, for options whose names have been checked: there may be more of them. */
export function resolveKnownOptions(
  options: ConnectionOptions,
  role: Role,
): ResolvedConnectionOptions {
  const { bufferPolicy = "wait", textAs = "string", perMessageDeflate = true } = options;
  const { zeroCopy = false, messagesWhileClosing = "drop" } = options;
  if (!POLICIES.includes(bufferPolicy) && typeof bufferPolicy !== "function") {
    throw new TypeError(`bufferPolicy must be one of ${POLICIES.join(", ")} or a function`);
  }
  if (textAs !== "string" && textAs !== "bytes") {
    throw new TypeError('textAs must be "string" or "bytes"');
  }
  if (messagesWhileClosing !== "drop" && messagesWhileClosing !== "deliver") {
    throw new TypeError('messagesWhileClosing must be "drop" or "deliver"');
  }
  const deflate = perMessageDeflate === true ? DEFLATE_DEFAULTS : perMessageDeflate || undefined;
  if (deflate !== undefined) {
    checkPerMessageDeflate(deflate, role);
  }
  const { maxMessageBytes, maxFragments } = DEFAULT_MESSAGE_LIMITS;
  return {
    limits: {
      maxMessageBytes: limit("maxMessageBytes", options.maxMessageBytes, maxMessageBytes),
      maxFragments: limit("maxFragments", options.maxFragments, maxFragments),
    },
    messageTimeoutMs: limit("messageTimeoutMs", options.messageTimeoutMs, 60_000),
    maxBufferedBytes: limit("maxBufferedBytes", options.maxBufferedBytes, 1_048_576),
    bufferPolicy,
    maxQueuedBytes: limit("maxQueuedBytes", options.maxQueuedBytes, 1_048_576),
    closeTimeoutMs: limit("closeTimeoutMs", options.closeTimeoutMs, 10_000),
    messagesWhileClosing,
    pingIntervalMs: limit("pingIntervalMs", options.pingIntervalMs, 30_000),
    pongTimeoutMs: limit("pongTimeoutMs", options.pongTimeoutMs, 15_000),
    perMessageDeflate: deflate,
    textAs,
    zeroCopy,
    sharedReads: options.sharedReads ?? (role === "client" && !zeroCopy),
    onHandlerError: options.onHandlerError ?? warnOfHandlerError,
    onFrame: options.onFrame,
    clock: options.clock ?? realClock,
  };
}
