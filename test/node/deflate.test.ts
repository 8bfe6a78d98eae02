import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDeflateCodec, type DeflateCodecOptions } from "../../src/node/deflate.js";
import type { CodecOptions, DeflateCodec } from "../../src/protocol/index.js";
import { CORPORA, seeded } from "../support/deflate-corpora.js";
import { streamRuns } from "../support/deflate-oracle.js";
import { inspectPayload } from "../support/deflate-window.js";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (message: Uint8Array): string => new TextDecoder().decode(message);

it("gives payloads and messages as Buffers of Node's, which cuts small ones from larger pieces", async () => {
  const { compress, decompress } = pair();
  const payload = await compress(bytes("Hello Hello Hello"));
  expect(payload).toBeInstanceOf(Buffer);
  expect(await decompress(payload, 100)).toBeInstanceOf(Buffer);
});

/** Both directions of a codec as promises, whether the work is done at once or later. */
function pair(options: Partial<CodecOptions> = {}, codecOptions: DeflateCodecOptions = {}) {
  return pairOf(createDeflateCodec(codecOptions), {
    windowBits: 12,
    contextTakeover: true,
    ...options,
  });
}

function pairOf(codec: DeflateCodec, options: CodecOptions) {
  const compressor = codec.createCompressor(options);
  const decompressor = codec.createDecompressor(options);
  const outcome = (
    call: (later: (late: Uint8Array | Error) => void) => Uint8Array | undefined,
  ): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      let returned = false;
      const now = call((late) => {
        expect(returned, "later is never called from inside the call").toBe(true);
        if (late instanceof Error) reject(late);
        else resolve(late);
      });
      returned = true;
      if (now) resolve(now);
    });
  return {
    compress: (message: Uint8Array) => outcome((later) => compressor.compress(message, later)),
    decompress: (payload: Uint8Array, maxBytes = 2 ** 20) =>
      outcome((later) => decompressor.decompress(payload, maxBytes, later)),
  };
}

describe.each<[string, DeflateCodecOptions]>([
  ["by default", {}],
  ["with our codec alone", { zlibMessageBytes: Infinity, zlibPayloadBytes: Infinity }],
  ["with zlib alone", { zlibMessageBytes: 0, zlibPayloadBytes: 0, offThreadBytes: Infinity }],
  [
    "with zlib off the main thread",
    { zlibMessageBytes: 0, zlibPayloadBytes: 0, offThreadBytes: 0 },
  ],
  ["with zlib for what is over 50 bytes", { zlibMessageBytes: 51, zlibPayloadBytes: 20 }],
])("the codec of Node, %s", (_title, codecOptions) => {
  it("carries a conversation with context takeover [7692-7-32] (D08)", async () => {
    const { compress, decompress } = pair({}, codecOptions);
    const sizes: number[] = [];
    const noise = CORPORA.noise(seeded(8), 3000);
    const messages = [
      bytes("Hello"),
      bytes("Hello"),
      bytes(""),
      noise,
      noise,
      bytes("x".repeat(100_000)),
      bytes("Hello"),
    ];

    for (const message of messages) {
      const payload = await compress(message);
      sizes.push(payload.length);
      expect(Buffer.compare(await decompress(payload), message)).toBe(0);
    }

    expect(sizes[1]).toBeLessThan(sizes[0]!);
    expect(sizes[4]).toBeLessThan(60);
  });

  it("gives equal bytes for equal messages without context takeover [7692-7-12] [7692-7-16] (D08)", async () => {
    const { compress, decompress } = pair({ contextTakeover: false }, codecOptions);
    const message = CORPORA.json(seeded(2), 3000);
    const first = await compress(message);
    const second = await compress(message);

    expect(Buffer.compare(second, first)).toBe(0);
    expect(Buffer.compare(await decompress(first), message)).toBe(0);
    expect(Buffer.compare(await decompress(second), message)).toBe(0);
  });

  it("follows what RFC 7692 §7.2.3 shows, and the next message works (D04) [7692-7-28] [7692-7-29] [7692-7-30] [7692-7-33]", async () => {
    const { decompress } = pair({}, codecOptions);
    const conversation = [
      ["f2 48 cd c9 c9 07 00", "Hello"],
      ["f2 00 11 00 00", "Hello"],
      ["00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"],
      ["f3 48 cd c9 c9 07 00 00", "Hello"],
      ["f2 00 11 00 00", "Hello"],
      ["f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"],
      ["f3 48 cd c9 c9 07 00 f2 00 11 00 00", "HelloHello"],
      ["00", ""],
      ["", ""],
      ["f2 00 11 00 00", "Hello"],
    ];
    for (const [payload, message] of conversation) {
      expect(text(await decompress(hex(payload!)))).toBe(message);
    }
  });

  it("allows a message of exactly the limit and none above [7692-7-34] (D01)", async () => {
    const payload = await pair().compress(new Uint8Array(70_000));
    expect(await pair({}, codecOptions).decompress(payload, 70_000)).toHaveLength(70_000);
    for (const limit of [69_999, 1, 0]) {
      await expect(pair({}, codecOptions).decompress(payload, limit)).rejects.toMatchObject({
        code: "MESSAGE_TOO_BIG",
      });
    }
  });

  it("stops at the limit before what is broken behind it (D02)", async () => {
    const payload = await pair().compress(new Uint8Array(2 ** 22));
    const broken = Buffer.concat([
      payload.subarray(0, payload.length / 2),
      Buffer.alloc(2000, 0xff),
    ]);
    await expect(pair({}, codecOptions).decompress(broken, 2 ** 20)).rejects.toMatchObject({
      code: "MESSAGE_TOO_BIG",
    });
  });

  it.each(["ff ff ff", "f2 48 cd", "00 05 00 fa fe", "f2 00 11 00 00", "00 06 00 f9 ff 41 42"])(
    "refuses %s [7692-7-31] (D03)",
    async (payload) => {
      await expect(pair({}, codecOptions).decompress(hex(payload))).rejects.toMatchObject({
        code: "DEFLATE_INVALID",
      });
    },
  );

  it.each([8, 9, 15])("works with a window of 2^%i bytes [7692-7-26]", async (windowBits) => {
    const { compress, decompress } = pair({ windowBits }, codecOptions);
    const random = seeded(windowBits);
    let before: Uint8Array = new Uint8Array(0);
    for (const size of [300, 100, 3000, 100, 40_000, 100]) {
      const message = CORPORA.json(random, size);
      const payload = await compress(message);
      expect(Buffer.compare(await decompress(payload), message)).toBe(0);
      const { largestDistance } = inspectPayload(payload, before);
      expect(largestDistance).toBeLessThanOrEqual(2 ** windowBits);
      before = Buffer.concat([before, message]);
    }
  });
});

