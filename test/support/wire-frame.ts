/**
 * Frames as data and as bytes, legal or not, for tests that speak to the wire
 * without the library (RFC 6455 §5.2).
 */
import { referenceHeader, unmasked } from "./reference-header.js";

export interface WireFrame {
  readonly opcode: number;
  readonly fin: boolean;
  /** The three reserved bits as one number: RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly payload: Uint8Array;
}

/** How a frame travels: what a legal frame leaves no choice about can be overridden. */
export interface WireForm {
  readonly maskingKey?: Uint8Array | undefined;
  /** Bits of the length field. The shortest that fits when absent. */
  readonly lengthBits?: 7 | 16 | 64 | undefined;
  /** What the length field says when it is not the length of the payload. */
  readonly declaredLength?: bigint | undefined;
}

export const TEXT = 1;
export const BINARY = 2;
export const CONTINUATION = 0;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** The key that scripts use: any four bytes do, and fixed ones are easy to read. */
export const SCRIPT_KEY: Uint8Array = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** Bytes written as people write them: `hex("82 7e 0080")`. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hexadecimal: ${text}`);
  return new Uint8Array(Buffer.from(digits, "hex"));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A final frame without reserved bits; `overrides` says what differs. */
export function frame(
  opcode: number,
  payload: Uint8Array | string = "",
  overrides: Partial<WireFrame> = {},
): WireFrame {
  const bytes = typeof payload === "string" ? utf8(payload) : payload;
  return { opcode, fin: true, rsv: 0, payload: bytes, ...overrides };
}

/** A Close frame's payload: the code, then the reason. */
export function closePayload(code: number, reason: Uint8Array | string = ""): Uint8Array {
  const text = typeof reason === "string" ? utf8(reason) : reason;
  return concat([Uint8Array.of(code >> 8, code & 255), text]);
}

export function encodeFrame(
  { opcode, fin, rsv, payload }: WireFrame,
  { maskingKey, lengthBits, declaredLength }: WireForm = {},
): Uint8Array {
  const length = declaredLength ?? BigInt(payload.length);
  const bits = lengthBits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = maskingKey === undefined ? 0 : 0x80;
  const code = bits === 7 ? Number(length) : bits === 16 ? 126 : 127;

  const extended = new DataView(new ArrayBuffer(bits === 7 ? 0 : bits / 8));
  if (bits === 16) extended.setUint16(0, Number(length));
  if (bits === 64) extended.setBigUint64(0, length);
  return concat([
    Uint8Array.of(first, maskBit | code),
    new Uint8Array(extended.buffer),
    maskingKey ?? new Uint8Array(0),
    unmasked(payload, maskingKey),
  ]);
}

export interface ReceivedFrame extends WireFrame {
  readonly maskingKey: Uint8Array | undefined;
  readonly lengthBits: 7 | 16 | 64;
}

/** The first complete frame of `bytes`, unmasked, and what follows it; `undefined` when it is cut off. */
export function decodeFrame(
  bytes: Uint8Array,
): { readonly frame: ReceivedFrame; readonly rest: Uint8Array } | undefined {
  const header = referenceHeader(bytes);
  if (header === undefined) return undefined;
  const end = header.headerLength + Number(header.payloadLength);
  if (bytes.length < end) return undefined;

  const { fin, opcode, rsv1, rsv2, rsv3, maskingKey, lengthBits } = header;
  const rsv = (rsv1 ? 4 : 0) + (rsv2 ? 2 : 0) + (rsv3 ? 1 : 0);
  const payload = unmasked(bytes.subarray(header.headerLength, end), maskingKey);
  return {
    frame: { fin, rsv, opcode, payload, maskingKey, lengthBits },
    rest: bytes.subarray(end),
  };
}
