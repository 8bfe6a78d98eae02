/** Opcodes and the frame header: 2 to 14 bytes in front of every payload (RFC 6455 §5.2). */
import type { Budget } from "./budget.js";
import { ProtocolError } from "./errors.js";

/** What a frame carries: RFC 6455 §5.2 and §11.8. Bit 3 marks control frames. */
export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Opcodes 3-7 and 11-15 are reserved (§5.2). */
export function isOpcode(value: number): value is Opcode {
  return value <= Opcode.BINARY || (value >= Opcode.CLOSE && value <= Opcode.PONG);
}

/** The name in small letters, such as `"ping"`. */
export function opcodeName(opcode: Opcode): string {
  return NAMES[opcode];
}

const NAMES = {
  [Opcode.CONTINUATION]: "continuation",
  [Opcode.TEXT]: "text",
  [Opcode.BINARY]: "binary",
  [Opcode.CLOSE]: "close",
  [Opcode.PING]: "ping",
  [Opcode.PONG]: "pong",
} as const;

/** Control frames are CLOSE, PING and PONG (RFC 6455 §5.5). */
export function isControl(opcode: Opcode): boolean {
  return (opcode & 0x8) !== 0;
}

/** What a frame header says, as numbers and bits. */
export interface FrameHeader {
  /** Last frame of its message. */
  readonly fin: boolean;
  /** The reserved bits where they stand in byte 0: RSV1 0x40, RSV2 0x20, RSV3 0x10. */
  readonly rsv: number;
  readonly opcode: Opcode;
  /** Bytes of payload after the header. Past 2^53 it is rounded, and over every limit. */
  readonly payloadLength: number;
  readonly masked: boolean;
  /** The masking key as a 32-bit integer, first byte most significant; 0 on an unmasked frame. */
  readonly maskingKey: number;
}

/** What the handshake lets the peer send. */
export interface PeerRules {
  /** True when the peer is a client (§5.1). */
  readonly masked: boolean;
  /** Reserved bits that an extension gave a meaning on the first frame of a message. */
  readonly rsv: number;
}

/** The same object for all connections with the same rules. */
export function peerRules(masked: boolean, rsv: number): PeerRules {
  const key = masked ? rsv + 1 : rsv;
  return (knownRules[key] ??= { masked, rsv });
}

const knownRules: Record<number, PeerRules> = {};

/** Bytes of the longest header: 2, a length of 8, a key of 4. */
export const MAX_HEADER_LENGTH = 14;
/** Bytes of the longest payload of a control frame (RFC 6455 §5.5). */
export const MAX_CONTROL_PAYLOAD = 125;

/** @throws {RangeError} A control frame cannot carry `payload`. */
export function checkControlPayload(payload: Uint8Array): void {
  if (payload.length > MAX_CONTROL_PAYLOAD) {
    throw new RangeError(`a control frame carries at most 125 bytes, not ${payload.length}`);
  }
}

/** RSV1, the bit that permessage-deflate claims (RFC 7692 §6). */
export const RSV1 = 0x40;

/**
 * Reads the frame header at `bytes[start]`.
 *
 *     byte 0     FIN, RSV1-3, opcode (4 bits)
 *     byte 1     MASK, length (7 bits)
 *     0, 2 or 8  longer length, when those 7 bits are 126 or 127
 *     0 or 4     masking key, when MASK is set
 *
 * It keeps no state: with too few bytes before `end` it returns `undefined`, and
 * the caller tries again from the same place when more have come. A header is at
 * most 14 bytes, so little is read twice.
 *
 * A broken rule is reported from the header alone, before any payload arrives.
 *
 * @throws {ProtocolError} The peer broke RFC 6455 §5.1, §5.2 or §5.5.
 */
export function parseFrameHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  rules: PeerRules,
): FrameHeader | undefined {
  if (end - start < 2) return undefined;
  const first = bytes[start]!;
  const second = bytes[start + 1]!;

  const fin = (first & 0x80) !== 0;
  const rsv = first & 0x70;
  const opcode = first & 0x0f;
  const masked = (second & 0x80) !== 0;
  const shortLength = second & 0x7f;

  if (rsv !== 0) checkReservedBits(rsv, opcode, rules);
  if (!isOpcode(opcode)) throw new ProtocolError("OPCODE_UNKNOWN", { value: opcode });
  if (masked !== rules.masked) throw new ProtocolError(masked ? "MASK_UNEXPECTED" : "MASK_MISSING");
  if (isControl(opcode)) checkControlFrame(opcode, fin, shortLength);

  const keyStart = start + 2 + extendedLengthSize(shortLength);
  if (end < keyStart) return undefined;
  const payloadLength =
    shortLength < 126 ? shortLength : readExtendedLength(bytes, start + 2, shortLength);
  if (!masked) return { fin, rsv, opcode, payloadLength, masked, maskingKey: 0 };

  if (end < keyStart + 4) return undefined;
  return { fin, rsv, opcode, payloadLength, masked, maskingKey: readInt32(bytes, keyStart) };
}

/** What the header of a whole message says, and where its payload starts. */
export interface WholeHeader {
  isText: boolean;
  /** RSV1 is set (RFC 7692 §6). */
  isCompressed: boolean;
  /** Bytes of payload. */
  length: number;
  /** Where the payload starts. */
  start: number;
  /** As in {@link FrameHeader.maskingKey}. */
  maskingKey: number;
}

