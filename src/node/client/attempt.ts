/** What an attempt to connect has open, and when it is given up. */
import type { Duplex } from "node:stream";
import { HandshakeError } from "../../protocol/index.js";
import type { Clock, Timer } from "../clock.js";

export interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One attempt to connect. It owns the transports that are opened for it: they are
 * destroyed as soon as it fails, is aborted, or takes too long.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #transports = new Set<Duplex>();
  #timer: Timer | undefined;
  #isOver = false;
  #reject!: (error: unknown) => void;

  /** Makes the error for when time is up. */
  timeoutError: () => HandshakeError = () =>
    new HandshakeError("TIMEOUT", { limit: this.#options.timeoutMs });

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Does `work`, unless the signal has aborted. Call it once. @throws {HandshakeError} */
  run<T>(work: () => Promise<T>): Promise<T> {
    const { clock, signal, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (signal?.aborted === true) {
        this.#onAbort();
        return;
      }
      signal?.addEventListener("abort", this.#onAbort);
      this.#timer = clock.setTimer(() => this.#fail(this.timeoutError()), timeoutMs);
      work().then(resolve, (error: unknown) => this.#fail(error));
    });
  }

  /**
   * Takes over a transport. It may fail at any time from now on without harm.
   *
   * @throws {Error} The attempt is over, and so is the transport. Nobody waits for this error.
   */
  own<T extends Duplex>(transport: T): T {
    // Stays for good: a socket can fail while nothing else listens, between two steps or under TLS.
    transport.on("error", () => {});
    if (this.#isOver) {
      transport.destroy();
      throw new Error("the attempt is over");
    }
    this.#transports.add(transport);
    return transport;
  }

  /** To be called before a further step. @throws {Error} The attempt is over. Nobody waits for this error. */
  goOn(): void {
    if (this.#isOver) throw new Error("the attempt is over");
  }

  /** Destroys what is open, to begin again elsewhere. */
  restart(): void {
    for (const transport of this.#transports) transport.destroy();
    this.#transports.clear();
  }

  /** The connection is open: from now on the attempt has no effect on it. */
  succeeded(): void {
    this.#end();
    this.#transports.clear();
  }

  readonly #onAbort = (): void => {
    this.#fail(new HandshakeError("ABORTED", { cause: this.#options.signal?.reason }));
  };

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.restart();
    this.#reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}
