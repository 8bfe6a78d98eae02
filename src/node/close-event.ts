import type { CloseStatus } from "../protocol/index.js";

/** How a connection ended. */
export interface CloseInfo {
  /** What the peer's Close frame said; 1005 when it had no code, 1006 when none came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** What the peer gave as its reason; `""` without one. */
  readonly reason: string;
  /** Both Close frames went their way before the transport ended (§7.1.4). */
  readonly wasClean: boolean;
  /** What went wrong: a ProtocolError, an error of the transport or of a listener. */
  readonly error: Error | undefined;
  /** The peer's Close frame. */
  readonly received: CloseStatus | undefined;
  /** Our Close frame. */
  readonly sent: CloseStatus | undefined;
  /**
   * Messages that had arrived and that nobody took: dropped, because nobody listened for messages
   * when the transport ended, or by `terminate()`. Bytes that were no whole message yet do not count.
   */
  readonly unreadMessages: number;
}
