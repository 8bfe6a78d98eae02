/** Compressed messages as different peers write them: levels, block types, flushes and BFINAL (RFC 7692 §7.2.1). */
import { constants, deflateRawSync, type ZlibOptions } from "node:zlib";
import * as fc from "fast-check";
import { concat } from "./wire-frame.js";

/** What was agreed for the direction of the sender. */
export interface PeerDeflate {
  /** 9 to 15: zlib cannot write a window of 2^8. */
  readonly windowBits: number;
  readonly contextTakeover: boolean;
}

/** How a message is compressed. All of it is legal. */
export interface Squeeze {
  readonly level: number;
  readonly strategy: number;
  readonly memLevel: number;
  /** `flushed`: in two halves with a flush between them. `final`: with BFINAL set on the last block. */
  readonly shape: "plain" | "flushed" | "final";
}

export const squeeze: fc.Arbitrary<Squeeze> = fc.record({
  level: fc.constantFrom(0, 1, 6, 9),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ),
  memLevel: fc.constantFrom(1, 8, 9),
  shape: fc.constantFrom("plain", "flushed", "final"),
});

/** §7.2.1 cuts this off, §7.2.2 puts it back. */
const TAIL_BYTES = 4;

/**
 * Compresses one message behind those that left `history`.
 *
 * @returns The payload, and the history for the next message.
 */
export function compressMessage(
  message: Uint8Array,
  how: Squeeze,
  agreed: PeerDeflate,
  history: Uint8Array,
): { readonly payload: Uint8Array; readonly history: Uint8Array } {
  const half = how.shape === "flushed" ? message.length >> 1 : 0;
  const first = message.subarray(0, half);
  const afterFirst = concat([history, first]);
  const parts = half > 0 ? [deflated(first, how, agreed, history)] : [];
  parts.push(deflated(message.subarray(half), how, agreed, afterFirst));

  const whole = concat(parts);
  // A final block ends anywhere; an empty stored block must follow it, of which one byte is left.
  const payload =
    how.shape === "final" ? concat([whole, Uint8Array.of(0)]) : whole.subarray(0, -TAIL_BYTES);
  const next = concat([history, message]).slice(-(2 ** agreed.windowBits));
  return { payload, history: agreed.contextTakeover ? next : new Uint8Array(0) };
}

function deflated(
  bytes: Uint8Array,
  { level, strategy, memLevel, shape }: Squeeze,
  { windowBits }: PeerDeflate,
  history: Uint8Array,
): Uint8Array {
  const finishFlush = shape === "final" ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  const options: ZlibOptions = { level, strategy, memLevel, windowBits, finishFlush };
  const dictionary = history.slice(-(2 ** windowBits));
  if (bytes.length === 0 && shape !== "final") return emptyFlush();
  return deflateRawSync(bytes, dictionary.length > 0 ? { ...options, dictionary } : options);
}

/** zlib versions differ in what a flush of nothing writes: an empty stored block is what it means. */
function emptyFlush(): Uint8Array {
  return Uint8Array.of(0x00, 0x00, 0x00, 0xff, 0xff);
}
