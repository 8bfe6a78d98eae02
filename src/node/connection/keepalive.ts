/** Watches whether the peer is still there. */
import type { Timer } from "../platform.js";
import type { ConnectionSettings } from "./setup.js";
import { type Waiter, SharedTimeout } from "./shared-timeout.js";

/** What {@link Keepalive} asks of the connection that it watches. */
export interface KeepaliveOwner {
  readonly sendPing: () => void;
  /** Reads on while reading is paused, so that the pong can arrive, where that costs little memory. */
  readonly listen: () => void;
  /** How much of what was written waits for the peer. When it shrinks, the peer reads. */
  readonly queuedBytes: () => number;
  /**
   * Whether silence would be this end's own doing: nothing is being read, and not because the peer
   * does not read either.
   */
  readonly isReadingPaused: () => boolean;
  /** Called once: the peer has not been heard of in time. */
  readonly onSilence: () => void;
}

type KeepaliveTimes = Pick<ConnectionSettings, "clock" | "pingIntervalMs" | "pongTimeoutMs">;

/**
 * Finds out whether the peer is still there (RFC 6455 §5.5.2): a ping at each
 * interval, and any sign of life within the timeout. The pings also keep proxies
 * from cutting an idle connection.
 */
export class Keepalive implements Waiter {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  timeout: SharedTimeout | undefined = undefined;
  dueMs = 0;
  readonly #options: KeepaliveTimes;
  readonly #owner: KeepaliveOwner;
  /** For the pong. */
  #timer: Timer | undefined;
  #isHeard = false;
  /** When the ping was sent. */
  #queuedBytes = 0;

  constructor(options: KeepaliveTimes, owner: KeepaliveOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#wait();
  }

  /** The peer has sent something, or read something. */
  heard(): void {
    this.#isHeard = true;
  }

  /** Ends it. Calling it again does nothing. */
  stop(): void {
    this.timeout?.remove(this);
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    const { clock, pingIntervalMs } = this.#options;
    SharedTimeout.of(clock, pingIntervalMs).add(this);
  }

  /** It is time for a ping. */
  onDue(): void {
    const { clock, pongTimeoutMs } = this.#options;
    this.#isHeard = false;
    // Behind a stalled event loop the answer may be here already, and not be read
    // yet: input is read before a timer that starts now.
    const judgeSoon = (): void => void (this.#timer = clock.setTimer(() => this.#judge(), 0));
    this.#timer = clock.setTimer(judgeSoon, pongTimeoutMs);
    this.#owner.sendPing();
    this.#queuedBytes = this.#owner.queuedBytes();
    this.#owner.listen();
  }

  #judge(): void {
    this.#timer = undefined;
    const owner = this.#owner;
    // The ping may wait behind a long message, which the peer is still reading.
    const hasRead = owner.queuedBytes() < this.#queuedBytes;
    if (this.#isHeard || hasRead || owner.isReadingPaused()) this.#wait();
    else this.#owner.onSilence();
  }
}
