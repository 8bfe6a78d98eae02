/** node:zlib as the bulk codec for large messages, and the queue of its work off the main thread. */
import { constants as bufferConstants } from "node:buffer";
import {
  type ZlibOptions,
  constants,
  deflateRaw,
  deflateRawSync,
  inflateRaw,
  inflateRawSync,
} from "node:zlib";
import { isError } from "../input/index.js";
import {
  type BulkDeflate,
  type BulkOptions,
  type InflateOutcome,
  type Later,
  Queue,
} from "../protocol/index.js";

/** Ends what Z_SYNC_FLUSH writes; RFC 7692 §7.2.1 leaves it off. */
const TAIL_BYTES = 4;

/**
 * The end that a payload lacks (RFC 7692 §7.2.2), then a final empty block. Only
 * data that is whole up to the end lets zlib arrive at the final block: it would
 * otherwise forgive input that stops anywhere.
 */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff);

export interface ZlibBulkOptions {
  /** zlib's level, 1 to 9. */
  readonly level: number;
  /** Input of this many bytes or more leaves the main thread. `Infinity`: never. */
  readonly offThreadBytes: number;
  /** Shared by everything that must not fill the thread pool together. */
  readonly jobs: JobQueue;
}

/**
 * node:zlib, one call per message, with the history as its `dictionary`.
 *
 * A stream kept per connection costs a hop to the thread pool per message and
 * some 270 KiB (window 2^15). One run, CPU µs per message of JSON, deflate and
 * inflate together, window 2^12, Node 20: stream 91-175, these calls 48-68 for
 * 100 B; 108-163 and 47-57 for 4 KiB; 144-241 and 111-148 for 16 KiB.
 */
export class ZlibBulk implements BulkDeflate {
  readonly minWindowBits = 9; // zlib turns 8 into 9
  readonly elsewhereBytes: number;
  readonly #options: ZlibBulkOptions;

  constructor(options: ZlibBulkOptions) {
    this.#options = options;
    this.elsewhereBytes = options.offThreadBytes;
  }

  deflate(message: Uint8Array, options: BulkOptions, later: Later): Uint8Array | undefined {
    // A flush with nothing before it is where zlib versions differ.
    if (message.length === 0) return Uint8Array.of(0x00);
    const offThread = message.length >= this.#options.offThreadBytes;
    const zlibOptions: ZlibOptions = {
      level: this.#options.level,
      windowBits: options.windowBits,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...dictionary(options.history, offThread),
    };
    if (!offThread) return withoutTail(deflateRawSync(message, zlibOptions));
    this.#start(later, (settle) => {
      deflateRaw(message, zlibOptions, (error, bytes) => settle(error ?? withoutTail(bytes)));
    });
    return undefined;
  }

  inflate(
    payload: Uint8Array,
    options: BulkOptions & { readonly maxBytes: number },
    later: (outcome: InflateOutcome) => void,
  ): InflateOutcome | undefined {
    const input = Buffer.concat([payload, TAIL]);
    const offThread = payload.length >= this.#options.offThreadBytes;
    const zlibOptions: ZlibOptions = {
      windowBits: options.windowBits,
      maxOutputLength: Math.min(Math.max(options.maxBytes, 1), bufferConstants.MAX_LENGTH),
      info: true,
      ...dictionary(options.history, offThread),
    };
    const outcome = (result: unknown): InflateOutcome =>
      isError(result) ? reasonOf(result) : wholeOf(result, input.length, options.maxBytes);
    if (!offThread) return outcome(attempt(() => inflateRawSync(input, zlibOptions)));
    this.#start(
      (result) => later(outcome(result)),
      (settle) => inflateRaw(input, zlibOptions, (error, result) => settle(error ?? result)),
    );
    return undefined;
  }

  /** Runs `work` when its turn comes; `settle` gets what came of it, in a later tick. */
  #start<T>(
    settle: (result: T | Error) => void,
    work: (settle: (result: T | Error) => void) => void,
  ): void {
    this.#options.jobs.add((done) => {
      const finish = (result: T | Error): void => {
        done();
        settle(result);
      };
      const failed = attempt(() => work(finish));
      if (isError(failed)) setImmediate(finish, failed); // zlib got no memory
    });
  }
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return isError(error) ? error : new Error("not an error", { cause: error });
  }
}

/**
 * An empty dictionary is refused by some versions of zlib. A job that waits its
 * turn starts when the history may have moved on, so it gets a copy.
 */
function dictionary(history: Uint8Array, offThread: boolean): ZlibOptions {
  if (history.length === 0) return {};
  return { dictionary: offThread ? history.slice() : history };
}

/** Ends a payload; a result much smaller than zlib's chunk lets go of the chunk. */
function withoutTail(bytes: Uint8Array): Uint8Array {
  return ownBytes(bytes.subarray(0, bytes.length - TAIL_BYTES));
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length < bytes.buffer.byteLength / 2
    ? Uint8Array.prototype.slice.call(bytes)
    : bytes;
}

/** What zlib gives when asked for `info`, which the types of Node leave out. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: how much input was used up. */
  readonly engine: { readonly bytesWritten: number };
}

function isInflated(result: unknown): result is Inflated {
  return typeof result === "object" && result !== null && "engine" in result;
}

function wholeOf(result: unknown, inputBytes: number, maxBytes: number): InflateOutcome {
  if (!isInflated(result)) return "unusual";
  const { buffer, engine } = result;
  // Less than all: zlib stopped at an earlier final block.
  if (engine.bytesWritten < inputBytes) return "unusual";
  // A stored block that lacks its last four bytes would take them from the tail.
  if (
    buffer.length >= TAIL_BYTES &&
    TAIL.every((byte, i) => i >= TAIL_BYTES || buffer.at(i - TAIL_BYTES) === byte)
  ) {
    return "unusual";
  }
  return buffer.length > maxBytes ? "too big" : ownBytes(buffer);
}

function reasonOf(error: Error): InflateOutcome {
  return "code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? "too big" : "unusual";
}

/** Work that ends by calling `done`, never from inside the call that starts it. */
export type Job = (done: () => void) => void;

/**
 * Runs at most so many jobs at a time, in the order they came.
 *
 * libuv's thread pool also serves files and DNS: a full pool stops both.
 */
export class JobQueue {
  readonly #maxRunning: number;
  readonly #waiting = new Queue<Job>();
  #running = 0;

  /** @param maxRunning - At least 1. */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /** Starts `job` now, or when those before it have ended. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#running < this.#maxRunning) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running += 1;
      job(() => {
        this.#running -= 1;
        this.#startWaiting();
      });
    }
  }
}
