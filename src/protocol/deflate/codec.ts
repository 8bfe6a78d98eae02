/** Joins our DEFLATE and the platform's: the size of a message decides between them. */
import { checkOptions, type Names } from "../../input/index.js";
import { CodecError, decompressedTooBig, ProtocolError } from "../errors.js";
import type {
  CodecOptions,
  DeflateCodec,
  Later,
  MessageCompressor,
  MessageDecompressor,
} from "../extensions/extension.js";
import type { Allocate } from "../copying.js";
import { Compressor } from "./compressor.js";
import { Decompressor } from "./decompressor.js";
import { DEFAULT_LEVEL, effortOf } from "./levels.js";

/** Which of two DEFLATEs compresses and decompresses a message. */
export interface CodecSetup {
  /** Of our compressor: 1, fastest, to 9, smallest. @defaultValue {@link DEFAULT_LEVEL} */
  readonly level?: number | undefined;
  /**
   * Gives memory for payloads and messages, filled with anything. With memory that is cut from
   * larger pieces a message of 100 bytes of JSON takes 9 % less time both ways, one of 1 KiB 2 %.
   *
   * @defaultValue memory of its own for each
   */
  readonly allocate?: Allocate | undefined;
  /** The DEFLATE of the platform, for large messages. @defaultValue none: ours does them all */
  readonly bulk?: BulkDeflate | undefined;
  /** Messages of this many bytes or more are compressed by {@link bulk}. @defaultValue Infinity */
  readonly bulkMessageBytes?: number | undefined;
  /** Payloads of this many bytes or more are decompressed by {@link bulk}. @defaultValue Infinity */
  readonly bulkPayloadBytes?: number | undefined;
}

const NAMES: Names<CodecSetup> = {
  owner: "createCodec()",
  known: {
    level: true,
    allocate: true,
    bulk: true,
    bulkMessageBytes: true,
    bulkPayloadBytes: true,
  },
};

/**
 * Makes a codec of our DEFLATE and the platform's: the size of each message decides which of them
 * handles it, since both work on the same plain history.
 *
 * It has no state of its own: one serves any number of connections.
 *
 * @throws {TypeError} A setting does not exist.
 * @throws {RangeError} for a `level` out of range.
 */
export function createCodec(setup: CodecSetup = {}): DeflateCodec {
  checkOptions(setup, NAMES);
  effortOf(setup.level ?? DEFAULT_LEVEL);
  const { bulk, bulkMessageBytes = Infinity } = setup;
  return {
    minWindowBits: 8,
    elsewhereBytes: bulk === undefined ? Infinity : Math.max(bulk.elsewhereBytes, bulkMessageBytes),
    createCompressor: (options) => new CombinedCompressor(setup, options),
    createDecompressor: (options) => new CombinedDecompressor(setup, options),
  };
}

class CombinedCompressor implements MessageCompressor {
  readonly #own: Compressor;
  readonly #bulk: BulkDeflate | undefined;
  readonly #bulkBytes: number;
  readonly #windowBits: number;

  constructor(setup: CodecSetup, options: CodecOptions) {
    const { bulk, bulkMessageBytes = Infinity, level, allocate } = setup;
    this.#own = new Compressor({ ...options, level, allocate });
    this.#windowBits = options.windowBits;
    this.#bulk = bulk && options.windowBits >= bulk.minWindowBits ? bulk : undefined;
    this.#bulkBytes = bulkMessageBytes;
  }

  compress(message: Uint8Array, later: Later): Uint8Array | undefined {
    if (!this.#bulk || message.length < this.#bulkBytes) return this.#own.compress(message);
    const options = { windowBits: this.#windowBits, history: this.#own.history };
    const payload = this.#bulk.deflate(message, options, later);
    this.#own.skip(message);
    return payload;
  }

  skip(message: Uint8Array): void {
    this.#own.skip(message);
  }
}

class CombinedDecompressor implements MessageDecompressor {
  readonly #own: Decompressor;
  readonly #bulk: BulkDeflate | undefined;
  readonly #bulkBytes: number;
  readonly #windowBits: number;

  constructor({ bulk, bulkPayloadBytes = Infinity, allocate }: CodecSetup, options: CodecOptions) {
    this.#own = new Decompressor({ ...options, allocate });
    this.#windowBits = options.windowBits;
    this.#bulk = bulk;
    this.#bulkBytes = bulkPayloadBytes;
  }

  decompress(payload: Uint8Array, maxBytes: number, later: Later): Uint8Array | undefined {
    if (!this.#bulk || payload.length < this.#bulkBytes) {
      return this.#own.decompress(payload, maxBytes);
    }
    const options = { windowBits: this.#windowBits, history: this.#own.history, maxBytes };
    const outcome = this.#bulk.inflate(payload, options, (late) => {
      let result: Uint8Array | Error;
      try {
        result = this.#settle(late, payload, maxBytes);
      } catch (error) {
        result = error instanceof ProtocolError ? error : new CodecError(error);
      }
      later(result);
    });
    return outcome === undefined ? undefined : this.#settle(outcome, payload, maxBytes);
  }

  /** Whatever the platform does not follow is judged by ours: broken data the same way at any size. */
  #settle(outcome: InflateOutcome, payload: Uint8Array, maxBytes: number): Uint8Array {
    if (outcome === "unusual") return this.#own.decompress(payload, maxBytes);
    if (outcome === "too big") throw decompressedTooBig(payload.length, maxBytes);
    this.#own.skip(outcome);
    return outcome;
  }
}

/**
 * The DEFLATE of the platform, which costs more to start than a small message is
 * worth and less per byte than any code of ours.
 *
 * Nothing is kept between calls: each gets the history as plain bytes.
 */
export interface BulkDeflate {
  /** The smallest `windowBits` that {@link deflate} keeps to: 8 to 15. */
  readonly minWindowBits: number;

  /** Messages of fewer bytes are compressed within the call of {@link deflate}. */
  readonly elsewhereBytes: number;

  /**
   * Compresses a whole message into blocks that end with the header of an empty
   * stored block, whose `00 00 ff ff` is left off (RFC 7692 §7.2.1).
   *
   * Leaves `message` and the history alone. `message` stays unchanged until the
   * outcome is there; the history is read inside the call only.
   *
   * @returns The payload, or `undefined` when `later` gets it.
   */
  deflate(message: Uint8Array, options: BulkOptions, later: Later): Uint8Array | undefined;

  /**
   * Decompresses the payload of a whole message, given without `00 00 ff ff`.
   * The bytes are held to the same promises as those of {@link deflate}.
   *
   * @param maxBytes - Largest result.
   * @returns The message, why there is none, or `undefined` when `later` gets one of these.
   */
  inflate(
    payload: Uint8Array,
    options: BulkOptions & { readonly maxBytes: number },
    later: (outcome: InflateOutcome) => void,
  ): InflateOutcome | undefined;
}

/** What both directions need to know of the conversation. */
export interface BulkOptions {
  /** Base-2 logarithm of the window, {@link BulkDeflate.minWindowBits} to 15. */
  readonly windowBits: number;
  /** What the message may refer back to, oldest byte first. */
  readonly history: Uint8Array;
}

/**
 * `"too big"`: the message is over `maxBytes`. `"unusual"`: broken, or legal in a
 * way that the platform does not follow, such as blocks after a final one.
 */
export type InflateOutcome = Uint8Array | "too big" | "unusual";
