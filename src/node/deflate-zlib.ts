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
 * How many bytes {@link END} adds to a message. A dynamic block's description reads
 * at most 2283 bits of ones, and the match behind it 48: fewer than these.
 */
const END_BYTES = 320;

/**
 * Ends a payload: what a stored block has behind its header, which is where a payload
 * stops (RFC 7692 §7.2.1), then a final empty block. zlib forgives input that stops
 * anywhere, so it has to arrive at the final block.
 *
 * `00 00 ff ff` would do for whole payloads only: a block that was cut off takes it for
 * symbols, and may find its end in it. A block of ones cannot be taken for the end of
 * another. Within it, symbols are all the same one, the code word of nothing but ones;
 * if that is the end of the block, ones follow, which begin no block. Nor can the
 * final block be reached from its midst: what is read of it is not final, or ends early.
 */
const END: Uint8Array = Buffer.concat([
  Uint8Array.of(END_BYTES & 0xff, END_BYTES >> 8, ~END_BYTES & 0xff, (~END_BYTES >> 8) & 0xff),
  new Uint8Array(END_BYTES).fill(0xff),
  Uint8Array.of(0x01, 0x00, 0x00, 0xff, 0xff),
]);

/** What a stored block takes of {@link END} that lacks just as many bytes. */
const STORED_END: Uint8Array = END.subarray(0, END_BYTES + 4);

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
    const { history, maxBytes, windowBits } = options;
    const offThread = payload.length >= this.#options.offThreadBytes;
    const common = { windowBits, info: true, ...dictionary(history, offThread) };
    const input = Buffer.concat([payload, END]);
    const whole = { ...common, maxOutputLength: outputLimit(maxBytes + END_BYTES) };
    const alone = {
      ...common,
      maxOutputLength: outputLimit(maxBytes),
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    const outcome = (result: unknown): InflateOutcome =>
      isError(result) ? "unusual" : messageOf(result, input.length, maxBytes);
    // What was too large may have been made of the end, by a block that was cut off.
    const outcomeAlone = (result: unknown): InflateOutcome =>
      isTooLarge(result) || (isInflated(result) && result.buffer.length > maxBytes)
        ? "too big"
        : "unusual";
    if (!offThread) {
      const result = attempt(() => inflateRawSync(input, whole));
      if (!isTooLarge(result)) return outcome(result);
      return outcomeAlone(attempt(() => inflateRawSync(payload, alone)));
    }
    this.#start<InflateOutcome>(
      (result) => later(isError(result) ? "unusual" : result),
      (settle) => {
        inflateRaw(input, whole, (error, result) => {
          if (!isTooLarge(error)) settle(outcome(error ?? result));
          else inflateRaw(payload, alone, (again, less) => settle(outcomeAlone(again ?? less)));
        });
      },
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

/** The result of zlib with `info`, which the types of Node leave out. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: how much input was used up. */
  readonly engine: { readonly bytesWritten: number };
}

function isInflated(result: unknown): result is Inflated {
  return typeof result === "object" && result !== null && "engine" in result;
}

function messageOf(result: unknown, inputBytes: number, maxBytes: number): InflateOutcome {
  if (!isInflated(result)) return "unusual";
  const { buffer, engine } = result;
  // Less than all: zlib stopped at an earlier final block.
  if (engine.bytesWritten < inputBytes || endsWith(buffer, STORED_END)) return "unusual";
  const message = buffer.subarray(0, buffer.length - END_BYTES);
  return message.length > maxBytes ? "too big" : ownBytes(message);
}

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  return bytes.length >= end.length && end.every((byte, i) => bytes.at(i - end.length) === byte);
}

/** zlib takes no limit of 0, and none over the size of a buffer. */
function outputLimit(maxBytes: number): number {
  return Math.min(Math.max(maxBytes, 1), bufferConstants.MAX_LENGTH);
}

function isTooLarge(result: unknown): boolean {
  return isError(result) && "code" in result && result.code === "ERR_BUFFER_TOO_LARGE";
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
