/**
 * Stands in for the operating system under two transports, driven by a seed: it takes writes
 * byte by byte or not at all, gives bytes cut anywhere, stops, and cuts the connection.
 */
import { Duplex } from "node:stream";
import type { Clock, Timer } from "../../src/node/platform.js";
import type { Random } from "./deflate-corpora.js";

/** As much as a socket's buffer takes of what the peer has not read. */
const SEND_BUFFER_BYTES = 65_536;

/** One way: from what one end writes to what the other reads. */
class Pipe {
  /** What an end has written, and is not told that it is. */
  pending: Buffer = Buffer.alloc(0);
  written: ((error?: Error | null) => void) | undefined;
  /** What is on its way. */
  flight: Buffer = Buffer.alloc(0);
  /** The writer's FIN, or one that somebody between the ends has made up. */
  isEnded = false;
  isEndDelivered = false;
  /** Nothing moves here any more, and nobody is told. */
  isStalled = false;
  /** How many bytes the reader asks for: it asks once at a time. */
  isAsked = false;
}

/** One end's socket. */
export class KernelSocket extends Duplex {
  readonly incoming: Pipe;
  readonly outgoing: Pipe;

  constructor(incoming: Pipe, outgoing: Pipe) {
    super({ allowHalfOpen: true, highWaterMark: 16_384 });
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take(chunk, done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#take(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _read(): void {
    this.incoming.isAsked = true;
  }

  override _final(done: () => void): void {
    this.outgoing.isEnded = true;
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.outgoing.isEnded = true;
    this.outgoing.pending = Buffer.alloc(0);
    const { written } = this.outgoing;
    this.outgoing.written = undefined;
    written?.(error ?? networkError("ECANCELED"));
    done(error);
  }

  /** The peer gets ECONNRESET, and what is on its way is lost: {@link Kernel} does that. */
  resetAndDestroy(): this {
    this.outgoing.flight = Buffer.alloc(0);
    return this.destroy();
  }

  setNoDelay(): this {
    return this;
  }

  #take(bytes: Buffer, done: (error?: Error | null) => void): void {
    // Later by far, as with a socket that is full: what is written may not change until then.
    this.outgoing.pending = bytes;
    this.outgoing.written = done;
  }
}

export function networkError(code: string): Error {
  return Object.assign(new Error(`kernel ${code}`), { code });
}

/** Two joined sockets, and all that can happen between them. */
export class Kernel {
  readonly sockets: readonly [KernelSocket, KernelSocket];
  /** Whether bytes that were taken may be lost: by a reset, a FIN that nobody sent, or a stall. */
  isCut = false;
  readonly #random: Random;
  readonly #pipes: readonly [Pipe, Pipe];

  constructor(random: Random) {
    this.#random = random;
    const [there, back] = [new Pipe(), new Pipe()];
    this.#pipes = [there, back];
    this.sockets = [new KernelSocket(back, there), new KernelSocket(there, back)];
  }

  /** Moves some bytes one way. @returns Whether there was something to do. */
  step(): boolean {
    const first = this.#below(2);
    const ways = [
      () => this.#accept(first),
      () => this.#deliver(first),
      () => this.#accept(1 - first),
      () => this.#deliver(1 - first),
    ];
    const from = this.#below(4);
    return ways.some((_, i) => ways[(from + i) % 4]!());
  }

  /** One socket or both get ECONNRESET, and what is on its way is lost. */
  reset(): void {
    this.isCut = true;
    for (const pipe of this.#pipes) pipe.flight = Buffer.alloc(0);
    for (const socket of this.sockets) socket.destroy(networkError("ECONNRESET"));
  }

  /** One way stands still for good: the other end is not told. */
  stall(): void {
    this.isCut = true;
    this.#pipes[this.#below(2)]!.isStalled = true;
  }

  /** Somebody between the ends closes one way with a FIN. */
  halfClose(): void {
    this.isCut = true;
    this.#pipes[this.#below(2)]!.isEnded = true;
  }

  #accept(way: number): boolean {
    const pipe = this.#pipes[way]!;
    const reader = this.sockets[1 - way]!;
    if (pipe.written === undefined || pipe.isStalled) return false;
    if (reader.destroyed) {
      const { written } = pipe;
      pipe.written = undefined;
      written(networkError("EPIPE"));
      return true;
    }
    const room = SEND_BUFFER_BYTES - pipe.flight.length;
    if (room <= 0) return false;
    const length = Math.min(room, this.#piece(pipe.pending.length));
    if (!pipe.isEnded) pipe.flight = Buffer.concat([pipe.flight, pipe.pending.subarray(0, length)]);
    pipe.pending = pipe.pending.subarray(length);
    if (pipe.pending.length > 0) return true;
    const { written } = pipe;
    pipe.written = undefined;
    written(null);
    return true;
  }

  #deliver(way: number): boolean {
    const pipe = this.#pipes[way]!;
    const reader = this.sockets[1 - way]!;
    if (pipe.isStalled || reader.destroyed || pipe.isEndDelivered || !pipe.isAsked) return false;
    if (pipe.flight.length > 0) {
      const length = this.#piece(pipe.flight.length);
      pipe.isAsked = false;
      reader.push(Buffer.from(pipe.flight.subarray(0, length)));
      pipe.flight = pipe.flight.subarray(length);
      return true;
    }
    if (!pipe.isEnded) return false;
    pipe.isEndDelivered = true;
    reader.push(null);
    return true;
  }

  /** All of it, a byte, or a part. */
  #piece(length: number): number {
    const kind = this.#below(4);
    if (kind < 2 || length < 2) return length;
    return kind === 2 ? 1 + this.#below(Math.min(length, 16)) : 1 + this.#below(length);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** A clock that moves when told. Timers that are due fire in any order: they are late, but never early. */
export class DisorderedClock implements Clock {
  readonly #random: Random;
  readonly #due = new Map<object, { readonly at: number; readonly callback: () => void }>();
  #now = 1_000;

  constructor(random: Random) {
    this.#random = random;
  }

  readonly now = (): number => this.#now;

  readonly setTimer = (callback: () => void, delayMs: number): Timer => {
    const timer: Timer = { cancel: () => void this.#due.delete(timer) };
    if (delayMs !== Infinity) this.#due.set(timer, { at: this.#now + delayMs, callback });
    return timer;
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#due.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (;;) {
      const due = Array.from(this.#due).filter(([, { at }]) => at <= this.#now);
      const next = due[Math.floor(this.#random() * due.length)];
      if (next === undefined) return;
      this.#due.delete(next[0]);
      next[1].callback();
    }
  }
}
