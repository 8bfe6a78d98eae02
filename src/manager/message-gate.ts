/** What each message passes before the application gets it: the clock, the rate limit, the first message's check. */
import type { Clock, Message, WebSocketConnection } from "../node/index.js";
import { CloseCode } from "../protocol/index.js";
import type { Broadcastable } from "./broadcast.js";
import type { ManagedConnection } from "./managed-connection.js";

/** How many messages a connection may send. */
export interface RateLimit {
  /** On average. */
  readonly messagesPerSecond: number;
  /** At once, after a pause. @defaultValue `messagesPerSecond`, and at least 1 */
  readonly burst?: number | undefined;
  /**
   * What becomes of a message over the limit. No listener gets it. `"close"` closes with
   * 1008; `"drop"` says nothing; `reply` is sent for each of them.
   *
   * @defaultValue `"close"`: whoever does not expect a limit is not left to guess
   */
  readonly whenExceeded?: "close" | "drop" | { readonly reply: Broadcastable } | undefined;
}

/** What a connection has to say first. */
export interface FirstMessageCheck<Data> {
  /** How long it has from the opening handshake to the end of the check; then 1008. @defaultValue 10 000 */
  readonly deadlineMs?: number | undefined;
  /**
   * Says whether the message proves who the client is; it may write to `connection.data`.
   * Anything but true is a no: 1008. So is an error, which goes to `onHandlerError`: keep
   * the token out of it.
   */
  readonly check: (
    message: Message,
    connection: WebSocketConnection<Data>,
  ) => boolean | Promise<boolean>;
}

export interface MessageGateOptions<Data> {
  readonly clock: Clock;
  readonly rate: Rate | undefined;
  readonly whenExceeded: NonNullable<RateLimit["whenExceeded"]>;
  readonly check: FirstMessageCheck<Data>["check"] | undefined;
  readonly onHandlerError: (error: unknown) => void;
  readonly onLimited: (
    managed: ManagedConnection<Data>,
    action: "close" | "drop" | "reply",
  ) => void;
  /** The promise, if there is one, keeps the second message waiting. */
  readonly onAuthenticated: (managed: ManagedConnection<Data>) => Promise<void> | undefined;
}

export class MessageGate<Data> {
  readonly #options: MessageGateOptions<Data>;

  constructor(options: MessageGateOptions<Data>) {
    this.#options = options;
  }

  /** From now on, messages of the connection reach its listeners through the gate. */
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
    const { whenExceeded, onLimited } = this.#options;
    const { connection } = managed;
    if (whenExceeded === "close") {
      connection.close(CloseCode.POLICY_VIOLATION, "Rate limit exceeded");
    } else if (whenExceeded !== "drop") connection.send(whenExceeded.reply);
    onLimited(managed, typeof whenExceeded === "string" ? whenExceeded : "reply");
    return false;
  }

  /** @returns False, in time: the message is for nobody else. */
  async #authenticate(managed: ManagedConnection<Data>, message: Message): Promise<false> {
    const { check, onHandlerError, onAuthenticated } = this.#options;
    const { connection } = managed;
    let isWelcome: unknown;
    try {
      isWelcome = await check?.(message, connection);
    } catch (error) {
      onHandlerError(error);
    }
    if (!managed.isOpen) return false;
    if (isWelcome === true) await onAuthenticated(managed);
    else connection.close(CloseCode.POLICY_VIOLATION, "Authentication failed");
    return false;
  }
}

/** What a {@link TokenBucket} lets through. */
export interface Rate {
  readonly perSecond: number;
  /** So many may come at once, after a pause. */
  readonly burst: number;
}

/** Lets so many through in a second, on average: it fills with time, and each that passes takes one out. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** Begins full. @param now - In milliseconds, from any origin. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** @returns Whether there was one to take. */
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
