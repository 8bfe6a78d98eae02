import type { Later } from "./codec.js";

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
   * same {@link sharingClass} can send it. Otherwise as {@link encode}; who sends
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
