import type { CloseAllOptions } from "../cluster/index.js";
import type { Clock, WebSocketConnection } from "../node/index.js";
import { CloseCode, isValidOnWire } from "../protocol/index.js";
import { limit } from "./manager-options.js";

/** What a Close frame has room for behind the code (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/**
 * Starts the closing handshake of all, and cuts those that take longer than the deadline.
 *
 * @returns Resolves when all have ended.
 * @throws {TypeError | RangeError} An option cannot be used (as a rejection). Nothing was closed.
 */
export async function closeAll(
  connections: readonly Pick<WebSocketConnection, "close" | "terminate" | "closed">[],
  clock: Clock,
  { deadlineMs, code = CloseCode.GOING_AWAY, reason = "" }: CloseAllOptions,
): Promise<void> {
  const delayMs = limit("deadlineMs", deadlineMs, 10_000);
  if (!isValidOnWire(code)) throw new RangeError(`the close code ${code} may not be sent`);
  if (new TextEncoder().encode(reason).length > MAX_REASON_BYTES) {
    throw new RangeError(`the reason has more than ${MAX_REASON_BYTES} bytes as UTF-8`);
  }
  for (const connection of connections) connection.close(code, reason);
  const timer = clock.setTimer(() => {
    for (const connection of connections) connection.terminate();
  }, delayMs);
  await Promise.all(connections.map(({ closed }) => closed));
  timer.cancel();
}
