/** A message in one frame, read in place. */
import type { Budget } from "./budget.js";
import { parseWholeFrame, type PeerRules, type WholeHeader } from "./frame-header.js";
import { applyMask, copyMasked, maskText, WORDWISE_FROM } from "./masking.js";
import { mayStayView, VIEWED_FROM_BYTES } from "./copying.js";
import type { Platform } from "./platform.js";

/**
 * A data frame that is a whole message and lies in one piece, as nearly every frame does.
 *
 * It is read in place, without objects for its header, its frame and its message: they
 * take longer than all else that a small message needs. So one of these serves all
 * connections of a thread, and each use ends before the next begins.
 */
export class WholeFrame implements WholeHeader {
  isText = false;
  /** RSV1 is set (RFC 7692 §6). */
  isCompressed = false;
  /** Bytes of payload. */
  length = 0;
  /** The chunk is lent: no view of it may be kept. */
  isLent = false;
  /** The words of the chunk, from the reader of its frames; see {@link readsWords}. */
  words: Int32Array | undefined;
  start = 0;
  maskingKey = 0;
  #bytes: Uint8Array = EMPTY;

  /**
   * Reads the frame at `bytes[start]`, if it is such a message: see {@link parseWholeFrame}.
   *
   * @returns Where the frame ends; -1 if it is not such a frame, and nothing was read.
   */
  parse(bytes: Uint8Array, start: number, rules: PeerRules, budget: Budget): number {
    const end = parseWholeFrame(this, bytes, start, rules, budget);
    if (end >= 0) this.#bytes = bytes;
    return end;
  }

  /** Whether {@link own} gives a view of memory of so many bytes, if that is not lent. */
  isLargeIn(memoryBytes: number): boolean {
    const mayBeView = this.length >= VIEWED_FROM_BYTES && !this.isText && !this.isCompressed;
    return mayBeView && mayStayView(this.length, memoryBytes);
  }

  /** Whether {@link text} is faster when it is given the chunk's {@link words}. */
  get readsWords(): boolean {
    return this.isText && !this.isCompressed && this.length >= WORDWISE_FROM;
  }

  /** The payload, unmasked, as a view of the chunk. */
  view(): Uint8Array {
    const bytes = this.#take();
    const end = this.start + this.length;
    if (this.maskingKey !== 0) applyMask(bytes, this.start, end, this.maskingKey);
    return bytes.subarray(this.start, end);
  }

  /**
   * The payload, unmasked, in memory that keeps no large chunk alive: a view if it is long, and
   * {@link mayStayView} its chunk, and else a copy. Of a lent chunk always a copy.
   */
  own(platform: Platform): Uint8Array {
    const { length } = this;
    const mayView = length >= VIEWED_FROM_BYTES && !this.isLent;
    if (mayView && mayStayView(length, this.#bytes.buffer.byteLength)) return this.view();
    const copy = platform.allocate(length);
    copyMasked(this.#take(), this.start, copy, 0, length, this.maskingKey);
    return copy;
  }

  /** The payload as text; `undefined` when it is not UTF-8. */
  text(platform: Platform): string | undefined {
    const { words } = this;
    const bytes = this.#take();
    const end = this.start + this.length;
    return maskText(bytes, this.start, end, this.maskingKey, words)
      ? platform.decodeAscii(bytes, this.start, end)
      : platform.decodeUtf8(bytes.subarray(this.start, end));
  }

  /** Lets go of the chunk. */
  #take(): Uint8Array {
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    this.words = undefined;
    return bytes;
  }
}

const EMPTY = new Uint8Array(0);
