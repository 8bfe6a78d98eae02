/** Every rule that a peer can break on an open connection, and the errors of this library. */
import { brand } from "../input/index.js";
import type { CloseCode } from "./close-code.js";

/** A rule that a peer can break, and what follows. */
export interface Violation {
  readonly closeCode: CloseCode;
  /** Where the rule stands, such as `"RFC 6455 §5.5"`. */
  readonly section: string;
  /**
   * What the peer did, in a few words: the reason in the Close frame, and how the message
   * begins. Names in braces stand for {@link Finding}. However long the numbers are, it
   * takes at most 123 bytes.
   */
  readonly reason: string;
  readonly rule: string;
  /** The option of this end that is the limit, where the rule is one. */
  readonly option?: string;
}

/**
 * Every way a peer can break the protocol once the connection is open.
 *
 * One row decides the error's `code`, its message, the close code and the reason
 * sent to the peer, and the entry in docs/errors.md. A new check starts as a new row here.
 */
// oxfmt-ignore
export const VIOLATIONS = {
  RSV_UNEXPECTED:          { closeCode: 1002, section: "RFC 6455 §5.2",   reason: "unexpected {what}",                          rule: "no extension gave this reserved bit a meaning on this frame" },
  OPCODE_UNKNOWN:          { closeCode: 1002, section: "RFC 6455 §5.2",   reason: "unknown opcode {value}",                     rule: "opcodes 3-7 and 11-15 are reserved" },
  MASK_MISSING:            { closeCode: 1002, section: "RFC 6455 §5.1",   reason: "frame without a mask",                       rule: "a client must mask every frame" },
  MASK_UNEXPECTED:         { closeCode: 1002, section: "RFC 6455 §5.1",   reason: "frame with a mask",                          rule: "a server must not mask frames" },
  CONTROL_FRAGMENTED:      { closeCode: 1002, section: "RFC 6455 §5.5",   reason: "{what} frame without FIN",                   rule: "a control frame must be final" },
  CONTROL_TOO_LONG:        { closeCode: 1002, section: "RFC 6455 §5.5",   reason: "{what} frame with length bits {value}",      rule: "a control frame carries at most 125 bytes" },
  LENGTH_NOT_MINIMAL:      { closeCode: 1002, section: "RFC 6455 §5.2",   reason: "payload length {value} in {what}",           rule: "the payload length must use the shortest form" },
  LENGTH_SIGN_BIT:         { closeCode: 1002, section: "RFC 6455 §5.2",   reason: "payload length of 2^63 or more",             rule: "the top bit of a 64-bit length must be 0" },
  CONTINUATION_UNEXPECTED: { closeCode: 1002, section: "RFC 6455 §5.4",   reason: "continuation frame outside a message",       rule: "a continuation frame needs a message to continue" },
  MESSAGE_INTERLEAVED:     { closeCode: 1002, section: "RFC 6455 §5.4",   reason: "{what} frame inside a message",              rule: "a message must end before the next one starts" },
  CLOSE_TOO_SHORT:         { closeCode: 1002, section: "RFC 6455 §5.5.1", reason: "Close frame with 1 byte",                    rule: "a close payload is empty or starts with a 2-byte code" },
  CLOSE_CODE_INVALID:      { closeCode: 1002, section: "RFC 6455 §7.4",   reason: "close code {value}",                         rule: "this close code may not be sent" },
  UTF8_INVALID:            { closeCode: 1007, section: "RFC 6455 §8.1",   reason: "{what} that is not UTF-8",                   rule: "text messages and close reasons must be UTF-8" },
  DEFLATE_INVALID:         { closeCode: 1007, section: "RFC 7692 §7.2.2", reason: "message that cannot be decompressed",        rule: "a compressed message must be DEFLATE data" },
  MESSAGE_TOO_BIG:         { closeCode: 1009, section: "RFC 6455 §10.4",  reason: "message of {value} {what} is over maxMessageBytes {limit}",     rule: "a message may have no more bytes, once decompressed, than this option of the receiver says", option: "maxMessageBytes" },
  FRAGMENTS_TOO_MANY:      { closeCode: 1008, section: "RFC 6455 §10.4",  reason: "message of {value} fragments or more is over maxFragments {limit}", rule: "a message may have no more frames than this option of the receiver says", option: "maxFragments" },
  MESSAGE_TOO_SLOW:        { closeCode: 1008, section: "RFC 6455 §10.4",  reason: "message unfinished after {value} ms is over messageTimeoutMs {limit}",rule: "a message may take no longer than this option of the receiver says", option: "messageTimeoutMs" },
} as const;

/** The names of {@link VIOLATIONS}: the `code` of a {@link ProtocolError}. */
export type ViolationCode = keyof typeof VIOLATIONS;

/** Base of every error this library throws or emits. */
export abstract class WebSocketError extends Error {
  /** Stable and machine-readable. The message is for people and may change. */
  abstract readonly code: string;
}

/** What was found where a rule is broken. It has no bytes of the peer except numbers, because it is sent and logged. */
export interface Finding {
  /** The opcode, close code or length that breaks the rule; or the number that is over the limit. */
  readonly value?: number;
  /** What the limit is set to. */
  readonly limit?: number;
  /** A word of this library for what was found. */
  readonly what?: string;
}

/** Replaces the names in braces by the finding. A name without a value stays. */
export function withFinding(template: string, finding: Finding): string {
  let text = template;
  for (const name of ["value", "limit", "what"] as const) {
    const found = finding[name];
    if (found !== undefined) text = text.replace(`{${name}}`, String(found));
  }
  return text;
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
  /** What the peer did, in a few words: the reason in the Close frame that the peer gets. */
  readonly reason: string;
  /** The rule that was broken, such as `"RFC 6455 §5.5"`. */
  readonly section: string;
  /** The opcode, close code, length or size that broke the rule; `undefined` where it is no number. */
  readonly value: number | undefined;
  /** The option of this end that is the limit, such as `"maxMessageBytes"`, where the rule is one. */
  readonly option: string | undefined;
  /** What {@link option} is set to. */
  readonly limit: number | undefined;

  constructor(code: ViolationCode, finding: Finding = {}, options?: ErrorOptions) {
    const { section, rule, closeCode, option, reason: template }: Violation = VIOLATIONS[code];
    const reason = withFinding(template, finding);
    super(`${reason}: ${rule} (${section})`, options);
    this.code = code;
    this.closeCode = closeCode;
    this.reason = reason;
    this.section = section;
    this.value = finding.value;
    this.option = option;
    this.limit = finding.limit;
  }
}

/** The error for a text message that is not UTF-8. */
export function notUtf8(): ProtocolError {
  return new ProtocolError("UTF8_INVALID", { what: "text" });
}

/** The error for a message that is over `limit` once decompressed: by how much is not known. */
export function decompressedTooBig(payloadLength: number, limit: number): ProtocolError {
  const finding = { value: payloadLength, what: "bytes, once decompressed,", limit };
  return new ProtocolError("MESSAGE_TOO_BIG", finding);
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
  /** The reason in that Close frame. */
  readonly reason: string;

  constructor(cause: unknown) {
    const reason = "the codec of permessage-deflate failed";
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Whether a value is a {@link WebSocketError}, of any copy of the package. */
export const isWebSocketError: (value: unknown) => value is WebSocketError = brand(
  WebSocketError,
  "WebSocketError",
);

/** Whether a value is a {@link ProtocolError}, of any copy of the package. */
export const isProtocolError: (value: unknown) => value is ProtocolError = brand(
  ProtocolError,
  "ProtocolError",
);

brand(CodecError, "CodecError");
