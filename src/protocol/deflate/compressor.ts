/** Compresses the messages of one direction of a connection (RFC 7692 §7.2.1). */
import { checkOptions, type Names } from "../../input/index.js";
import { type Allocate, allocateOwn, copyOf } from "../copying.js";
import { BitWriter } from "./bits.js";
import { writeBlock } from "./block-writer.js";
import {
  CHUNK_BYTES,
  CompressionWindow,
  HASHED_BYTES,
  HashChains,
  MAX_WINDOW_BYTES,
  Parse,
  learn,
} from "./compression-window.js";
import { History } from "./history.js";
import { DEFAULT_LEVEL, type Effort, effortOf } from "./levels.js";
import { findMatches } from "./match-finder.js";

/** How one direction of a connection compresses. */
export interface CompressorOptions {
  /** Base-2 logarithm of the window in bytes, 8 to 15: no distance reaches further back. */
  readonly windowBits: number;
  /** Whether a message may refer to those before it (RFC 7692 §7.1.1). */
  readonly contextTakeover: boolean;
  /** 1, fastest, to 9, smallest. @defaultValue {@link DEFAULT_LEVEL} */
  readonly level?: number | undefined;
  /** Gives memory for a payload, filled with anything. @defaultValue memory of its own */
  readonly allocate?: Allocate | undefined;
}

const NAMES: Names<CompressorOptions> = {
  owner: "Compressor",
  known: { windowBits: true, contextTakeover: true, level: true, allocate: true },
};

/** What one message needs while it is compressed; shared by all connections of a thread. */
class Workspace {
  readonly window: CompressionWindow = new CompressionWindow();
  readonly parse: Parse = new Parse();
  readonly writer: BitWriter = new BitWriter();
  readonly #chains: (HashChains | undefined)[] = [];

  /** Empty chains for a message that refers to no other, no larger than it needs. */
  emptyChains(windowBits: number, messageBytes: number): HashChains {
    const bits = Math.min(windowBits, Math.max(8, 32 - Math.clz32(messageBytes)));
    const chains = (this.#chains[bits] ??= new HashChains(bits));
    chains.clear();
    return chains;
  }
}

let shared: Workspace | undefined;

/**
 * Compresses the messages of one direction of a connection with DEFLATE
 * (RFC 1951), as RFC 7692 §7.2.1 asks for.
 *
 * Between messages it holds the window and the chains of hashes over it: 16 KiB
 * for a window of 2^12 bytes, from the first message on, and nothing without
 * context takeover.
 */
export class Compressor {
  readonly #windowBits: number;
  readonly #contextTakeover: boolean;
  readonly #effort: Effort;
  readonly #allocate: Allocate;
  readonly #history: History;
  #chains: HashChains | undefined;
  /** How many bytes went before, modulo the largest window. */
  #position = 0;
  /** How many bytes at the end of the history are not in the chains. */
  #unlearnt = 0;

  /** @throws {RangeError | TypeError} for options out of range, or that do not exist. */
  constructor(options: CompressorOptions) {
    checkOptions(options, NAMES);
    this.#windowBits = options.windowBits;
    this.#contextTakeover = options.contextTakeover;
    this.#effort = effortOf(options.level ?? DEFAULT_LEVEL);
    this.#allocate = options.allocate ?? allocateOwn;
    this.#history = new History(options.windowBits);
  }

  /** What the next message may refer to, oldest byte first. A view, until the next message. */
  get history(): Uint8Array {
    return this.#history.view();
  }

  /**
   * Compresses a whole message, without the `00 00 ff ff` at the end. What cannot
   * be made smaller grows by 5 bytes for each 65 535 and 1 byte for the flush.
   *
   * @returns The payload, at least one byte. The caller owns it.
   */
  compress(message: Uint8Array): Uint8Array {
    shared ??= new Workspace();
    const { writer } = shared;
    // 9 bits for a byte of a block that turns out to be better stored.
    writer.start(message.length + (message.length >> 3) + 64);
    if (this.#contextTakeover) {
      this.#chains ??= new HashChains(this.#windowBits);
      this.#write(message, shared, this.#chains);
      this.#history.append(message);
    } else {
      this.#write(message, shared, shared.emptyChains(this.#windowBits, message.length));
      this.#position = 0;
      this.#unlearnt = 0;
    }
    // The header of an empty stored block, whose length is the part left off.
    writer.put(0b000, 3);
    writer.align();
    return copyOf(writer.bytes.subarray(0, writer.position), this.#allocate);
  }

  /** Takes note of a message that was compressed elsewhere, with {@link history} before it. */
  skip(message: Uint8Array): void {
    if (!this.#contextTakeover) return;
    this.#history.append(message);
    this.#position = (this.#position + message.length) & (MAX_WINDOW_BYTES - 1);
    this.#unlearnt = Math.min(this.#unlearnt + message.length, this.#history.length);
  }

  #write(message: Uint8Array, { window, parse, writer }: Workspace, chains: HashChains): void {
    for (let start = 0; start < message.length; start += CHUNK_BYTES) {
      const chunk =
        message.length <= CHUNK_BYTES ? message : message.subarray(start, start + CHUNK_BYTES);
      if (start === 0) window.load(this.#history.view(), chunk);
      else window.advance(chunk);
      const base = this.#position - window.start;
      const firstUnhashed = window.end - HASHED_BYTES + 1;
      const first = window.start - this.#unlearnt;
      learn(chains, window, base, first, Math.min(window.start, firstUnhashed), 1);
      findMatches({ chains, window, base, effort: this.#effort }, parse);
      writeBlock(writer, window, parse, this.#effort.leastGain);
      this.#position = (this.#position + chunk.length) & (MAX_WINDOW_BYTES - 1);
      this.#unlearnt = Math.min(this.#unlearnt + chunk.length, HASHED_BYTES - 1);
    }
  }
}