/** FIN and the opcode: the first byte of a message in one frame, without reserved bits. */
const WHOLE_TEXT: number = 0x80 | Opcode.TEXT;
const WHOLE_BINARY: number = 0x80 | Opcode.BINARY;

/**
 * Reads the frame at `bytes[start]` into `header`, if it is the whole of a text or binary message,
 * all there, of less than 64 KiB, and within every rule and limit. {@link parseFrameHeader} judges
 * all other frames, broken ones included.
 *
 * Nearly every frame is such a message. Two parsers stand here because one for both takes 15 ns
 * for such a frame, and this one takes 7: it makes no object. A property says that they agree.
 *
 * @returns Where the frame ends; -1 if it is not such a frame, and nothing was read.
 */
export function parseWholeFrame(
  header: WholeHeader,
  bytes: Uint8Array,
  start: number,
  rules: PeerRules,
  budget: Budget,
): number {
  const available = bytes.length - start;
  if (available < 2) return -1;
  const first = bytes[start]!;
  const kind = first & ~rules.rsv;
  if (kind !== WHOLE_TEXT && kind !== WHOLE_BINARY) return -1;
  const second = bytes[start + 1]!;
  if (second >= 0x80 !== rules.masked) return -1;

  let length = second & 0x7f;
  let position = start + 2;
  if (length >= 126) {
    if (length === 127 || available < 4) return -1;
    length = readUint16(bytes, position);
    if (length < 126) return -1;
    position += 2;
  }
  if (rules.masked) position += 4;
  const end = position + length;
  const isCompressed = (first & RSV1) !== 0;
  if (end > bytes.length || !budget.allowsWhole(length, isCompressed)) return -1;

  header.isText = kind === WHOLE_TEXT;
  header.isCompressed = isCompressed;
  header.length = length;
  header.start = position;
  header.maskingKey = rules.masked ? readInt32(bytes, position - 4) : 0;
  return end;
}

/** Bytes that a header takes on the wire: 2 to 14. */
export function headerLength(payloadLength: number, masked: boolean): number {
  return 2 + extendedLengthSize(shortLengthOf(payloadLength)) + (masked ? 4 : 0);
}

/**
 * Writes `header` into `target` at `offset`, the inverse of {@link parseFrameHeader}.
 *
 * @returns Where the payload starts.
 */
export function writeFrameHeader(target: Uint8Array, offset: number, header: FrameHeader): number {
  const { payloadLength, masked, maskingKey } = header;
  const shortLength = shortLengthOf(payloadLength);
  target[offset++] = (header.fin ? 0x80 : 0) | header.rsv | header.opcode;
  target[offset++] = (masked ? 0x80 : 0) | shortLength;
  if (shortLength === 127) {
    offset = writeInt32(target, offset, Math.floor(payloadLength / 2 ** 32));
    offset = writeInt32(target, offset, payloadLength % 2 ** 32);
  } else if (shortLength === 126) {
    target[offset++] = payloadLength >>> 8;
    target[offset++] = payloadLength;
  }
  return masked ? writeInt32(target, offset, maskingKey) : offset;
}

/** Only the first frame of a message may carry an extension's bit (RFC 7692 §6). */
function checkReservedBits(rsv: number, opcode: number, rules: PeerRules): void {
  const startsMessage = opcode === Opcode.TEXT || opcode === Opcode.BINARY;
  const allowed = startsMessage ? rules.rsv : 0;
  const unexpected = rsv & ~allowed;
  if (unexpected === 0) return;
  const what = reservedBitNames(unexpected).join(" and ");
  throw new ProtocolError("RSV_UNEXPECTED", { what, value: unexpected });
}

/** Which of the reserved bits are set: `["RSV1"]`. */
export function reservedBitNames(rsv: number): string[] {
  return ["RSV1", "RSV2", "RSV3"].filter((_, i) => (rsv & (RSV1 >> i)) !== 0);
}

function checkControlFrame(opcode: Opcode, fin: boolean, shortLength: number): void {
  if (!fin) throw new ProtocolError("CONTROL_FRAGMENTED", { what: opcodeName(opcode) });
  if (shortLength <= MAX_CONTROL_PAYLOAD) return;
  throw new ProtocolError("CONTROL_TOO_LONG", { what: opcodeName(opcode), value: shortLength });
}

function readExtendedLength(bytes: Uint8Array, offset: number, shortLength: number): number {
  if (shortLength === 126) {
    const length = readUint16(bytes, offset);
    if (length < 126) throw notMinimal(length, "2 bytes");
    return length;
  }

  const high = readInt32(bytes, offset);
  if (high < 0) throw new ProtocolError("LENGTH_SIGN_BIT");
  const length = high * 2 ** 32 + (readInt32(bytes, offset + 4) >>> 0);
  if (length <= 0xffff) throw notMinimal(length, "8 bytes");
  return length;
}

function notMinimal(value: number, what: string): ProtocolError {
  return new ProtocolError("LENGTH_NOT_MINIMAL", { value, what });
}

function shortLengthOf(payloadLength: number): number {
  if (payloadLength < 126) return payloadLength;
  return payloadLength <= 0xffff ? 126 : 127;
}

function extendedLengthSize(shortLength: number): 0 | 2 | 8 {
  if (shortLength < 126) return 0;
  return shortLength === 126 ? 2 : 8;
}

function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

function readInt32(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset]! << 24) |
    (bytes[offset + 1]! << 16) |
    (bytes[offset + 2]! << 8) |
    bytes[offset + 3]!
  );
}

function writeInt32(target: Uint8Array, offset: number, value: number): number {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
  return offset + 4;
}
