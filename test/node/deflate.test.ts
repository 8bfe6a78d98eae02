import { describe, expect, it } from "vitest";
import { createDeflateCodec, type DeflateCodecOptions } from "../../src/node/deflate.js";
import type { CodecOptions } from "../../src/protocol/extensions/codec.js";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (message: Uint8Array): string => new TextDecoder().decode(message);

/** Both directions of a codec as promises, whether the work is done at once or later. */
function pair(options: Partial<CodecOptions> = {}, codecOptions: DeflateCodecOptions = {}) {
  const codec = createDeflateCodec(codecOptions);
  const all = { windowBits: 12, contextTakeover: true, ...options };
  const compressor = codec.createCompressor(all);
  const decompressor = codec.createDecompressor(all);
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
    decompress: (payload: Uint8Array, maxBytes = 1 << 20) =>
      outcome((later) => decompressor.decompress(payload, maxBytes, later)),
  };
}

describe.each([
  ["at once", Infinity],
  ["off the main thread", 0],
])("the codec of Node, %s", (_title, offThreadBytes) => {
  it("carries a conversation with context takeover [7692-7-32]", async () => {
    const { compress, decompress } = pair({}, { offThreadBytes });
    const lengths: number[] = [];

    for (const message of ["Hello", "Hello", "", "Hello Hello", "x".repeat(100_000), "Hello"]) {
      const payload = await compress(bytes(message));
      lengths.push(payload.length);
      expect(text(await decompress(payload))).toBe(message);
    }

    expect(lengths[1]).toBeLessThan(lengths[0] ?? 0);
  });

  it("gives equal bytes for equal messages without context takeover [7692-7-12] [7692-7-16]", async () => {
    const { compress, decompress } = pair({ contextTakeover: false }, { offThreadBytes });
    const first = await compress(bytes("Hello Hello"));
    const second = await compress(bytes("Hello Hello"));

    expect(second).toEqual(first);
    expect(text(await decompress(first))).toBe("Hello Hello");
    expect(text(await decompress(second))).toBe("Hello Hello");
  });

  it("follows blocks after a final one and keeps the history [7692-7-28] [7692-7-29]", async () => {
    const { decompress } = pair({}, { offThreadBytes });

    expect(text(await decompress(hex("f3 48 cd c9 c9 07 00 00")))).toBe("Hello");
    expect(text(await decompress(hex("f2 00 11 00 00")))).toBe("Hello");
    expect(text(await decompress(hex("f3 48 cd c9 c9 07 00 f2 00 11 00 00")))).toBe("HelloHello");
  });

  it("allows a message of exactly the limit and none above [7692-7-34]", async () => {
    const payload = await pair().compress(new Uint8Array(70_000));
    const { decompress } = pair({}, { offThreadBytes });

    expect(await decompress(payload, 70_000)).toHaveLength(70_000);
    await expect(decompress(payload, 69_999)).rejects.toMatchObject({ code: "MESSAGE_TOO_BIG" });
  });

  it.each(["ff ff ff", "f2 48 cd", "00 05 00 fa fe", "f2 00 11 00 00"])(
    "refuses %s [7692-7-31]",
    async (payload) => {
      const { decompress } = pair({}, { offThreadBytes });
      await expect(decompress(hex(payload))).rejects.toMatchObject({ code: "DEFLATE_INVALID" });
    },
  );
});
