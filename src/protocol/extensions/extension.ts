/** What an extension does to messages, and what permessage-deflate needs of a codec for that (RFC 6455 §9, RFC 7692). */

/**
 * What an extension does to messages (RFC 6455 §5.8, §9). One connection has one
 * at most: permessage-deflate is the only one registered that is in use.
 */
export interface MessageExtension {
  /** The reserved bits that it gives a meaning on the first frame of a message, as in FrameHeader.rsv. */
  readonly rsv: number;

  /** Whether a message of `length` bytes is worth encoding. */
  isWorthEncoding(length: number): boolean;

  /** Payloads of fewer bytes are encoded within the call of {@link encode}; longer ones perhaps elsewhere. */
  readonly elsewhereBytes: number;

  /**
   * Encodes the payload of a whole message to be sent, which then carries `rsv`.
   * Returns or calls `later` as {@link MessageCompressor.compress} does.
   */
  encode(payload: Uint8Array, later: Later): Uint8Array | undefined;

  /** Connections for which this is equal may send the same bytes that one's {@link encodeAlone} gave. */
  readonly sharingClass: number;

  /**
   * Encodes a payload so that it refers to no other message: any connection of the
   * same {@link sharingClass} can send it. Otherwise as {@link encode}; each connection that sends
   * it calls {@link skip} each time.
   */
  encodeAlone(payload: Uint8Array, later: Later): Uint8Array | undefined;

  /**
   * Takes note of a payload that is sent, encoded by {@link encodeAlone}: the peer
   * has it as history for what {@link encode} gives next. Copies what it keeps.
   */
  skip(payload: Uint8Array): void;

  /**
   * Decodes the payload of a whole message that came with `rsv`. Returns, throws
   * or calls `later` as {@link MessageDecompressor.decompress} does.
   */
  decode(payload: Uint8Array, maxBytes: number, later: Later): Uint8Array | undefined;
}

/**
 * What permessage-deflate needs of a DEFLATE codec (RFC 7692 §7.2, RFC 1951).
 *
 * A connection that negotiated the extension creates one compressor for what it
 * sends and one decompressor for what it receives. Each keeps what came before
 * as plain bytes, so every single message may be handled by whichever
 * implementation suits its size.
 */
export interface DeflateCodec {
  /** The smallest `windowBits` that {@link createCompressor} can keep to: 8 to 15. */
  readonly minWindowBits: number;
  /** Messages of fewer bytes are compressed within the call; longer ones perhaps elsewhere. */
  readonly elsewhereBytes: number;
  createCompressor(options: CodecOptions): MessageCompressor;
  createDecompressor(options: CodecOptions): MessageDecompressor;
}

/** What the opening handshake agreed on, for one direction. */
export interface CodecOptions {
  /** Base-2 logarithm of the window in bytes, 8 to 15: no distance reaches further back. */
  readonly windowBits: number;
  /** Whether a message may refer to the messages before it (RFC 7692 §7.1.1). */
  readonly contextTakeover: boolean;
}

/**
 * Gets the outcome of work that was not done at once: the bytes, or the error
 * that {@link MessageDecompressor.decompress} would have thrown. Called once,
 * never from inside the call it was passed to.
 */
export type Later = (outcome: Uint8Array | Error) => void;

/** Compresses the messages of one direction of a connection, in their order. */
export interface MessageCompressor {
  /**
   * Compresses one whole message, without the trailing `00 00 ff ff`
   * (RFC 7692 §7.2.1).
   *
   * Leaves `message` alone, and needs it unchanged until the outcome is there.
   * The next call may only be made after the outcome of this one.
   *
   * @returns The payload, at least one byte; the caller owns it. Or `undefined`
   *   when the work goes on elsewhere: then `later` gets the outcome.
   */
  compress(message: Uint8Array, later: Later): Uint8Array | undefined;

  /**
   * Takes note of a message that the peer gets compressed by another compressor,
   * between the messages of this one: it is part of the peer's window. Copies
   * what it keeps. Like {@link compress}, not to be called before an outcome is there.
   */
  skip(message: Uint8Array): void;
}

/** Decompresses the messages of one direction of a connection, in their order. */
export interface MessageDecompressor {
  /**
   * Decompresses the payload of one whole message, given without the trailing
   * `00 00 ff ff` (RFC 7692 §7.2.2).
   *
   * Leaves `payload` alone, and needs it unchanged until the outcome is there.
   * The next call may only be made after the outcome of this one; none may be
   * made after an error.
   *
   * @param maxBytes - Largest result. Not one byte over it is produced.
   * @returns The message; the caller owns it. Or `undefined` when the work goes
   *   on elsewhere: then `later` gets the outcome.
   * @throws {ProtocolError} `MESSAGE_TOO_BIG` or `DEFLATE_INVALID`.
   */
  decompress(payload: Uint8Array, maxBytes: number, later: Later): Uint8Array | undefined;
}
