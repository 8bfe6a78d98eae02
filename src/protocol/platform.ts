/**
 * The routines that the core takes from its platform: randomness, which ECMAScript does not have,
 * and byte routines, of which most platforms have faster ones.
 */
export interface Platform {
  /**
   * Returns 32 unpredictable bits as a signed integer (RFC 6455 §5.3). Called for
   * each frame that a client sends. Its most significant byte masks the first
   * byte of the payload.
   */
  readonly generateMaskingKey: () => number;

  /** Returns memory of exactly `length` bytes, zeroed or not: all of it gets written. */
  readonly allocate: (length: number) => Uint8Array;

  /** Decodes `bytes[start..end)`, which are known to be ASCII. */
  readonly decodeAscii: (bytes: Uint8Array, start: number, end: number) => string;

  /** The text that `bytes` encode, U+FEFF at the start included; `undefined` when they are not UTF-8. */
  readonly decodeUtf8: (bytes: Uint8Array) => string | undefined;

  /** How many bytes `text` takes as UTF-8; a lone surrogate counts as U+FFFD, 3 bytes. */
  readonly utf8Length: (text: string) => number;

  /**
   * Writes `text` as UTF-8 into `target` at `offset`; a lone surrogate becomes
   * U+FFFD. There is room enough.
   *
   * @param length - What {@link utf8Length} said: that of `text` itself when it is ASCII.
   */
  readonly writeUtf8: (target: Uint8Array, offset: number, text: string, length: number) => void;

  /** Tells whether `bytes` are UTF-8, with no character cut off at the end. */
  readonly isUtf8: (bytes: Uint8Array) => boolean;
}

/** A platform with nothing but ECMAScript and the Encoding standard, plus its own randomness. */
export function portablePlatform(generateMaskingKey: () => number): Platform {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  return {
    generateMaskingKey,
    allocate: (length) => new Uint8Array(length),
    decodeAscii: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
    decodeUtf8,
    utf8Length,
    writeUtf8: (target, offset, text) => {
      encoder.encodeInto(text, target.subarray(offset));
    },
    isUtf8: (bytes) => decodeUtf8(bytes) !== undefined,
  };
}

function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (isSurrogatePair(unit, text.charCodeAt(i + 1))) {
      length += 2; // four bytes for two units
      i++;
    } else length += 2;
  }
  return length;
}

function isSurrogatePair(first: number, second: number): boolean {
  return (first & 0xfc00) === 0xd800 && (second & 0xfc00) === 0xdc00;
}
