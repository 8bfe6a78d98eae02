import type { Later } from "../extensions/codec.js";

/**
 * The DEFLATE of the platform, which costs more to start than a small message is
 * worth and less per byte than any code of ours.
 *
 * Nothing is kept between calls: each gets the history as plain bytes.
 */
export interface BulkDeflate {
  /** The smallest `windowBits` that {@link deflate} keeps to: 8 to 15. */
  readonly minWindowBits: number;

  /**
   * Compresses a whole message into blocks that end with the header of an empty
   * stored block, whose `00 00 ff ff` is left off (RFC 7692 §7.2.1).
   *
   * Leaves `message` and the history alone. `message` stays unchanged until the
   * outcome is there; the history is read inside the call only.
   *
   * @returns The payload, or `undefined` when `later` gets it.
   */
  deflate(message: Uint8Array, options: BulkOptions, later: Later): Uint8Array | undefined;

  /**
   * Decompresses the payload of a whole message, given without `00 00 ff ff`.
   * The bytes are held to the same promises as those of {@link deflate}.
   *
   * @param maxBytes - Largest result.
   * @returns The message, why there is none, or `undefined` when `later` gets one of these.
   */
  inflate(
    payload: Uint8Array,
    options: BulkOptions & { readonly maxBytes: number },
    later: (outcome: InflateOutcome) => void,
  ): InflateOutcome | undefined;
}

/** What both directions need to know of the conversation. */
export interface BulkOptions {
  /** Base-2 logarithm of the window, {@link BulkDeflate.minWindowBits} to 15. */
  readonly windowBits: number;
  /** What the message may refer back to, oldest byte first. */
  readonly history: Uint8Array;
}

/**
 * `"too big"`: the message is over `maxBytes`. `"unusual"`: broken, or legal in a
 * way that the platform does not follow, such as blocks after a final one.
 */
export type InflateOutcome = Uint8Array | "too big" | "unusual";
