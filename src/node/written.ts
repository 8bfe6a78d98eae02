/** Tells when what was sent is with the operating system. */
import { Queue } from "../protocol/index.js";
import { isPromise } from "../input/index.js";
import type { Link } from "./link.js";
import { TransportError } from "./transport-error.js";

/** Told once: without an error when a message is with the operating system, else why it never will be. */
export type OnWritten = (error?: Error) => unknown;

/** What {@link WebSocketConnection.send}, `ping` and `pong` take besides what a message is. */
export interface WrittenOptions {
  /**
   * Called once when the message is with the operating system: then its bytes may be changed. It
   * gets an error when that will never be: the connection ended first or was not open, or
   * `bufferPolicy` dropped the message. Never called inside the call that it was given to; and for
   * messages that go out, in their order. Not called when that call throws.
   *
   * It may fail like a listener: see `onHandlerError`.
   */
  readonly onWritten?: OnWritten | undefined;
}

/** The error for what will not be written. @param what - Why. */
export function notWritten(what: string, cause?: Error): TransportError {
  return new TransportError("NOT_WRITTEN", { what }, { cause });
}

/** Places in the output, and who is told when all in front of them has been written. */
export class Written {
  readonly #link: Pick<Link, "core" | "writer">;
  readonly #failed: (error: unknown) => void;
  readonly #marks = new Queue<{ readonly position: number; readonly tell: OnWritten }>();
  /** What comes behind a message that a codec works on elsewhere: where that ends is not known yet. */
  #held: OnWritten[] = [];

  /** @param failed - Gets what somebody who was told has thrown. */
  constructor(link: Pick<Link, "core" | "writer">, failed: (error: unknown) => void) {
    this.#link = link;
    this.#failed = failed;
  }

  /** Whether all have been told. */
  get isEmpty(): boolean {
    return this.#marks.length === 0 && this.#held.length === 0;
  }

  /** Calls `tell` when all that the protocol has been given so far is written. Nothing may follow it while {@link mustHold}. */
  mark(tell: OnWritten): void {
    if (this.#link.core.isEncoding) {
      this.#held.push(tell);
      this.#link.writer.watch();
    } else this.markFrame(tell);
  }

  /** As {@link mark}, for a control frame, which waits for no codec. */
  markFrame(tell: OnWritten): void {
    const { writer } = this.#link;
    this.#marks.push({ position: writer.position, tell });
    writer.watch();
  }

  /** Whether what somebody waits for ends where a codec has not got yet. */
  mustHold(): boolean {
    if (this.#held.length === 0) return false;
    const { core } = this.#link;
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

  /** Nothing will be written any more. @param waiting - Who comes behind those who are here. */
  end(waiting: readonly OnWritten[], error: Error): void {
    const marked = Array.from(this.#marks.places(), ({ value }) => value.tell);
    this.#marks.clear();
    for (const tell of [...marked, ...this.#takeHeld(), ...waiting]) this.#tell(tell, error);
  }

  /** Tells soon, for this is inside a call of the application's. */
  tellSoon(tell: OnWritten, error?: Error): void {
    queueMicrotask(() => this.#tell(tell, error));
  }

  #tell(tell: OnWritten, error?: Error): void {
    try {
      const result = error === undefined ? tell() : tell(error);
      if (isPromise(result)) result.then(undefined, this.#failed);
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
