/** Writes the output of the protocol core to the transport. */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ProtocolConnection } from "../../protocol/index.js";
import { attempt, failTransport } from "./transport-user.js";

/** From this many bytes on, to collect more for one write wins nothing. */
const FLUSH_AT_BYTES = 64 * 1024;

/** What {@link TransportWriter} tells the driver that writes with it. */
export interface WriterOwner {
  /** All up to `position` is with the operating system; told after {@link TransportWriter.watch}. */
  readonly onWritten: (position: number) => void;
}

/**
 * Carries the core's output to the transport, in as few writes as possible: all
 * that is sent while one chunk of input is handled, or in one turn of the event
 * loop, goes out together. While the transport is full the output stays in the
 * core, where it takes the least memory.
 */
export class TransportWriter {
  readonly #transport: Duplex;
  readonly #core: ProtocolConnection;
  readonly #owner: WriterOwner;
  #isCorked = false;
  #isScheduled = false;
  #isEnding = false;
  #isWatched = false;

  /** The caller has to call {@link flush} when the transport has drained. */
  constructor(transport: Duplex, core: ProtocolConnection, owner: WriterOwner) {
    this.#transport = transport;
    this.#core = core;
    this.#owner = owner;
  }

  /** Bytes that the operating system has not taken yet. */
  get bufferedBytes(): number {
    return this.#core.unsentBytes + this.#transport.writableLength;
  }

  /** Where the next frame begins, in bytes since the opening handshake. What a codec works on elsewhere comes later. */
  get position(): number {
    const { sent, unsentBytes, budget } = this.#core;
    return sent.transportBytes + unsentBytes - budget.outputBytes - budget.encodingBytes;
  }

  /** Whether all in front of {@link position} is with the operating system for certain. */
  get isAllWritten(): boolean {
    const { writableLength, destroyed } = this.#transport;
    return this.#isAllTaken() && writableLength === 0 && !destroyed;
  }

  /** From now on tells the owner when output has been written, that which was sent before included. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    // Writes without a callback tell nothing, so an empty write behind them tells of them.
    const { writableLength, writable } = this.#transport;
    if (this.#isAllTaken() && writableLength > 0 && writable) this.#write([NOTHING]);
  }

  /** Tells the owner nothing of output that is written from now on. */
  unwatch(): void {
    this.#isWatched = false;
  }

  /** Holds output back until {@link uncork}. */
  cork(): void {
    this.#isCorked = true;
  }

  uncork(): void {
    this.#isCorked = false;
    this.flush();
  }

  /** Makes sure that what has been sent goes out, at the end of this turn at the latest. */
  schedule(): void {
    const { unsentBytes } = this.#core;
    // A transport in memory can give its output to the other end at once, and bring back the answer,
    // but no listener may be called before `send` returns.
    if (unsentBytes >= FLUSH_AT_BYTES && this.#transport instanceof Socket) this.flush();
    else if (unsentBytes > 0 && !this.#isCorked && !this.#isScheduled) {
      this.#isScheduled = true;
      flushSoon(this);
    }
  }

  /** Does what {@link schedule} has promised. */
  flushScheduled(): void {
    this.#isScheduled = false;
    this.flush();
  }

  /** Writes all output, unless the transport is full: then it is written when the transport has drained. */
  flush(): void {
    const transport = this.#transport;
    // Output that cannot be written any more counts as unsent, and stays in the core.
    if (transport.writableNeedDrain || !transport.writable) return;
    this.#write(this.#core.takeOutput());
    // To end it again would make an error, stack and all, that is seen by nobody.
    const isOut = this.#isEnding && this.#core.unsentBytes === 0;
    if (isOut) attempt(transport, () => transport.end());
  }

  /**
   * Writes all output, corked or not. The transport is destroyed next, but what the operating system
   * has taken by then goes out all the same.
   */
  flushLast(): void {
    const transport = this.#transport;
    try {
      this.flush();
      while (transport.writableCorked > 0) transport.uncork();
    } catch {} // an application's transport that throws is destroyed all the same
  }

  /** Ends the transport's writable side behind everything that was sent. */
  end(): void {
    this.#isEnding = true;
    if (!this.#isCorked) this.flush();
  }

  #isAllTaken(): boolean {
    return this.position === this.#core.sent.transportBytes;
  }

  #write(chunks: readonly Uint8Array[]): void {
    const transport = this.#transport;
    const rest = chunks.length - 1;
    const last = chunks[rest];
    if (last === undefined) return;

    try {
      if (rest > 0) transport.cork();
      for (let i = 0; i < rest; i++) transport.write(chunks[i]);
      const taken: unknown = this.#isWatched
        ? transport.write(last, this.#telling(this.#core.sent.transportBytes))
        : transport.write(last);
      if (rest > 0) transport.uncork();
      if (typeof taken !== "boolean") attempt(transport, () => taken); // it may be a promise
    } catch (error) {
      failTransport(transport, error); // as in `attempt`, without a function for each write
    }
  }

  /** A destroyed transport calls back as if all had gone well, also for output that it has not written. */
  #telling(position: number): (error?: Error | null) => void {
    return (error) => {
      if (!error && !this.#transport.destroyed) this.#owner.onWritten(position);
    };
  }
}

const NOTHING = new Uint8Array(0);

let scheduled: TransportWriter[] = [];

/** One microtask for all writers of this turn: a broadcast has many. */
function flushSoon(writer: TransportWriter): void {
  if (scheduled.push(writer) === 1) queueMicrotask(flushAll);
}

function flushAll(): void {
  const writers = scheduled;
  scheduled = [];
  for (const writer of writers) writer.flushScheduled();
}
