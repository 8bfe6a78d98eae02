/**
 * What the core asks of the platform it runs on: randomness, which ECMAScript has
 * not, and byte routines for which most platforms have faster ones.
 *
 * Only {@link generateMaskingKey} has no default.
 */
export interface Platform {
  /**
   * Returns 32 unpredictable bits as a signed integer (RFC 6455 §5.3). Called for
   * each frame that a client sends. Its most significant byte masks the first
   * byte of the payload.
   */
  readonly generateMaskingKey: () => number;

  /** Returns memory of exactly `length` bytes, zeroed or not; all of it gets written. */
  readonly allocate?: (length: number) => Uint8Array;

  /** The text that `bytes` encode, or `undefined` when they are not UTF-8. Keeps U+FEFF at the start. */
  readonly decodeUtf8?: (bytes: Uint8Array) => string | undefined;

  /** How many bytes `text` takes as UTF-8; a lone surrogate counts as U+FFFD, 3 bytes. */
  readonly utf8Length?: (text: string) => number;

  /**
   * Writes `text` as UTF-8 into `target` at `offset`; a lone surrogate becomes
   * U+FFFD. The room is enough: {@link utf8Length} was asked before.
   */
  readonly writeUtf8?: (target: Uint8Array, offset: number, text: string) => void;

  /** Tells whether `bytes` are UTF-8, with no character cut off at the end. */
  readonly isUtf8?: (bytes: Uint8Array) => boolean;
}
