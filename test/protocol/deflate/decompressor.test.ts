import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import {
  type Bits,
  bitsToBytes,
  codesOf,
  dynamicBlock,
  dynamicHeader,
  fixedCode,
  run,
} from "../../support/deflate-stream.js";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
/** Much faster than comparing with `toEqual`. */
const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function decompressor(options: { windowBits?: number; contextTakeover?: boolean } = {}) {
  return new Decompressor({ windowBits: 15, contextTakeover: true, ...options });
}

/** What each payload gives, in one conversation. */
function messages(...payloads: (string | Uint8Array)[]): string[] {
  const own = decompressor();
  return payloads.map((payload) =>
    text(own.decompress(typeof payload === "string" ? hex(payload) : payload, 1000)),
  );
}

const END: Bits = fixedCode(256);
/** A fixed block is `0 10` in the order of the bits, a final one `1 10`. */
const FIXED: Bits = "0 10";
/** The header of the empty stored block at the end. */
const FLUSH: Bits = "0 00";

describe("payloads that are legal", () => {
  it.each([
    [
      "one fixed block (RFC 7692 §7.2.3.1) [7692-7-27] [7692-7-30]",
      ["f2 48 cd c9 c9 07 00"],
      ["Hello"],
    ],
    [
      "a match into the message before (§7.2.3.2) [7692-7-32]",
      ["f2 48 cd c9 c9 07 00", "f2 00 11 00 00"],
      ["Hello", "Hello"],
    ],
    ["a stored block (§7.2.3.3) [7692-7-28]", ["00 05 00 fa ff 48 65 6c 6c 6f 00"], ["Hello"]],
    [
      "a final block, then the next message (§7.2.3.4) [7692-7-28] [7692-7-29]",
      ["f3 48 cd c9 c9 07 00 00", "f2 00 11 00 00"],
      ["Hello", "Hello"],
    ],
    ["two blocks (§7.2.3.5) [7692-7-28]", ["f2 48 05 00 00 00 ff ff ca c9 c9 07 00"], ["Hello"]],
    ["an empty message (§7.2.3.6) [7692-7-33]", ["00", "f2 48 cd c9 c9 07 00"], ["", "Hello"]],
    [
      "blocks behind a final one, with the history kept [7692-7-29]",
      ["f3 48 cd c9 c9 07 00 f2 00 11 00 00"],
      ["HelloHello"],
    ],
    [
      "an empty final stored block whose end was left off",
      ["01", "f2 48 cd c9 c9 07 00"],
      ["", "Hello"],
    ],
    ["no payload at all", ["", "f2 48 cd c9 c9 07 00"], ["", "Hello"]],
    [
      "a final block with nothing behind it",
      ["f3 48 cd c9 c9 07 00", "f2 00 11 00 00"],
      ["Hello", "Hello"],
    ],
    ["the end left on", ["f2 48 cd c9 c9 07 00 00 00 ff ff", "f2 00 11 00 00"], ["Hello", "Hello"]],
  ])("decompresses %s", (_title, payloads, expected) => {
    expect(messages(...payloads)).toEqual(expected);
  });

  it("decompresses a block with codes of its own", () => {
    const litlen = { 97: 1, 98: 2, 256: 3, 257: 3 };
    const codes = codesOf(litlen);
    const payload = bitsToBytes(
      ...dynamicBlock(litlen, { 0: 1 }),
      ...[97, 98, 257].map((symbol) => codes[symbol]!),
      "0", // distance 1
      codes[256]!,
      FLUSH,
    );
    expect(messages(payload)).toEqual(["abbbb"]);
  });

  it("repeats lengths across the edge between both codes", () => {
    // Length 1 for 256, then three times more: 257 and the first two distances.
    const runs = [...run(18, [127, 7]), ...run(18, [107, 7]), ...run(1), ...run(16, [0, 2])];
    const header = dynamicHeader({ litlens: 258, distances: 2, runs });
    const payload = bitsToBytes(...header, "1 0", "1 1", "0", FLUSH);
    expect(messages("f2 48 cd c9 c9 07 00", payload)).toEqual(["Hello", "oooooo"]);
  });

  it("takes a code of one symbol, and a block without a distance code", () => {
    const one = bitsToBytes(...dynamicBlock({ 256: 1 }, {}), "0", FLUSH);
    expect(messages(one)).toEqual([""]);

    const literals = bitsToBytes(...dynamicBlock({ 97: 1, 256: 1 }, {}), "0 0 1", FLUSH);
    expect(messages(literals)).toEqual(["aa"]);
  });

  it("takes the longest codes", () => {
    const litlen = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [97 + i, i + 1]));
    litlen[256] = 15;
    const distance = {
      0: 1,
      1: 2,
      2: 3,
      3: 4,
      4: 5,
      5: 6,
      6: 7,
      7: 8,
      8: 9,
      9: 10,
      10: 11,
      11: 12,
      12: 13,
      13: 14,
      14: 15,
      15: 15,
    };
    const codes = codesOf(litlen);
    const all = Array.from({ length: 15 }, (_, i) => 97 + i);
    const payload = bitsToBytes(
      ...dynamicBlock(litlen, distance),
      ...all.map((symbol) => codes[symbol]!),
      codes[256]!,
      FLUSH,
    );
    expect(messages(payload)).toEqual(["abcdefghijklmno"]);
  });

  it("takes the longest match at the largest distance", () => {
    const own = decompressor();
    const first = Uint8Array.from({ length: 32_768 }, (_, i) => i * 7 + (i >> 8));
    own.decompress(deflateRawSync(first, { finishFlush: 2 }).subarray(0, -4), 40_000);
    const [length, distance]: Bits[] = [fixedCode(285), "11101"];
    const payload = bitsToBytes(FIXED, length!, distance!, [8191, 13], END, FLUSH);
    expect(isEqual(own.decompress(payload, 258), first.subarray(0, 258))).toBe(true);
  });

  it("forgets each message without context takeover [7692-7-12] [7692-7-16]", () => {
    const own = decompressor({ contextTakeover: false });
    own.decompress(hex("f2 48 cd c9 c9 07 00"), 1000);
    expect(own.history).toHaveLength(0);
    expect(() => own.decompress(hex("f2 00 11 00 00"), 1000)).toThrow(/DEFLATE data/);
  });

  it("goes on after a message that was decompressed elsewhere", () => {
    const own = decompressor();
    own.skip(new TextEncoder().encode("Hello"));
    expect(text(own.history)).toBe("Hello");
    expect(text(own.decompress(hex("f2 00 11 00 00"), 1000))).toBe("Hello");
  });
});

