/** A frame header read the slow way, with `bigint` lengths (RFC 6455 §5.2). Judges nothing. */
export interface ReferenceHeader {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  readonly maskingKey: Uint8Array | undefined;
  /** Bits of the length field used: the one in the second byte, or the extended one. */
  readonly lengthBits: 7 | 16 | 64;
  readonly payloadLength: bigint;
  /** Bytes of the header, masking key included. */
  readonly headerLength: number;
}

/** The header at the start of `bytes`, or `undefined` when some of it is missing. */
export function referenceHeader(bytes: Uint8Array): ReferenceHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 2) return undefined;
  const first = view.getUint8(0);
  const second = view.getUint8(1);

  const code = second % 128;
  const lengthBits = code === 127 ? 64 : code === 126 ? 16 : 7;
  const keyStart = 2 + (lengthBits === 7 ? 0 : lengthBits / 8);
  const masked = second >= 128;
  const headerLength = keyStart + (masked ? 4 : 0);
  if (bytes.length < headerLength) return undefined;

  const extended = lengthBits === 64 ? view.getBigUint64(2) : BigInt(code);
  return {
    fin: Boolean(first & 0b1000_0000),
    rsv1: Boolean(first & 0b0100_0000),
    rsv2: Boolean(first & 0b0010_0000),
    rsv3: Boolean(first & 0b0001_0000),
    opcode: first & 0b0000_1111,
    maskingKey: masked ? bytes.slice(keyStart, headerLength) : undefined,
    lengthBits,
    payloadLength: lengthBits === 16 ? BigInt(view.getUint16(2)) : extended,
    headerLength,
  };
}

/** Masks or unmasks: each byte with the byte of the key that its place selects (§5.3). */
export function unmasked(payload: Uint8Array, maskingKey: Uint8Array | undefined): Uint8Array {
  if (maskingKey === undefined) return payload.slice();
  return payload.map((byte, i) => byte ^ (maskingKey[i % 4] ?? 0));
}
