/** What zlib makes of a payload of permessage-deflate, and what the RFC adds to that. */
import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import * as fc from "fast-check";
import { CORPORA, seeded } from "./deflate-corpora.js";

const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
/** In the place of the tail: the rest of a stored block of one byte. */
const OTHER_TAIL = Uint8Array.of(0x01, 0x00, 0xfe, 0xff, 0x58);
const FINAL_BLOCK = Uint8Array.of(0x01, 0x00, 0x00, 0xff, 0xff);
const MAX_BYTES = 2 ** 26;

/** How many runs a property of streams gets in `npm test`; `FC_NUM_RUNS` says otherwise. */
export function streamRuns(usual: number): { numRuns: number } {
  return { numRuns: Number(process.env["FC_NUM_RUNS"] ?? usual) };
}

/**
 * The message in `payload`, or `undefined` when it is to be refused: data that
 * zlib refuses, and data that ends inside a block, which zlib forgives.
 *
 * @param history - What the message may refer to.
 */
export function zlibVerdict(payload: Uint8Array, history: Uint8Array): Uint8Array | undefined {
  let output = Buffer.from(history);
  let rest = payload;
  while (rest.length > 0) {
    let run = inflate([rest, TAIL, FINAL_BLOCK], output);
    if (run && run.used > rest.length && !takesOtherTail(rest, run, output)) run = undefined;
    // Behind the tail that was left on there is nothing to complete.
    if (!run && endsInTail(rest)) run = inflateWithTail(rest, output);
    if (!run) return undefined;
    output = Buffer.concat([output, run.bytes]);
    rest = rest.subarray(run.used);
  }
  return output.subarray(history.length);
}

/**
 * Whether the tail is nothing but the end of an empty stored block: then there is
 * room for one of one byte. Otherwise it completes a block that lacked its end.
 */
function takesOtherTail(rest: Uint8Array, run: Inflation, before: Uint8Array): boolean {
  const other = inflate([rest, OTHER_TAIL, FINAL_BLOCK], before);
  return (
    other?.used === run.used + 1 &&
    Buffer.compare(other.bytes, Buffer.concat([run.bytes, OTHER_TAIL.subarray(-1)])) === 0
  );
}

/** The tail that was left on must be the end of a stored block, too, and no symbols. */
function inflateWithTail(rest: Uint8Array, before: Uint8Array): Inflation | undefined {
  const run = inflate([rest, FINAL_BLOCK], before);
  return run && takesOtherTail(rest.subarray(0, -TAIL.length), run, before) ? run : undefined;
}

function endsInTail(payload: Uint8Array): boolean {
  return payload.length >= 4 && Buffer.compare(payload.subarray(-4), TAIL) === 0;
}

interface Inflation {
  readonly bytes: Uint8Array;
  /** How much of the input was used. */
  readonly used: number;
}

function inflate(parts: readonly Uint8Array[], before: Uint8Array): Inflation | undefined {
  const dictionary = before.subarray(-32_768);
  try {
    const result: unknown = inflateRawSync(Buffer.concat(parts), {
      info: true,
      maxOutputLength: MAX_BYTES,
      ...(dictionary.length > 0 ? { dictionary } : {}),
    });
    return usedOf(result);
  } catch {
    return undefined;
  }
}

/** Node's types do not know what `info` does. */
function usedOf(result: unknown): Inflation {
  if (!isInflation(result)) throw new TypeError("zlib answered without its engine");
  return { bytes: result.buffer, used: result.engine.bytesWritten };
}

function isInflation(
  result: unknown,
): result is { buffer: Uint8Array; engine: { bytesWritten: number } } {
  return typeof result === "object" && result !== null && "engine" in result;
}

/** Compresses with zlib, without the tail. */
export function zlibPayload(message: Uint8Array, options: ZlibOptions): Uint8Array {
  const whole = deflateRawSync(message, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, -TAIL.length);
}

/** A message: some application's, noise, or few different bytes; mostly short. */
export const anyMessage = (maxBytes: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc
      .record({
        corpus: fc.constantFrom(...Object.values(CORPORA)),
        seed: fc.integer(),
        size: fc.oneof({ weight: 4, arbitrary: fc.nat(400) }, fc.nat(maxBytes)),
      })
      .map(({ corpus, seed, size }) => corpus(seeded(seed), size)),
    fc.uint8Array({ maxLength: 100, max: 3 }),
    fc.uint8Array({ maxLength: 100 }),
  );

/** All that zlib can be told about how to compress. */
export const anyZlibOptions: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: -1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});
