/** Tells when what was sent is with the operating system. */
import { type ProtocolConnection, Queue } from "../../protocol/index.js";
import { isPromise, takeRejection } from "../../input/index.js";
import { TransportError } from "./transport-error.js";
import type { TransportWriter } from "./writer.js";

/** Called once: without an error when the operating system has a message, with one when it never will. */
export type OnWritten = (error?: Error) => unknown;

/** The options of {@link WebSocketConnection.send}, `ping` and `pong` that every message and frame has. */
export interface WrittenOptions {
  /**
   * Called once, when the operating system has the message. From then on its bytes may be changed.
   * The argument is an error when that will never be: the connection ended first or was not open, or
   * `bufferPolicy` dropped the message. It is never called before the method returns, and not at all
   * when the method throws. Callbacks of messages that go out come in the order of the messages.
   *
   * An error that it throws is treated as an error of a listener: see `onHandlerError`.
   */
  readonly onWritten?: OnWritten | undefined;
}

/** The error for what will not be written. @param what - Why. */
export function notWritten(what: string, cause?: Error): TransportError {
  return new TransportError("NOT_WRITTEN", { what }, { cause });
}

/** Places in the output, each with what to call when all in front of it has been written. */
export class Written {
  readonly #core: ProtocolConnection;
  readonly #writer: TransportWriter;
  readonly #failed: (error: unknown) => void;
  readonly #marks = new Queue<{ readonly position: number; readonly tell: OnWritten }>();
  /** Callbacks of a message that a codec works on elsewhere. Their place in the output is not known yet. */
  #held: OnWritten[] = [];

  /** @param failed - Gets what a callback has thrown. */
  constructor(core: ProtocolConnection, writer: TransportWriter, failed: (error: unknown) => void) {
    this.#core = core;
    this.#writer = writer;
    this.#failed = failed;
  }

  /** Whether all callbacks have been called. */
  get isEmpty(): boolean {
    return this.#marks.length === 0 && this.#held.length === 0;
  }

  /** Calls `tell` when all that the protocol has been given so far is written. While {@link mustHold}, give it nothing more. */
  mark(tell: OnWritten): void {
    if (this.#core.isEncoding) {
      this.#held.push(tell);
      this.#writer.watch();
    } else this.markFrame(tell);
  }

  /** As {@link mark}, for a control frame, which waits for no codec. */
  markFrame(tell: OnWritten): void {
    this.#marks.push({ position: this.#writer.position, tell });
    this.#writer.watch();
  }

  /** Whether a callback waits for a codec. When the codec is done, this gives the callback its place. */
  mustHold(): boolean {
    if (this.#held.length === 0) return false;
    const core = this.#core;
    if (core.isEncoding) return true;
    for (const tell of this.#takeHeld()) {
      if (core.hasLost) this.tellSoon(tell, notWritten("it could not be compressed"));
      else this.markFrame(tell);
    }
    return false;
  }

  /** All up to `position` has been written. */
  reach(position: number): void {
    for (let mark = this.#marks.first; mark !== undefined; mark = this.#marks.first) {
      if (mark.position > position) return;
      this.#marks.shift();
      this.#tell(mark.tell);
    }
  }

  /** All that has been given to the transport is written, and it is destroyed next. */
  reachAll(): void {
    for (const { value } of this.#marks.places()) this.tellSoon(value.tell);
    this.#marks.clear();
  }

  /** Nothing will be written any more. @param waiting - Callbacks of what has not been framed. */
  end(waiting: readonly OnWritten[], error: Error): void {
    const marked = Array.from(this.#marks.places(), ({ value }) => value.tell);
    this.#marks.clear();
    for (const tell of [...marked, ...this.#takeHeld(), ...waiting]) this.#tell(tell, error);
  }

  /** Calls `tell` in a microtask: the application may be in the middle of a call to us. */
  tellSoon(tell: OnWritten, error?: Error): void {
    queueMicrotask(() => this.#tell(tell, error));
  }

  #tell(tell: OnWritten, error?: Error): void {
    try {
      const result = error === undefined ? tell() : tell(error);
      if (isPromise(result)) void takeRejection(result, this.#failed);
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #takeHeld(): OnWritten[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
