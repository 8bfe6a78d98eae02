import type { BulkDeflate, InflateOutcome } from "../protocol/deflate/bulk.js";
import { History } from "../protocol/deflate/history.js";
import { ProtocolError } from "../protocol/errors.js";
import type {
  CodecOptions,
  DeflateCodec,
  Later,
  MessageCompressor,
  MessageDecompressor,
} from "../protocol/extensions/codec.js";
import { JobQueue } from "./deflate-jobs.js";
import { inflateBlocks, ZlibBulk } from "./deflate-zlib.js";

export interface DeflateCodecOptions {
  /** zlib's level, 1 to 9. @defaultValue 6 */
  readonly level?: number;
  /**
   * Messages and payloads of this many bytes or more leave the main thread; below
   * it the way there and back costs more than the work. @defaultValue 64 KiB
   */
  readonly offThreadBytes?: number;
  /**
   * How many of them are worked on at a time, over all connections of the codec.
   * @defaultValue 3: libuv's pool has 4 threads, and files and DNS need one
   */
  readonly maxOffThreadJobs?: number;
}

/** Makes the DEFLATE codec of Node. It has no state of its own: one serves any number of connections. */
export function createDeflateCodec(options: DeflateCodecOptions = {}): DeflateCodec {
  const bulk = new ZlibBulk({
    level: options.level ?? 6,
    offThreadBytes: options.offThreadBytes ?? 65_536,
    jobs: new JobQueue(options.maxOffThreadJobs ?? 3),
  });
  return {
    minWindowBits: bulk.minWindowBits,
    createCompressor: (codecOptions) => new ZlibCompressor(bulk, codecOptions),
    createDecompressor: (codecOptions) => new ZlibDecompressor(bulk, codecOptions),
  };
}

class ZlibCompressor implements MessageCompressor {
  readonly #bulk: BulkDeflate;
  readonly #options: CodecOptions;
  readonly #history: History;

  constructor(bulk: BulkDeflate, options: CodecOptions) {
    if (options.windowBits < bulk.minWindowBits) throw new RangeError("windowBits is too small");
    this.#bulk = bulk;
    this.#options = options;
    this.#history = new History(options.windowBits);
  }

  compress(message: Uint8Array, later: Later): Uint8Array | undefined {
    const { windowBits, contextTakeover } = this.#options;
    const payload = this.#bulk.deflate(
      message,
      { windowBits, history: this.#history.view() },
      later,
    );
    if (contextTakeover) this.#history.append(message);
    return payload;
  }
}

class ZlibDecompressor implements MessageDecompressor {
  readonly #bulk: BulkDeflate;
  readonly #options: CodecOptions;
  readonly #history: History;

  constructor(bulk: BulkDeflate, options: CodecOptions) {
    this.#bulk = bulk;
    this.#options = options;
    this.#history = new History(options.windowBits);
  }

  decompress(payload: Uint8Array, maxBytes: number, later: Later): Uint8Array | undefined {
    const windowBits = this.#options.windowBits;
    const history = this.#history.view();
    const settle = (outcome: InflateOutcome): Uint8Array => {
      const usual =
        outcome === "unusual" ? inflateBlocks(payload, { windowBits, history, maxBytes }) : outcome;
      if (usual === "too big") throw new ProtocolError("MESSAGE_TOO_BIG");
      if (usual === "unusual") throw new ProtocolError("DEFLATE_INVALID");
      if (this.#options.contextTakeover) this.#history.append(usual);
      return usual;
    };
    const outcome = this.#bulk.inflate(payload, { windowBits, history, maxBytes }, (late) => {
      let result: Uint8Array | Error;
      try {
        result = settle(late);
      } catch (error) {
        result = error instanceof Error ? error : new Error("inflate", { cause: error });
      }
      later(result);
    });
    return outcome === undefined ? undefined : settle(outcome);
  }
}
