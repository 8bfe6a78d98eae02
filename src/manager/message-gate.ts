/**
 * The gate that each message passes before the application gets it: activity, rate limit, check of
 * the first message.
 */
import { atLeast, checkOptions, limit, type Names } from "../input/index.js";
import type { Clock, Message, OnHandlerError, WebSocketConnection } from "../node/index.js";
import { CloseCode } from "../protocol/index.js";
import type { Broadcastable } from "./broadcast.js";
import type { ManagedConnection } from "./roster.js";

/** The limit on messages of one connection. */
export interface RateLimit {
  /** The average over time. */
  readonly messagesPerSecond: number;
  /** The number of messages that may come at once after a pause. @defaultValue `messagesPerSecond`, and at least 1 */
  readonly burst?: number | undefined;
  /**
   * The fate of a message over the limit. No listener gets it. `"close"` closes the connection with
   * 1008, `"drop"` says nothing, and `reply` is sent for each such message.
   *
   * @defaultValue `"close"`, so that a client that does not know of the limit learns of it
   */
  readonly whenExceeded?: "close" | "drop" | { readonly reply: Broadcastable } | undefined;
}

const RATE_LIMIT: Names<RateLimit> = {
  owner: "rateLimit",
  known: { messagesPerSecond: true, burst: true, whenExceeded: true },
  advice: {
    duration: "use messagesPerSecond",
    max: "use messagesPerSecond and burst",
    points: "use messagesPerSecond and burst",
    windowMs: "use messagesPerSecond",
  },
};

/** The check of a connection's first message. */
export interface FirstMessageCheck<Data> {
  /**
   * Time from the opening handshake to the end of the check; then the connection is closed with
   * 1008.
   *
   * @defaultValue 10 000
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Decides whether the message proves who the client is. It may write to `connection.data`. For
   * anything but true the connection is closed with 1008. An error counts as a no and goes to
   * `onHandlerError`: keep the token out of it.
   */
  readonly check: (
    message: Message,
    connection: WebSocketConnection<Data>,
  ) => boolean | Promise<boolean>;
}

const FIRST_MESSAGE_CHECK: Names<FirstMessageCheck<unknown>> = {
  owner: "authenticateFirst",
  known: { check: true, deadlineMs: true },
  advice: { timeoutMs: "use deadlineMs" },
};

/** {@link FirstMessageCheck} with nothing left open. */
export type ResolvedFirstMessageCheck<Data> = FirstMessageCheck<Data> & {
  readonly deadlineMs: number;
};

interface MessageGateOptions<Data> {
  readonly clock: Clock;
  readonly rate: Rate | undefined;
  readonly whenExceeded: NonNullable<RateLimit["whenExceeded"]>;
  readonly check: FirstMessageCheck<Data>["check"] | undefined;
  readonly onHandlerError: OnHandlerError;
  readonly onLimited: (
    managed: ManagedConnection<Data>,
    action: "close" | "drop" | "reply",
  ) => void;
  /** Called when the check has passed. The second message waits for the promise, if there is one. */
  readonly onAuthenticated: (managed: ManagedConnection<Data>) => Promise<void> | undefined;
}

export class MessageGate<Data> {
  readonly #options: MessageGateOptions<Data>;

  constructor(options: MessageGateOptions<Data>) {
    this.#options = options;
  }

  /** Puts the gate before the listeners of a connection. */
  watch(managed: ManagedConnection<Data>): void {
    const { clock, rate } = this.#options;
    const bucket = rate && new TokenBucket(rate, clock.now());
    managed.connection.messageGuard = (message) => {
      const now = clock.now();
      managed.lastActiveAt = now;
      if (bucket !== undefined && !bucket.take(now)) return this.#exceeded(managed);
      return managed.isAuthenticated || this.#authenticate(managed, message);
    };
  }

  #exceeded(managed: ManagedConnection<Data>): false {
    const { whenExceeded, onLimited, rate } = this.#options;
    const { connection } = managed;
    if (whenExceeded === "close") {
      const limit = `messagesPerSecond ${rate?.perSecond}, burst ${rate?.burst}`;
      connection.close(CloseCode.POLICY_VIOLATION, `Rate limit exceeded: ${limit}`);
    } else if (whenExceeded !== "drop") connection.send(whenExceeded.reply);
    onLimited(managed, typeof whenExceeded === "string" ? whenExceeded : "reply");
    return false;
  }

  /** @returns A promise of false: no listener gets the first message. */
  async #authenticate(managed: ManagedConnection<Data>, message: Message): Promise<false> {
    const { check, onHandlerError, onAuthenticated } = this.#options;
    const { connection } = managed;
    let isWelcome: unknown;
    try {
      isWelcome = await check?.(message, connection);
    } catch (error) {
      onHandlerError(error, "authenticateFirst.check");
    }
    if (!managed.isOpen) return false;
    if (isWelcome === true) await onAuthenticated(managed);
    else connection.close(CloseCode.POLICY_VIOLATION, "Authentication failed");
    return false;
  }
}

/** The rate of a {@link TokenBucket}. */
export interface Rate {
  readonly perSecond: number;
  /** The number that may come at once after a pause. */
  readonly burst: number;
}

/** Limits an average rate: tokens come with time, and each message takes one. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** The bucket is full at first. @param now - In milliseconds, from any origin. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** Takes a token. @returns Whether there was one. */
  take(now: number): boolean {
    const { perSecond, burst } = this.#rate;
    const filled = ((now - this.#filledAt) / 1_000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(filled, 0));
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/** @throws {TypeError | RangeError} An option cannot be used. */
export function rateOf(rateLimit: RateLimit): Rate {
  checkOptions(rateLimit, RATE_LIMIT);
  const { messagesPerSecond, burst } = rateLimit;
  const perSecond = atLeast(0, "rateLimit.messagesPerSecond", messagesPerSecond);
  return { perSecond, burst: atLeast(1, "rateLimit.burst", burst ?? Math.max(perSecond, 1)) };
}

/** @throws {TypeError | RangeError} An option cannot be used. */
export function checkOf<Data>(options: FirstMessageCheck<Data>): ResolvedFirstMessageCheck<Data> {
  checkOptions(options, FIRST_MESSAGE_CHECK);
  const { check, deadlineMs } = options;
  if (typeof check !== "function") throw new TypeError("authenticateFirst.check is a function");
  return { check, deadlineMs: limit("authenticateFirst.deadlineMs", deadlineMs, 10_000) };
}