it("lets either codec handle any message of a conversation", async () => {
  const sizes = fc.array(fc.nat(3000), { minLength: 1, maxLength: 8 });
  const anyThresholds = fc.record({
    zlibMessageBytes: fc.nat(3000),
    zlibPayloadBytes: fc.nat(1500),
  });
  const anyOptions = fc.record({
    windowBits: fc.integer({ min: 8, max: 15 }),
    contextTakeover: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      anyOptions,
      anyThresholds,
      fc.integer(),
      sizes,
      async (options, thresholds, seed, lengths) => {
        const { compress, decompress } = pair(options, { ...thresholds, offThreadBytes: 2500 });
        const random = seeded(seed);
        for (const length of lengths) {
          const corpus = random() < 0.8 ? CORPORA.json : CORPORA.noise;
          const message = corpus(random, length);
          expect(Buffer.compare(await decompress(await compress(message)), message)).toBe(0);
        }
      },
    ),
    streamRuns(200),
  );
});

it("shares nothing between connections but the threads", async () => {
  const codec = createDeflateCodec({ offThreadBytes: 2000, zlibMessageBytes: 1000 });
  const options = { windowBits: 12, contextTakeover: true };
  const random = seeded(6);
  const connections = Array.from({ length: 20 }, () => {
    const { compress, decompress } = pairOf(codec, options);
    return {
      compress,
      decompress,
      messages: Array.from({ length: 6 }, () => CORPORA.json(random, random() * 5000)),
    };
  });
  await Promise.all(
    connections.map(async ({ compress, decompress, messages }) => {
      for (const message of messages) {
        expect(Buffer.compare(await decompress(await compress(message)), message)).toBe(0);
      }
    }),
  );
});

it.each<DeflateCodecOptions>([
  { level: 0 },
  { level: 10 },
  { zlibLevel: 0 },
  { zlibLevel: 10 },
  { zlibLevel: 1.5 },
  { maxOffThreadJobs: 0 },
  { maxOffThreadJobs: Number.NaN },
])("refuses %o", (options) => {
  expect(() => createDeflateCodec(options)).toThrow(RangeError);
});
