/** Whoever decompresses a payload, by its size, the verdict is the same. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createDeflateCodec, type DeflateCodecOptions } from "../../src/node/deflate.js";
import { ProtocolError } from "../../src/protocol/errors.js";
import { type DamagedPayload, damagedPayload } from "../support/deflate-damage.js";
import { type Bits, bitsToBytes, codesOf, dynamicBlock } from "../support/deflate-stream.js";
import { streamRuns, zlibPayload, zlibVerdict } from "../support/deflate-oracle.js";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** Blocks of Huffman codes that end with the tail, or in what stands in for it: once taken for whole payloads. */
const EXAMPLES: [DamagedPayload][] = [
  "dccc498e2449920440d428dc07081490d04185ea5801053fc44fec037353604ef389c26a73b53bdc813e295cb9d20171bb280c90d0cf380e218d4243b1cf210e0630a097790881eed7af5fde4f",
  "dccc498e2449920440d428dc07081490d04185ea5801053fc44fec037353604ef389c26a73b53bdc813e295cb9d20171bb280c90d0cf380e218d4243b1cf210e0630a097790881ee010000ffff",
].map((text) => [{ history: new Uint8Array(0), payload: hex(text) }]);

/** The message in hexadecimal, or the code of the error. */
async function verdict(
  options: DeflateCodecOptions,
  { history, payload }: DamagedPayload,
  maxBytes: number,
): Promise<string> {
  const codec = createDeflateCodec(options);
  const own = codec.createDecompressor({ windowBits: 15, contextTakeover: true });
  const decompress = (bytes: Uint8Array, limit: number): Promise<Uint8Array | Error> =>
    new Promise((resolve) => {
      try {
        const now = own.decompress(bytes, limit, resolve);
        if (now !== undefined) resolve(now);
      } catch (error) {
        resolve(error instanceof Error ? error : new Error("not an error", { cause: error }));
      }
    });
  // A message of the history alone: what the damaged one may refer to.
  await decompress(zlibPayload(history, {}), Infinity);
  const outcome = await decompress(payload, maxBytes);
  if (outcome instanceof Uint8Array) return Buffer.from(outcome).toString("hex");
  return outcome instanceof ProtocolError ? outcome.code : String(outcome);
}

const OURS: DeflateCodecOptions = { zlibPayloadBytes: Infinity };
const ZLIBS: DeflateCodecOptions = { zlibPayloadBytes: 0, offThreadBytes: Infinity };
const ELSEWHERE: DeflateCodecOptions = { zlibPayloadBytes: 0, offThreadBytes: 0 };

const whole = (payload: DamagedPayload): string => {
  const message = zlibVerdict(payload.payload, payload.history);
  return message === undefined ? "DEFLATE_INVALID" : Buffer.from(message).toString("hex");
};

it("takes and refuses the same payloads as our codec, in both of zlib's ways [D03]", async () => {
  await fc.assert(
    fc.asyncProperty(damagedPayload, async (payload) => {
      const expected = whole(payload);
      for (const options of [OURS, ZLIBS, ELSEWHERE]) {
        expect(await verdict(options, payload, 2 ** 26)).toBe(expected);
      }
    }),
    { ...streamRuns(1000), examples: EXAMPLES },
  );
});

it("gives the same error for a payload that is broken near the limit [D03]", async () => {
  const limit = fc.integer({ min: -20, max: 400 });
  await fc.assert(
    fc.asyncProperty(damagedPayload, limit, fc.nat(), async (payload, over, cut) => {
      const cutOff = payload.payload.subarray(0, payload.payload.length - (cut % 3));
      const broken = { ...payload, payload: cutOff };
      const maxBytes = Math.max(0, (await smallestLimit(broken)) + over);
      const expected = await verdict(OURS, broken, maxBytes);
      expect(await verdict(ZLIBS, broken, maxBytes)).toBe(expected);
    }),
    streamRuns(500),
  );
});

/** The smallest limit at which ours has something else to say than that the message is too big. */
async function smallestLimit(payload: DamagedPayload): Promise<number> {
  const isTooBig = async (maxBytes: number): Promise<boolean> =>
    (await verdict(OURS, payload, maxBytes)) === "MESSAGE_TOO_BIG";
  let [below, from] = [-1, 1];
  while (await isTooBig(from)) [below, from] = [from, from * 2];
  while (from - below > 1) {
    const middle = (below + from) >> 1;
    if (await isTooBig(middle)) below = middle;
    else from = middle;
  }
  return from;
}

/**
 * Lengths of a complete code of at most 15 bits: some leaves of a tree are split in
 * two, then the deepest again and again, so that the last code is as long as `depth`.
 */
const codeLengths: fc.Arbitrary<number[]> = fc
  .record({
    splits: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    depth: fc.integer({ min: 8, max: 15 }),
  })
  .map(({ splits, depth }) => {
    let lengths = [1, 1];
    const split = (leaf: number): void => {
      const length = lengths[leaf]! + 1;
      lengths = lengths.toSpliced(leaf, 1, length, length);
    };
    for (const pick of splits) split(pick % lengths.length);
    while (lengths.at(-1)! < depth) split(lengths.length - 1);
    return lengths.toSorted((a, b) => a - b);
  });

/** Literals 0, 1, ... have these lengths, and the end of the block the last: its code is nothing but ones. */
function codeThatEndsInOnes(lengths: readonly number[]): {
  readonly description: Bits[];
  readonly literals: string[];
} {
  const literals = Object.fromEntries(
    lengths.slice(0, -1).map((length, symbol) => [symbol, length]),
  );
  const code = { ...literals, 256: lengths.at(-1)! };
  const words = codesOf(code);
  delete words[256];
  return { description: dynamicBlock(code, { 0: 1 }), literals: Object.values(words) };
}

it("refuses a block that is cut off, whatever its code makes of what follows [D03]", async () => {
  await fc.assert(
    fc.asyncProperty(codeLengths, fc.array(fc.nat(), { maxLength: 40 }), async (lengths, picks) => {
      const { description, literals } = codeThatEndsInOnes(lengths);
      const symbols = picks.map((pick) => literals[pick % literals.length]!);
      const whole = bitsToBytes(...description, ...symbols);
      const payload = whole.subarray(0, -1);
      const broken = { history: new Uint8Array(0), payload };
      for (const options of [OURS, ZLIBS]) {
        expect(await verdict(options, broken, 2 ** 20)).toBe("DEFLATE_INVALID");
      }
    }),
    streamRuns(1000),
  );
});
