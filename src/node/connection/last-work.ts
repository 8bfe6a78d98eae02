/** A close that waits for listeners at work: their answers go out in front of the Close frame. */
import { checkOptions, limit, type Names } from "../../input/index.js";
import type { Clock, Timer } from "../platform.js";
import type { Incoming } from "./incoming.js";

/** How {@link WebSocketConnection.close} closes. */
export interface CloseOptions {
  /**
   * How long the Close frame waits, at most, for `message` listeners whose promise is pending, the
   * body of a loop, and listeners of `stopping`. Meanwhile the connection is open, so that they can
   * answer, and no other message is delivered. With 0 it does not wait. It does not wait either when
   * a listener calls `close()` before it awaits anything, because it would wait for itself.
   *
   * @defaultValue 0: most callers of `close()` have nothing more to say
   */
  readonly waitForHandlerMs?: number | undefined;
}

const NAMES: Names<CloseOptions> = { owner: "close()", known: { waitForHandlerMs: true } };

/** @throws {TypeError | RangeError} An option does not exist, or cannot be used. */
export function waitForHandlerMs(options: CloseOptions): number {
  checkOptions(options, NAMES);
  return limit("waitForHandlerMs", options.waitForHandlerMs, 0);
}

/** What {@link LastWork} asks of the connection whose close waits. */
export interface LastWorkOwner {
  readonly incoming: Pick<Incoming, "isHandling" | "start" | "stop">;
  readonly close: (code: number | undefined, reason: string) => void;
  /** Tells listeners of `stopping`. Returns a promise while they are not ready. */
  readonly askToStop: () => Promise<void> | undefined;
}

/** The close that is sent when no listener is at work any more, or after `waitMs`. */
export interface DelayedClose {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly code: number | undefined;
  readonly reason: string;
}

/** One close that waits. Made when it is asked for. */
export class LastWork {
  readonly #owner: LastWorkOwner;
  readonly #options: DelayedClose;
  readonly #timer: Timer;
  #isReady = false;

  /** Stops the delivery of messages. */
  constructor(owner: LastWorkOwner, options: DelayedClose) {
    this.#owner = owner;
    this.#options = options;
    this.#timer = options.clock.setTimer(() => this.close(), options.waitMs);
    owner.incoming.stop();
    void this.#begin();
  }

  /** Closes if no listener is at work any more. Call it when a listener may have finished. */
  check(): void {
    if (this.#isReady && !this.#owner.incoming.isHandling) this.close();
  }

  /** Closes at once. */
  close(): void {
    this.#owner.close(this.#options.code, this.#options.reason);
  }

  /** Call when the connection closes, or has ended. Goes on with the delivery. */
  end(): void {
    this.#isReady = false;
    this.#timer.cancel();
    this.#owner.incoming.start();
  }

  /** No listener is called before the call that closes has returned. */
  async #begin(): Promise<void> {
    await Promise.resolve();
    await this.#owner.askToStop();
    this.#isReady = true;
    this.check();
  }
}
