/** Options for the end of a server, and their defaults. */
import { checkOptions, limit, type Names } from "../../input/index.js";
import { CloseCode } from "../../protocol/index.js";
import { checkCloseStatus } from "../connection/ending.js";

/** Options of {@link WebSocketServer.shutdown}. */
export interface ShutdownOptions {
  /**
   * How long listeners at work on a message may take to answer, and clients to close. Then the transports
   * are cut. From its Close frame on, a client has no longer than the `closeTimeoutMs` of its
   * connection: to give clients more than 10 s, raise both.
   *
   * @defaultValue 10 000
   */
  readonly deadlineMs?: number | undefined;
  /** The close code: 1001, 1012 (the service restarts) or one of your own. @defaultValue 1001 */
  readonly code?: number | undefined;
  /** At most 123 bytes as UTF-8. @defaultValue `""` */
  readonly reason?: string | undefined;
}

const NAMES: Names<ShutdownOptions> = {
  owner: "shutdown()",
  known: { deadlineMs: true, code: true, reason: true },
};

/** {@link ShutdownOptions}, checked and with defaults. */
export interface ResolvedShutdownOptions {
  readonly deadlineMs: number;
  readonly code: number;
  readonly reason: string;
}

/**
 * Fills in the defaults.
 *
 * @throws {TypeError | RangeError} An option cannot be used.
 */
export function resolveShutdownOptions(options: ShutdownOptions): ResolvedShutdownOptions {
  checkOptions(options, NAMES);
  const { code = CloseCode.GOING_AWAY, reason = "" } = options;
  checkCloseStatus(code, reason);
  return { deadlineMs: limit("deadlineMs", options.deadlineMs, 10_000), code, reason };
}
