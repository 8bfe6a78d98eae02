/**
 * One message of permessage-deflate decompressed the slow way (RFC 7692 §7.2.2),
 * by the platform's zlib: the whole payload at once, the history as a dictionary.
 */
import { constants, inflateRawSync, type ZlibOptions } from "node:zlib";

export type Inflated =
  | { readonly bytes: Uint8Array }
  | { readonly closeCode: 1007 | 1009; readonly why: string };

/** What §7.2.1 makes the sender cut off: the end of an empty stored block. */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** An empty stored block with BFINAL: a decoder that stands between two blocks ends here. */
const END = Uint8Array.of(0x01, 0x00, 0x00, 0xff, 0xff);

/** zlib wants an upper bound above zero that fits its buffers. */
const LARGEST_OUTPUT = 2 ** 30;

/**
 * Decompresses one message.
 *
 * @param history - What earlier messages left in the window, oldest byte first.
 * @param maxBytes - A result over it is close code 1009.
 */
export function inflateMessage(
  payload: Uint8Array,
  history: Uint8Array,
  maxBytes: number,
): Inflated {
  const message = Buffer.concat([payload, TAIL]);
  try {
    const bytes = inflateBlocks(message, history, maxBytes, constants.Z_SYNC_FLUSH);
    if (bytes.length > maxBytes) return { closeCode: 1009, why: "larger than the limit" };

    // zlib takes data that stops inside a block without a word. Only between two
    // blocks does one more empty block add nothing and end the stream.
    const ended = Buffer.concat([message, END]);
    const proof = inflateBlocks(ended, history, maxBytes + END.length, constants.Z_FINISH);
    if (proof.length !== bytes.length) return { closeCode: 1007, why: "stops inside a block" };
    return { bytes };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { closeCode: isTooLarge(error) ? 1009 : 1007, why };
  }
}

/** Inflates block after block; a block with BFINAL ends zlib, not the message (§7.2.3.4). */
function inflateBlocks(
  message: Uint8Array,
  history: Uint8Array,
  maxBytes: number,
  finishFlush: number,
): Uint8Array {
  let output: Uint8Array = new Uint8Array(0);
  for (let rest = message; rest.length > 0;) {
    const dictionary = Buffer.concat([history, output]).subarray(-32_768);
    const { buffer, engine } = inflated(rest, {
      finishFlush,
      maxOutputLength: Math.min(maxBytes + 1, LARGEST_OUTPUT),
      ...(dictionary.length > 0 ? { dictionary } : {}),
    });
    output = Buffer.concat([output, buffer]);
    if (output.length > maxBytes) return output;
    rest = rest.subarray(engine.bytesWritten);
  }
  return output;
}

interface Inflation {
  readonly buffer: Uint8Array;
  /** `bytesWritten` is how much of the input zlib took. */
  readonly engine: { readonly bytesWritten: number };
}

/** `info: true` changes the result, which the types of Node do not know. */
function inflated(bytes: Uint8Array, options: ZlibOptions): Inflation {
  const result: unknown = inflateRawSync(bytes, { ...options, info: true });
  if (!isInflation(result)) throw new TypeError("zlib answered without its engine");
  return result;
}

function isInflation(result: unknown): result is Inflation {
  return typeof result === "object" && result !== null && "buffer" in result && "engine" in result;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
