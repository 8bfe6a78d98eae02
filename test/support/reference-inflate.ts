/**
 * One message of permessage-deflate decompressed the slow way (RFC 7692 §7.2.2),
 * by the platform's zlib: the whole payload at once, the history as a dictionary.
 */
import { constants, inflateRawSync } from "node:zlib";

export type Inflated =
  | { readonly bytes: Uint8Array }
  | { readonly closeCode: 1007 | 1009; readonly why: string }
  /** Nothing a sender may write, and nothing that a receiver is told to refuse. */
  | { readonly doubtful: string };

/** What §7.2.1 makes the sender cut off: the end of an empty stored block. */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** The same place filled with the end of a stored block that holds one byte. */
const PROBE = Uint8Array.of(0x01, 0x00, 0xfe, 0xff, 0x58);

/** An empty stored block with BFINAL: a decoder that stands between two blocks ends here. */
const END = Uint8Array.of(0x01, 0x00, 0x00, 0xff, 0xff);

/** zlib wants an upper bound above zero that fits its buffers. */
const LARGEST_OUTPUT = 2 ** 30;

/** What the last byte of a payload may add: one match of 258 bytes, and some more. */
const MOST_IN_A_BYTE = 300;

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
  const message = attempt([payload, TAIL, END], history, maxBytes);
  if ("closeCode" in message) {
    const longest = longestOutput(payload, history, maxBytes);
    if (longest > maxBytes) return { closeCode: 1009, why: "larger than the limit" };
    if (message.closeCode === 1009) return { doubtful: "too large by what the tail adds" };
    if (endsInTail(payload, history)) return { doubtful: "no empty block follows a final one" };
    const whole = attempt([payload, END], history, maxBytes);
    if ("bytes" in whole) return { doubtful: "the last block is there to its end" };
    const isClose = longest + MOST_IN_A_BYTE > maxBytes;
    return isClose ? { doubtful: "too large or broken within one byte" } : message;
  }

  // zlib takes a payload that stops inside a block without a word when the tail
  // happens to complete that block. A payload that stops where it should takes
  // another tail just as well.
  const probe = attempt([payload, PROBE, END], history, maxBytes + 1);
  const isProper = "bytes" in probe && probe.bytes.length === message.bytes.length + 1;
  return isProper ? message : { doubtful: "the tail completes a block that it should follow" };
}

/**
 * How many bytes come out of as much of the payload as is in order; something over
 * the limit when it is over the limit.
 */
function longestOutput(payload: Uint8Array, history: Uint8Array, maxBytes: number): number {
  for (let length = payload.length; length > 0; length--) {
    const { bytes, closeCode } = prefix(payload.subarray(0, length), history, maxBytes);
    if (closeCode === 1009) return Infinity;
    if (bytes !== undefined) return bytes.length;
  }
  return 0;
}

function prefix(
  payload: Uint8Array,
  history: Uint8Array,
  maxBytes: number,
): { bytes?: Uint8Array; closeCode?: number } {
  return attempt([payload], history, maxBytes, constants.Z_SYNC_FLUSH);
}

function attempt(
  parts: readonly Uint8Array[],
  history: Uint8Array,
  maxBytes: number,
  finishFlush: number = constants.Z_FINISH,
): { bytes: Uint8Array } | { closeCode: 1007 | 1009; why: string } {
  let output: Uint8Array = new Uint8Array(0);
  try {
    for (let rest: Uint8Array = Buffer.concat(parts); rest.length > 0;) {
      const { buffer, engine } = inflated(rest, [history, output], { maxBytes, finishFlush });
      output = Buffer.concat([output, buffer]);
      if (output.length > maxBytes) return { closeCode: 1009, why: "larger than the limit" };
      rest = rest.subarray(engine.bytesWritten); // a block with BFINAL ends zlib, not the message
    }
    return { bytes: output };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { closeCode: isTooLarge(error) ? 1009 : 1007, why };
  }
}

/** Tells whether a block with BFINAL ends with the payload or behind it, so that the tail is no block. */
function endsInTail(payload: Uint8Array, history: Uint8Array): boolean {
  let output: Uint8Array = new Uint8Array(0);
  let rest: Uint8Array = Buffer.concat([payload, TAIL]);
  try {
    while (rest.length > TAIL.length) {
      const { buffer, engine } = inflated(rest, [history, output], {
        maxBytes: LARGEST_OUTPUT,
        finishFlush: constants.Z_FINISH,
      });
      output = Buffer.concat([output, buffer]);
      rest = rest.subarray(engine.bytesWritten);
    }
  } catch {
    return false;
  }
  return rest.length <= TAIL.length;
}

interface Inflation {
  readonly buffer: Uint8Array;
  /** `bytesWritten` is how much of the input zlib took. */
  readonly engine: { readonly bytesWritten: number };
}

/** Inflates up to the first block with BFINAL. `info: true` changes the result, unknown to Node's types. */
function inflated(
  bytes: Uint8Array,
  before: readonly Uint8Array[],
  { maxBytes, finishFlush }: { maxBytes: number; finishFlush: number },
): Inflation {
  const dictionary = Buffer.concat(before).subarray(-32_768);
  const result: unknown = inflateRawSync(bytes, {
    finishFlush,
    maxOutputLength: Math.min(maxBytes + 1, LARGEST_OUTPUT),
    info: true,
    ...(dictionary.length > 0 ? { dictionary } : {}),
  });
  if (!isInflation(result)) throw new TypeError("zlib answered without its engine");
  return result;
}

function isInflation(result: unknown): result is Inflation {
  return typeof result === "object" && result !== null && "buffer" in result && "engine" in result;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
