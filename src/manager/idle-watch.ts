import type { Clock, Timer } from "../node/index.js";
import type { ManagedConnection } from "./managed-connection.js";

/**
 * Calls `onIdle` once no message has come for `idleTimeoutMs`. A timer is not set anew for
 * each message, but when it fires too early; a connection whose listener is at work is not idle.
 *
 * @returns What ends the watch.
 */
export function watchIdle<Data>(
  managed: ManagedConnection<Data>,
  { clock, idleTimeoutMs }: { readonly clock: Clock; readonly idleTimeoutMs: number },
  onIdle: () => void,
): () => void {
  let timer: Timer;
  const check = (): void => {
    if (managed.connection.isHandling) managed.lastActiveAt = clock.now();
    const restMs = managed.lastActiveAt + idleTimeoutMs - clock.now();
    if (restMs <= 0) onIdle();
    else timer = clock.setTimer(check, restMs);
  };
  timer = clock.setTimer(check, idleTimeoutMs);
  return () => timer.cancel();
}
