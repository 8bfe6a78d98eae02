/** Decompresses the messages of one direction of a connection (RFC 7692 §7.2.2). */
import { checkOptions, type Names } from "../../input/index.js";
import { decompressedTooBig, ProtocolError } from "../errors.js";
import { type Allocate, allocateOwn } from "../copying.js";
import { BitReader } from "./bits.js";
import { type BlockCodes, fixedCodes, readDynamicCodes, takePreparedCodes } from "./block-codes.js";
import { DecompressionBuffer } from "./decompression-buffer.js";
import { type SymbolsEnd, decodeSymbols, decodeSymbolsFast } from "./decode-symbols.js";
import { History } from "./history.js";

/** What the peer may make use of in one direction of a connection. */
export interface DecompressorOptions {
  /** Base-2 logarithm of the window in bytes, 8 to 15: no distance may reach further back. */
  readonly windowBits: number;
  /** Whether a message may refer to those before it (RFC 7692 §7.1.1). */
  readonly contextTakeover: boolean;
  /** Gives memory for a message, filled with anything. @defaultValue memory of its own */
  readonly allocate?: Allocate | undefined;
}

const NAMES: Names<DecompressorOptions> = {
  owner: "Decompressor",
  known: { windowBits: true, contextTakeover: true, allocate: true },
};

/** What a message needs while it is decompressed; shared by all connections of a thread. */
const reader = new BitReader();
const output = new DecompressionBuffer();

/**
 * Decompresses the messages of one direction of a connection: DEFLATE (RFC 1951)
 * as RFC 7692 §7.2.2 uses it.
 *
 * Between messages it holds the window, at most 2^windowBits bytes, as far as it
 * is filled; and nothing without context takeover.
 */
export class Decompressor {
  readonly #windowBytes: number;
  readonly #contextTakeover: boolean;
  readonly #allocate: Allocate;
  readonly #history: History;

  /** @throws {RangeError | TypeError} for a `windowBits` out of range, or an option that does not exist. */
  constructor(options: DecompressorOptions) {
    checkOptions(options, NAMES);
    const { windowBits, contextTakeover, allocate = allocateOwn } = options;
    this.#allocate = allocate;
    this.#windowBytes = 1 << windowBits;
    this.#contextTakeover = contextTakeover;
    this.#history = new History(windowBits);
  }

  /** What the next message may refer to, oldest byte first. A view, until the next message. */
  get history(): Uint8Array {
    return this.#history.view();
  }

  /**
   * Decompresses the payload of a whole message, which lacks the `00 00 ff ff` at
   * its end.
   *
   * Besides payloads that end as §7.2.1 says, in the header of a stored block, it
   * takes what every other implementation takes: nothing at all, a final block at
   * the end, and the four bytes left on. Input that ends inside a block is an
   * error.
   *
   * After an error the instance is of no further use.
   *
   * @param maxBytes - Largest message. Not one byte over it is written.
   * @returns The message. The caller owns it.
   * @throws {ProtocolError} `MESSAGE_TOO_BIG` or `DEFLATE_INVALID`.
   */
  decompress(payload: Uint8Array, maxBytes: number): Uint8Array {
    reader.start(payload);
    output.start(this.#history.view(), maxBytes);
    readBlocks(this.#windowBytes);
    const message = output.message(this.#allocate);
    this.skip(message);
    return message;
  }

  /** Takes note of a message that was decompressed elsewhere, with {@link history} before it. */
  skip(message: Uint8Array): void {
    if (this.#contextTakeover) this.#history.append(message);
  }
}

/** Reads blocks (RFC 1951 §3.2.3) up to the end of the payload. */
function readBlocks(windowBytes: number): void {
  let mayEnd = true;
  while (!mayEnd || reader.bitsLeft > 0) {
    const final = reader.take(1);
    const type = reader.take(2);
    mayEnd = false;
    if (type === 0) {
      reader.align();
      // The rest of the last block is the part that was left off.
      if (reader.bitsLeft === 0) return;
      mayEnd = readStored() === 0;
    } else {
      readSymbols(codesOf(type), windowBytes);
    }
    if (final === 1) {
      reader.align(); // RFC 7692 §7.2.1: the next block starts at the next byte
      mayEnd = true;
    }
  }
}

/** RFC 1951 §3.2.4. @returns The length of the block. */
function readStored(): number {
  const length = reader.take(16);
  const complement = reader.take(16);
  if (length !== (complement ^ 0xffff) || reader.bitsLeft < 0) throw invalid();
  reader.align();
  // As of symbols: whichever comes first, the limit or the end of the data.
  const bytes = reader.takeBytes(Math.min(length, reader.bitsLeft / 8));
  if (!output.append(bytes)) throw tooBig();
  if (bytes.length < length) throw invalid();
  return length;
}

/** Finds the codes of a block (RFC 1951 §3.2.5 to §3.2.7). */
function codesOf(type: number): BlockCodes {
  let codes: BlockCodes | undefined;
  if (type === 1) codes = fixedCodes();
  else if (type === 2) codes = takePreparedCodes(reader) ?? readDynamicCodes(reader);
  if (!codes) throw invalid();
  return codes;
}

function readSymbols(codes: BlockCodes, windowBytes: number): void {
  let end: SymbolsEnd | "near the end";
  do {
    end = decodeSymbolsFast(reader, codes, output, windowBytes);
  } while (end === "near the end" && output.grow());
  if (end === "near the end") end = decodeSymbols(reader, codes, output, windowBytes);
  if (end === "invalid" || reader.overrun) throw invalid();
  if (end === "too big") throw tooBig();
}

function invalid(): ProtocolError {
  return new ProtocolError("DEFLATE_INVALID");
}

function tooBig(): ProtocolError {
  return decompressedTooBig(reader.end, output.maxBytes);
}
