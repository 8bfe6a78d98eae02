/** Reads frames from received bytes (RFC 6455 §5.2). */
import type { Budget } from "./budget.js";
import { ByteQueue } from "./byte-queue.js";
import { COPIED_CHUNK_BYTES } from "./copying.js";
import {
  type FrameHeader,
  MAX_HEADER_LENGTH,
  type PeerRules,
  headerLength,
  isControl,
  parseFrameHeader,
} from "./frame-header.js";
import { applyMask } from "./masking.js";
import { WholeFrame } from "./whole-frame.js";

/** A whole frame, or a part of a data frame whose payload is still arriving. */
export interface FramePart {
  readonly header: FrameHeader;
  /** Unmasked; a view of a chunk that was pushed or lent. */
  readonly payload: Uint8Array;
  /** The payload starts here. It may be empty even when the frame's is not. */
  readonly isFirst: boolean;
  /** The payload ends here. */
  readonly isLast: boolean;
}

/**
 * The owner of a chunk's memory. `"given"`: the reader owns it from now on. `"lent"`: it may change
 * again after `keepLent`.
 */
export type ChunkMemory = "given" | "lent";

/**
 * Turns a stream of bytes into frames (RFC 6455 §5.2).
 *
 * A control frame comes whole. A data frame comes in the parts it arrives in, the
 * first as soon as its header is there: so rules and limits are checked before
 * payload is kept, and text is checked before its frame is complete.
 */
export class FrameReader {
  readonly #bytes = new ByteQueue();
  readonly #rules: PeerRules;
  readonly #budget: Budget;
  /** The frame whose payload is not all there yet. */
  #header: FrameHeader | undefined;
  #position = 0;
  /** The front of the queue is memory that was lent. */
  #isLent = false;

  constructor(rules: PeerRules, budget: Budget) {
    this.#rules = rules;
    this.#budget = budget;
  }

  /** Whether all that was pushed has been read: {@link read} would give nothing. */
  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /** What {@link read} gives may be a view of memory that was lent. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** Takes ownership of `chunk`, or borrows it until {@link keepLent}. Unmasking writes into it. */
  push(chunk: Uint8Array, memory: ChunkMemory = "given"): void {
    if (memory === "given") this.#bytes.push(chunk);
    else this.#pushLent(chunk);
    this.#budget.unparsedBytes = this.#bytes.length;
  }

  /** Copies what has not been read of lent memory. Does nothing else. */
  keepLent(): void {
    if (this.#isLent) this.#bytes.copyFront();
    this.#isLent = false;
  }

  /** Drops all that was pushed and not yet read. */
  clear(): void {
    this.#bytes.clear();
    this.#header = undefined;
    this.#position = 0;
    this.#budget.unparsedBytes = 0;
  }

  /**
   * The next part, or `undefined` until more bytes are pushed.
   *
   * @throws {ProtocolError} The peer broke a rule. The reader must not be used again.
   */
  read(): FramePart | undefined {
    const isFirst = this.#position === 0 && this.#header === undefined;
    const header = this.#header ?? this.#readHeader();
    if (header === undefined) {
      this.#keepFew();
      return undefined;
    }
    if (isControl(header.opcode)) {
      if (this.#bytes.length < header.payloadLength) {
        this.#header = header;
        this.#keepFew();
        this.#budget.unparsedBytes = this.#bytes.length;
        return undefined;
      }
      this.#bytes.makeContiguous(header.payloadLength);
    }
    const part = this.#takePart(header, isFirst || isControl(header.opcode));
    this.#budget.unparsedBytes = this.#bytes.length;
    return part;
  }

  /**
   * The next frame, when it is a message in one piece; `undefined` leaves it to {@link read}.
   * Not to be called inside a message.
   */
  readWhole(): WholeFrame | undefined {
    if (this.#header !== undefined) return undefined;
    const bytes = this.#bytes;
    let end = whole.parse(bytes.front, bytes.start, this.#rules, this.#budget);
    if (end < 0) return undefined;
    if (this.#isLent && whole.isLargeIn(bytes.length)) {
      this.keepLent(); // one copy of all that is there, in place of one for each of its messages
      end = whole.parse(bytes.front, bytes.start, this.#rules, this.#budget);
    }
    if (whole.readsWords) whole.words = bytes.words;
    whole.isLent = this.#isLent;
    bytes.skip(end - bytes.start);
    this.#budget.unparsedBytes = bytes.length;
    return whole;
  }

  /** The few bytes of an unfinished frame do not keep the whole chunk that they came in. */
  #keepFew(): void {
    const { front, start } = this.#bytes;
    if (start > 0 || front.buffer.byteLength > COPIED_CHUNK_BYTES) {
      this.#bytes.copyFront();
      this.#isLent = false;
    }
  }

  /** Copies a lent chunk that comes behind other bytes: it would have to be kept anyway. */
  #pushLent(chunk: Uint8Array): void {
    this.#isLent = this.isEmpty;
    this.#bytes.push(this.#isLent ? chunk : new Uint8Array(chunk));
  }

  #takePart(header: FrameHeader, isFirst: boolean): FramePart | undefined {
    const bytes = this.#bytes;
    const start = bytes.start;
    const position = this.#position;
    const missing = header.payloadLength - position;
    const count = Math.min(missing, bytes.end - start);
    if (count === 0 && !isFirst) return undefined;

    if (header.masked) applyMask(bytes.front, start, start + count, header.maskingKey, position);
    const isLast = count === missing;
    this.#header = isLast ? undefined : header;
    this.#position = isLast ? 0 : position + count;
    return { header, payload: bytes.take(count), isFirst, isLast };
  }

  #readHeader(): FrameHeader | undefined {
    const bytes = this.#bytes;
    bytes.makeContiguous(MAX_HEADER_LENGTH);
    const header = parseFrameHeader(bytes.front, bytes.start, bytes.end, this.#rules);
    if (header !== undefined) bytes.skip(headerLength(header.payloadLength, header.masked));
    return header;
  }
}

const whole = new WholeFrame();
