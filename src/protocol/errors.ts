import type { CloseCode } from "./close-code.js";

/** A rule that a peer can break, and what follows. */
export interface Violation {
  readonly closeCode: CloseCode;
  /** Where the rule stands, such as `"RFC 6455 §5.5"`. */
  readonly section: string;
  readonly rule: string;
}

/**
 * Every way a peer can break the protocol once the connection is open.
 *
 * One row decides the error's `code`, its message, the close code sent to the
 * peer, and the entry in docs/errors.md. A new check starts as a new row here.
 */
// oxfmt-ignore
export const VIOLATIONS = {
  RSV_UNEXPECTED:          { closeCode: 1002, section: "RFC 6455 §5.2",   rule: "no extension gave this reserved bit a meaning on this frame" },
  OPCODE_UNKNOWN:          { closeCode: 1002, section: "RFC 6455 §5.2",   rule: "opcodes 3-7 and 11-15 are reserved" },
  MASK_MISSING:            { closeCode: 1002, section: "RFC 6455 §5.1",   rule: "a client must mask every frame" },
  MASK_UNEXPECTED:         { closeCode: 1002, section: "RFC 6455 §5.1",   rule: "a server must not mask frames" },
  CONTROL_FRAGMENTED:      { closeCode: 1002, section: "RFC 6455 §5.5",   rule: "a control frame must be final" },
  CONTROL_TOO_LONG:        { closeCode: 1002, section: "RFC 6455 §5.5",   rule: "a control frame carries at most 125 bytes" },
  LENGTH_NOT_MINIMAL:      { closeCode: 1002, section: "RFC 6455 §5.2",   rule: "the payload length must use the shortest form" },
  LENGTH_SIGN_BIT:         { closeCode: 1002, section: "RFC 6455 §5.2",   rule: "the top bit of a 64-bit length must be 0" },
  CONTINUATION_UNEXPECTED: { closeCode: 1002, section: "RFC 6455 §5.4",   rule: "a continuation frame needs a message to continue" },
  MESSAGE_INTERLEAVED:     { closeCode: 1002, section: "RFC 6455 §5.4",   rule: "a message must end before the next one starts" },
  CLOSE_TOO_SHORT:         { closeCode: 1002, section: "RFC 6455 §5.5.1", rule: "a close payload is empty or starts with a 2-byte code" },
  CLOSE_CODE_INVALID:      { closeCode: 1002, section: "RFC 6455 §7.4",   rule: "this close code may not be sent" },
  UTF8_INVALID:            { closeCode: 1007, section: "RFC 6455 §8.1",   rule: "text must be UTF-8" },
  DEFLATE_INVALID:         { closeCode: 1007, section: "RFC 7692 §7.2.2", rule: "a compressed message must be DEFLATE data" },
  MESSAGE_TOO_BIG:         { closeCode: 1009, section: "RFC 6455 §10.4",  rule: "the message is over the limit of bytes" },
  FRAGMENTS_TOO_MANY:      { closeCode: 1008, section: "RFC 6455 §10.4",  rule: "the message is over the limit of fragments" },
  MESSAGE_TOO_SLOW:        { closeCode: 1008, section: "RFC 6455 §10.4",  rule: "the message took longer than the limit" },
} as const;

/** The names of {@link VIOLATIONS}: the `code` of a {@link ProtocolError}. */
export type ViolationCode = keyof typeof VIOLATIONS;

/** Base of every error this library throws or emits. */
export abstract class WebSocketError extends Error {
  /** Stable and machine-readable. The message is for people and may change. */
  abstract readonly code: string;
}

/**
 * The peer broke the protocol, so this end fails the connection (RFC 6455
 * §7.1.7): a Close frame with {@link closeCode} is on its way to the peer.
 */
export class ProtocolError extends WebSocketError {
  override readonly name = "ProtocolError";
  override readonly code: ViolationCode;
  /** The code in the Close frame that the peer gets. */
  readonly closeCode: CloseCode;
  /** The rule that was broken, such as `"RFC 6455 §5.5"`. */
  readonly section: string;

  constructor(code: ViolationCode, options?: ErrorOptions) {
    const { section, rule, closeCode }: Violation = VIOLATIONS[code];
    super(`${rule} (${section})`, options);
    this.code = code;
    this.closeCode = closeCode;
    this.section = section;
  }
}

/**
 * A DEFLATE codec failed through no fault of the peer, for want of memory for
 * example. The connection cannot go on: messages would be missing.
 */
export class CodecError extends WebSocketError {
  override readonly name = "CodecError";
  override readonly code = "CODEC_FAILED";
  /** The code in the Close frame that the peer gets. */
  readonly closeCode: CloseCode = 1011;

  constructor(cause: unknown) {
    super("the codec of permessage-deflate failed", { cause });
  }
}
