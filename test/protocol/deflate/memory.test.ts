/** What a connection holds between messages, all of it: objects on the heap and memory of typed arrays. */
import { describe, expect, it } from "vitest";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { retainedBytes } from "../../support/retained-bytes.js";

/** So many that what the test runner itself comes to hold meanwhile, some hundred KiB, does not show. */
const COUNT = 1_000;
const KIB = 1024;
const WINDOW_BYTES = 4 * KIB;
/** More than the window, so that all of it is in use. */
const MESSAGE = CORPORA.json(seeded(3), 6000);

/** Makes many, then uses each. @returns What one of them holds before and after, in bytes. */
function held<T>(make: () => T, use: (one: T) => void): { made: number; used: number } {
  use(make()); // the scratch area that all share
  const start = retainedBytes();
  const all = Array.from({ length: COUNT }, make);
  const made = retainedBytes();
  for (const one of all) use(one);
  const used = retainedBytes();
  expect(all).toHaveLength(COUNT);
  return { made: (made - start) / COUNT, used: (used - start) / COUNT };
}

describe("what is held between messages with a window of 2^12 bytes", () => {
  it.each([
    { contextTakeover: true, most: 24 * KIB },
    { contextTakeover: false, most: KIB },
  ])("by a compressor is little before the first one, then as promised: %o", (row) => {
    const options = { windowBits: 12, contextTakeover: row.contextTakeover };
    const { made, used } = held(
      () => new Compressor(options),
      (compressor) => compressor.compress(MESSAGE),
    );
    expect(made).toBeLessThan(KIB);
    expect(used).toBeLessThan(row.most);
    expect(used > WINDOW_BYTES).toBe(row.contextTakeover);
  });

  it.each([
    { contextTakeover: true, most: 5 * KIB },
    { contextTakeover: false, most: KIB },
  ])("by a decompressor is little before the first one, then as promised: %o", (row) => {
    const options = { windowBits: 12, contextTakeover: row.contextTakeover };
    const payload = new Compressor({ windowBits: 12, contextTakeover: false }).compress(MESSAGE);
    const { made, used } = held(
      () => new Decompressor(options),
      (decompressor) => decompressor.decompress(payload, MESSAGE.length),
    );
    expect(made).toBeLessThan(KIB);
    expect(used).toBeLessThan(row.most);
    expect(used > WINDOW_BYTES).toBe(row.contextTakeover);
  });
});

/** Between a message and the next, so that the collector does not run in the midst of counting. */
const MESSAGES = 20;
const LOOKS = 9;

/** What one of `calls` allocates on top of its result, in bytes: the median of several looks, once all is compiled. */
function allocatedBeyond(calls: readonly (() => Uint8Array)[]): number {
  for (let round = 0; round < 100; round++) for (const call of calls) call();
  const looks = Array.from({ length: LOOKS }, () => {
    retainedBytes();
    const before = process.memoryUsage();
    const results = calls.map((call) => call());
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    return bytes - results.reduce((sum, { length }) => sum + length, 0);
  });
  return looks.toSorted((a, b) => a - b)[LOOKS >> 1]! / calls.length;
}

describe.each([100, 700, 4_000])("what is allocated for a message of %i bytes", (size) => {
  const random = seeded(size);
  const messages = Array.from({ length: MESSAGES }, () => CORPORA.json(random, size));

  it.each([true, false])(
    "is its result and a few views, with contextTakeover %s",
    (contextTakeover) => {
      const options = { windowBits: 12, contextTakeover };
      const compressor = new Compressor(options);
      const decompressor = new Decompressor(options);
      const alone = new Compressor({ windowBits: 12, contextTakeover: false });
      const payloads = messages.map((message) => alone.compress(message));
      const compress = messages.map((message) => () => compressor.compress(message));
      const decompress = payloads.map((payload) => () => decompressor.decompress(payload, size));
      expect(allocatedBeyond(compress)).toBeLessThan(KIB);
      expect(allocatedBeyond(decompress)).toBeLessThan(KIB);
    },
  );
});
