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
