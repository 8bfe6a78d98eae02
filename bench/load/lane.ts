/** One connection that keeps so many messages in flight: for each that comes back, the next one leaves. */
import { deferred } from "./deferred.js";
import { performance } from "node:perf_hooks";
import type { FrameLoop } from "./frames.js";
import { MessageCounter } from "./message-counter.js";
import { type RawConnection } from "./raw-connection.js";
import type { Tally } from "./tally.js";

export class Lane {
  readonly #connection: RawConnection;
  readonly #loop: FrameLoop;
  readonly #inFlight: number;
  readonly #tally: Tally;
  readonly #counter = new MessageCounter();
  readonly #drained = deferred();
  #next = 0;
  #waiting = 0;
  #isStopping = false;
  // When the messages in flight left, oldest first: as many entries as there were writes.
  readonly #times: Float64Array;
  readonly #counts: Int32Array;
  #oldest = 0;
  #newest = 0;

  constructor(connection: RawConnection, loop: FrameLoop, inFlight: number, tally: Tally) {
    this.#connection = connection;
    this.#loop = loop;
    this.#inFlight = inFlight;
    this.#tally = tally;
    this.#times = new Float64Array(inFlight);
    this.#counts = new Int32Array(inFlight);
    connection.onLost = tally.fail;
    connection.onBytes = (buffer, length) => this.#receive(buffer, length);
  }

  start(): void {
    this.#send(this.#inFlight, performance.now());
  }

  /** Sends no more. @returns When all replies are there. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#waiting === 0) return;
    await this.#drained.promise;
  }

  #receive(buffer: Uint8Array, length: number): void {
    try {
      this.#tally.bytes += length;
      const count = this.#counter.count(buffer, length);
      if (count === 0) return;
      this.#waiting -= count;
      if (this.#waiting < 0) throw new Error("more came back than was sent");
      const now = performance.now();
      this.#note(count, now);
      this.#tally.add(count);
      if (!this.#isStopping) this.#send(count, now);
      else if (this.#waiting === 0) this.#drained.resolve();
    } catch (error) {
      this.#tally.fail(error);
    }
  }

  #send(count: number, now: number): void {
    const { bytes, offsets, loopStart, loopEnd } = this.#loop;
    const end = this.#next + count;
    this.#connection.socket.write(bytes.subarray(offsets[this.#next], offsets[end]));
    this.#next = end < loopEnd ? end : loopStart + ((end - loopStart) % (loopEnd - loopStart));
    this.#waiting += count;
    this.#times[this.#newest] = now;
    this.#counts[this.#newest] = count;
    this.#newest = (this.#newest + 1) % this.#inFlight;
  }

  #note(count: number, now: number): void {
    for (let left = count; left > 0;) {
      const taken = Math.min(left, this.#counts[this.#oldest]!);
      this.#tally.latency.add(now - this.#times[this.#oldest]!, taken);
      this.#counts[this.#oldest]! -= taken;
      if (this.#counts[this.#oldest] === 0) this.#oldest = (this.#oldest + 1) % this.#inFlight;
      left -= taken;
    }
  }
}
