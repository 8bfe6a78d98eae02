/** What one peer may make one connection hold, and the account of it. */
import { checkOptions, type Names } from "../input/index.js";
import { ProtocolError } from "./errors.js";

/** How much one peer may make one connection hold. `Infinity` lifts a limit; 0 means zero. */
export interface MessageLimits {
  /**
   * Largest message to accept, in bytes: after decompression, over all its
   * fragments. A larger one fails the connection with 1009 (RFC 6455 §10.4),
   * before its payload is read when the frame header tells. `Infinity` means
   * 536 870 888, the longest text that a JavaScript engine can hold.
   *
   * @defaultValue 1 MiB: a hostile peer can make each connection hold this much.
   */
  readonly maxMessageBytes?: number;

  /**
   * Most frames of one message; empty ones count. One more fails the connection
   * with 1008.
   *
   * @defaultValue 16 384
   */
  readonly maxFragments?: number;
}

/** {@link MessageLimits} that are not given. */
export const DEFAULT_MESSAGE_LIMITS = {
  maxMessageBytes: 1_048_576,
  maxFragments: 16_384,
} as const;

/** V8's longest string; other engines allow more. */
const LARGEST_MESSAGE_BYTES = 2 ** 29 - 24;

/** What an object costs on top of its bytes, about: a view, its buffer and their place in a list. */
const BYTES_PER_OBJECT = 200;

const NAMES: Names<MessageLimits> = {
  owner: "the limits of a ProtocolConnection",
  known: { maxMessageBytes: true, maxFragments: true },
};

/**
 * Counts what a connection holds on behalf of its peer. Every path that keeps the peer's bytes, or
 * bytes for the peer, charges this one object.
 *
 * It refuses messages over {@link MessageLimits} by itself. The other counts are for their readers: a
 * driver pauses reading at its limit for {@link queuedBytes}, and its send queue has a limit for
 * what waits to be sent. {@link heldBytes} is the sum of all counts.
 */
export class Budget {
  readonly maxMessageBytes: number;
  /**
   * Largest payload of a compressed message: over `maxMessageBytes`, because what
   * cannot be compressed grows. RFC 1951 allows 9 bits for each byte in a block of
   * fixed codes, which is an eighth more, and a few bytes for each block.
   */
  readonly maxCompressedBytes: number;
  readonly #maxFragments: number;

  /** Bytes received that no frame has been read from yet. */
  unparsedBytes = 0;
  /** Bytes of the message whose fragments are arriving. */
  messageBytes = 0;
  /** Frames of that message so far. */
  fragments = 0;
  /** Bytes of a message that is being decoded elsewhere. */
  decodingBytes = 0;
  /** Messages that nobody has taken yet, in bytes; see {@link chargeQueued}. */
  queuedBytes = 0;
  /** Bytes of a message that is being encoded elsewhere. */
  encodingBytes = 0;
  /** Bytes of messages that wait to be framed. */
  outputBytes = 0;
  /** Bytes of messages that have not been given to the protocol yet. */
  waitingBytes = 0;
  /** Objects behind all of these. */
  objects = 0;

  /** @throws {TypeError} A limit does not exist. */
  constructor(limits: MessageLimits = {}) {
    checkOptions(limits, NAMES);
    const { maxMessageBytes, maxFragments } = { ...DEFAULT_MESSAGE_LIMITS, ...limits };
    this.maxMessageBytes = Math.min(maxMessageBytes, LARGEST_MESSAGE_BYTES);
    const max = this.maxMessageBytes;
    this.maxCompressedBytes = max + (max >>> 3) + (max >>> 6) + 64;
    this.#maxFragments = maxFragments;
  }

  /** All that is held, in bytes, with an estimate for the objects. */
  get heldBytes(): number {
    const received = this.unparsedBytes + this.messageBytes + this.decodingBytes + this.queuedBytes;
    const sent = this.encodingBytes + this.outputBytes + this.waitingBytes;
    return received + sent + this.objects * BYTES_PER_OBJECT;
  }

  /**
   * Counts a data frame when its header has been read, before any of its payload
   * is kept.
   *
   * @param fin - Whether it is the last of its message, so that the whole is known.
   * @throws {ProtocolError} `FRAGMENTS_TOO_MANY` or `MESSAGE_TOO_BIG`.
   */
  chargeFragment(payloadLength: number, isCompressed: boolean, fin = true): void {
    const maxBytes = isCompressed ? this.maxCompressedBytes : this.maxMessageBytes;
    if (this.fragments >= this.#maxFragments) throw this.#tooManyFragments();
    const bytes = this.messageBytes + payloadLength;
    if (bytes > maxBytes) throw this.#tooBig(bytes, fin, isCompressed);
    this.fragments++;
    this.messageBytes = bytes;
  }

  /** Whether a message of one frame is within the limits: then {@link chargeFragment} would not throw. */
  allowsWhole(payloadLength: number, isCompressed: boolean): boolean {
    const maxBytes = isCompressed ? this.maxCompressedBytes : this.maxMessageBytes;
    return payloadLength <= maxBytes && this.#maxFragments > 0;
  }

  /** Counts a message that waits for whoever takes it; an empty one is not free either. */
  chargeQueued(length: number): void {
    this.queuedBytes += length + BYTES_PER_OBJECT;
  }

  releaseQueued(length: number): void {
    this.queuedBytes -= length + BYTES_PER_OBJECT;
  }

  /** The message is complete: its next owner counts it. */
  releaseMessage(): void {
    this.fragments = 0;
    this.messageBytes = 0;
  }

  #tooManyFragments(): ProtocolError {
    const finding = { value: this.fragments + 1, limit: this.#maxFragments };
    return new ProtocolError("FRAGMENTS_TOO_MANY", finding);
  }

  #tooBig(value: number, fin: boolean, isCompressed: boolean): ProtocolError {
    const bytes = isCompressed ? "compressed bytes" : "bytes";
    const what = fin ? bytes : `${bytes} or more`;
    return new ProtocolError("MESSAGE_TOO_BIG", { value, what, limit: this.maxMessageBytes });
  }
}
