/** How a connection ends, as far as it has been told, and who wants to know. */
import { CloseCode } from "../protocol/index.js";
import type { CloseInfo } from "./close-event.js";
import type { ConnectionEvents } from "./connection-events.js";
import type { Link } from "./link.js";

/** What the events of the end had to say, once they have been told. */
type Told = { readonly [Name in keyof ConnectionEvents]?: ConnectionEvents[Name] };

/** Made when the transport has ended, or somebody asks for the end. */
export class Ending {
  #told: Told = {};
  #closed: Promise<CloseInfo> | undefined;
  #resolve: ((info: CloseInfo) => void) | undefined;
  /** Calls of listeners that came when their event was over. */
  #late: (() => void)[] | undefined;

  /** Whether the transport has ended. */
  get hasEnded(): boolean {
    return this.#told.end !== undefined;
  }

  /** Whether `close` has been told. */
  get isOver(): boolean {
    return this.#told.close !== undefined;
  }

  /** Whether somebody has asked for {@link closed}. */
  get isAwaited(): boolean {
    return this.#closed !== undefined;
  }

  /** As {@link WebSocketConnection.closed}. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Promise((resolve) => {
      const [info] = this.#told.close ?? [];
      if (info === undefined) this.#resolve = resolve;
      else resolve(info);
    });
    return this.#closed;
  }

  /** What was told under this name before. */
  told<Name extends keyof ConnectionEvents>(name: Name): ConnectionEvents[Name] | undefined {
    return this.#told[name];
  }

  /** The transport has ended. */
  end(info: CloseInfo): void {
    this.#told = { end: [info] };
  }

  /** `close` is told now. */
  close(info: CloseInfo): void {
    this.#told = { ...this.#told, close: [info] };
    this.#resolve?.(info);
  }

  /** Keeps a call for {@link callLate}. */
  later(call: () => void): void {
    (this.#late ??= []).push(call);
  }

  callLate(): void {
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) for (const call of late) call();
  }
}

/**
 * How it ended: clean when both Close frames went their way (RFC 6455 §7.1.4).
 *
 * @param cause - Comes before what went wrong on the link.
 */
export function outcomeOf(
  { core, error, wasAllWritten }: Pick<Link, "core" | "error" | "wasAllWritten">,
  cause: Error | undefined,
  unreadMessages: number,
): CloseInfo {
  const { receivedClose: received, sentClose: sent } = core;
  const { code, reason } = received ?? { code: CloseCode.ABNORMAL_CLOSURE, reason: "" };
  const wasClean = received !== undefined && sent !== undefined && wasAllWritten;
  return { code, reason, wasClean, error: cause ?? error, received, sent, unreadMessages };
}