describe("the limit [7692-7-34]", () => {
  const tooBig = expect.objectContaining({ code: "MESSAGE_TOO_BIG" });

  it.each([
    ["stored", { level: 0 }],
    ["fixed", { strategy: 4 }],
    ["literals only", { strategy: 2 }],
    ["dynamic", {}],
  ])("is exact for %s blocks", (_title, options) => {
    for (const size of [0, 1, 2, 3, 257, 258, 259, 300, 65_279, 65_280, 65_536, 70_000, 200_000]) {
      const message = Uint8Array.from({ length: size }, (_, i) => (i % 11) * (i % 7));
      const payload = deflateRawSync(message, { ...options, finishFlush: 2 }).subarray(0, -4);
      expect(isEqual(decompressor().decompress(payload, size), message)).toBe(true);
      if (size > 0) expect(() => decompressor().decompress(payload, size - 1)).toThrow(tooBig);
      expect(decompressor().decompress(payload, Infinity)).toHaveLength(size);
    }
  });

  it("counts from the start of the message, not of the history", () => {
    const own = decompressor();
    for (let i = 0; i < 3; i++)
      expect(text(own.decompress(hex("f2 48 cd c9 c9 07 00"), 5))).toBe("Hello");
    expect(() => own.decompress(hex("f2 48 cd c9 c9 07 00"), 4)).toThrow(
      "message of 7 bytes, once decompressed, is over maxMessageBytes 4",
    );
  });

  it("stops a bomb at the limit, before it comes to what is broken in it (D01, D02)", () => {
    // 258 zeros in 2 bits: a literal 0, then the longest length at distance 1.
    const litlen = { 0: 2, 256: 2, 285: 1 };
    const start = bitsToBytes(...dynamicBlock(litlen, { 0: 1 }), "10");
    const bomb = new Uint8Array(2 ** 20);
    bomb.set(start);
    const before = process.memoryUsage().arrayBuffers;
    const own = decompressor();
    expect(() => own.decompress(bomb, 2 ** 20)).toThrow(tooBig);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 23);
    bomb.fill(0xff, 2000);
    expect(() => decompressor().decompress(bomb, 2 ** 20)).toThrow(tooBig);
    // The memory of the large message is not kept.
    expect(text(decompressor().decompress(hex("f2 48 cd c9 c9 07 00"), 5))).toBe("Hello");
  });
});

it("takes no state before the first message, and 2^windowBits bytes after", () => {
  const own = decompressor({ windowBits: 12 });
  expect(own.history.buffer.byteLength).toBe(0);
  own.decompress(deflateRawSync(new Uint8Array(10_000), { finishFlush: 2 }).subarray(0, -4), 1e5);
  expect(own.history.buffer.byteLength).toBe(4096);
});

it.each([7, 16, 8.5, Number.NaN])("refuses windowBits %d", (windowBits) => {
  expect(() => decompressor({ windowBits })).toThrow(RangeError);
});
