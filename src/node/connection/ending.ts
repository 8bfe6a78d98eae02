/** How the end of a connection is told. */
import type { Timer } from "../../input/index.js";
import { CloseCode, serializeClosePayload } from "../../protocol/index.js";
import { nodePlatform } from "../platform.js";
import type { CloseInfo, ConnectionEvents } from "./events.js";
import type { Incoming } from "./incoming.js";
import type { Driver } from "./driver.js";
import type { ConnectionSettings } from "./setup.js";

/** What {@link Ending} asks of the connection that ends. */
export interface EndingOwner {
  readonly driver: Pick<Driver, "core" | "error" | "wasAllWritten">;
  readonly incoming: Incoming;
  /** The first error of a listener. It is told in place of an error of the transport. */
  readonly handlerError: Error | undefined;
  /** Whether this end has closed. Then `close` does not wait for `resume()`. */
  readonly isClosing: boolean;
  readonly hasListener: (name: "close") => boolean;
  readonly tell: (name: "close", info: CloseInfo) => void;
  readonly options: Pick<ConnectionSettings, "clock" | "closeTimeoutMs">;
}

/** The values of the events of the end that have been told. */
type Told = { readonly [Name in keyof ConnectionEvents]?: ConnectionEvents[Name] };

/**
 * Decides when `close` is told: see {@link ConnectionEvents.close}. Made when the transport has
 * ended, or when {@link closed} is asked for.
 */
export class Ending {
  readonly #owner: EndingOwner;
  #told: Told = {};
  #closed: Promise<CloseInfo> | undefined;
  #resolve: ((info: CloseInfo) => void) | undefined;
  /** Runs while `close` waits for a listener, or for the body of a loop. */
  #patience: Timer | undefined;
  /** Calls of listeners that were added when their event was over. */
  #late: (() => void)[] | undefined;

  constructor(owner: EndingOwner) {
    this.#owner = owner;
  }

  /** Whether the transport has ended. */
  get hasEnded(): boolean {
    return this.#told.end !== undefined;
  }

  /** As {@link WebSocketConnection.closed}. */
  get closed(): Promise<CloseInfo> {
    if (this.#closed !== undefined) return this.#closed;
    this.#closed = new Promise((resolve) => {
      const [info] = this.#told.close ?? [];
      if (info === undefined) this.#resolve = resolve;
      else resolve(info);
    });
    if (this.hasEnded) this.#owner.incoming.goOnSoon();
    return this.#closed;
  }

  /** The values that listeners of this event were told. */
  told<Name extends keyof ConnectionEvents>(name: Name): ConnectionEvents[Name] | undefined {
    return this.#told[name];
  }

  /** The transport has ended. */
  end(): CloseInfo {
    const info = this.#outcome();
    this.#told = { end: [info] };
    return info;
  }

  /**
   * Tells `close`, unless something has to come before it, or it has been told. A listener, the guard
   * or the body of a loop may be at work on one message for `closeTimeoutMs`. Code that takes longer
   * may never end, so `close` does not wait for it.
   */
  settle(): void {
    this.#patience?.cancel();
    this.#patience = undefined;
    if (this.#told.close !== undefined) return;
    if (this.#isDue()) this.#tellClose();
    else if (this.#owner.incoming.isHandling) {
      const { clock, closeTimeoutMs } = this.#owner.options;
      this.#patience = clock.setTimer(() => this.#tellClose(), closeTimeoutMs);
    }
  }

  #isDue(): boolean {
    const { driver, incoming } = this.#owner;
    if (incoming.isAnswering) return false;
    const isRead = driver.core.unreadBytes === 0 && !driver.core.isDecoding;
    if (isRead && incoming.isEmpty) return true;
    const isClaimed = incoming.hasConsumer || (incoming.isPaused && !this.#owner.isClosing);
    const isAwaited = this.#owner.hasListener("close") || this.#closed !== undefined;
    return !isClaimed && isAwaited;
  }

  #tellClose(): void {
    const { driver, incoming } = this.#owner;
    const hasListener = this.#owner.hasListener("close");
    const info = this.#outcome();
    driver.core.discard();
    // A loop may still take what waits, but not behind a listener that was told of the end.
    if (hasListener) incoming.clear();
    incoming.end();
    this.#told = { ...this.#told, close: [info] };
    this.#resolve?.(info);
    this.#owner.tell("close", info);
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

  /** Clean when both Close frames went their way (RFC 6455 §7.1.4). */
  #outcome(): CloseInfo {
    const { driver, handlerError, incoming } = this.#owner;
    const { receivedClose: received, sentClose: sent } = driver.core;
    const { code, reason } = received ?? { code: CloseCode.ABNORMAL_CLOSURE, reason: "" };
    const wasClean = received !== undefined && sent !== undefined && driver.wasAllWritten;
    const error = handlerError ?? driver.error;
    const { unreadMessages } = incoming;
    return { code, reason, wasClean, error, received, sent, unreadMessages };
  }
}

/**
 * Checks what connections are to be closed with, before there are any.
 *
 * @throws {RangeError} The code may not be sent, or the reason is over 123 bytes as UTF-8.
 */
export function checkCloseStatus(code: number, reason: string): void {
  if (code === CloseCode.NO_STATUS_RCVD) {
    throw new RangeError(
      "close code 1005 may not be sent: it stands for a Close frame without one",
    );
  }
  serializeClosePayload({ code, reason }, nodePlatform);
}
