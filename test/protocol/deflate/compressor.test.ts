import { constants, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Compressor, type CompressorOptions } from "../../../src/protocol/deflate/compressor.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { inspectPayload } from "../../support/deflate-window.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (payload: Uint8Array): string => Buffer.from(payload).toString("hex");

const compressor = (options: Partial<CompressorOptions> = {}): Compressor =>
  new Compressor({ windowBits: 12, contextTakeover: true, ...options });

function inflated(payload: Uint8Array, history: Uint8Array, windowBits = 15): Uint8Array {
  return inflateRawSync(
    Buffer.concat([payload, Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)]),
    {
      windowBits,
      finishFlush: constants.Z_FINISH,
      ...(history.length > 0 ? { dictionary: history } : {}),
    },
  );
}

describe("Compressor", () => {
  it("writes the examples of RFC 7692 §7.2.3 [7692-7-27] [7692-7-33]", () => {
    const own = compressor();
    expect(hex(own.compress(bytes("Hello")))).toBe("f248cdc9c90700");
    expect(hex(own.compress(bytes("Hello")))).toBe("02130000"); // a byte less than in the RFC
    expect(hex(own.compress(new Uint8Array(0)))).toBe("00");
    expect(hex(own.compress(bytes("Hello")))).toBe("02130000");
  });

  it("compresses each message alone without context takeover [7692-7-12] [7692-7-16]", () => {
    const own = compressor({ contextTakeover: false });
    const random = seeded(5);
    const messages = [
      bytes("Hello Hello"),
      CORPORA.json(random, 5000),
      CORPORA.json(random, 200_000),
    ];
    const first = messages.map((message) => hex(own.compress(message)));
    own.skip(messages[1]!);
    expect(messages.map((message) => hex(own.compress(message)))).toEqual(first);
    expect(own.history).toHaveLength(0);
  });

  it.each([8, 9, 10, 11, 12, 13, 14, 15])(
    "never reaches behind a window of 2^%i bytes [7692-7-19] [7692-7-24] [7692-7-26] (D06)",
    (windowBits) => {
      const random = seeded(windowBits);
      // So many bytes of noise, again and again: all matches are as far as they can be.
      for (const period of [-1, 0, 1].map((more) => 2 ** windowBits + more)) {
        const own = compressor({ windowBits, level: 9 });
        const noise = CORPORA.noise(random, period);
        let before: Uint8Array = new Uint8Array(0);
        for (const size of [period, 100, 3, period * 2, 1, 50]) {
          const message = Uint8Array.from(
            { length: size },
            (_, i) => noise[(before.length + i) % period]!,
          );
          const payload = own.compress(message);
          const { largestDistance, message: decoded } = inspectPayload(payload, before);
          expect(Buffer.compare(decoded, message)).toBe(0);
          expect(largestDistance).toBeLessThanOrEqual(2 ** windowBits);
          if (period < 2 ** windowBits && size === period * 2) expect(largestDistance).toBe(period);
          before = Buffer.concat([before, message]);
        }
      }
    },
  );

  it("goes on over the edges of its chunks", () => {
    const message = CORPORA.json(seeded(2), 200_000);
    for (const contextTakeover of [true, false]) {
      const own = compressor({ contextTakeover, windowBits: 15 });
      const payload = own.compress(message);
      expect(Buffer.compare(inflated(payload, new Uint8Array(0)), message)).toBe(0);
      // The second copy begins where the window of the first ends.
      const again = Buffer.concat([
        message.subarray(0, 65_535),
        message.subarray(65_535 - 20_000, 65_535),
      ]);
      const twice = compressor({ contextTakeover, windowBits: 15 }).compress(again);
      const once = compressor({ contextTakeover, windowBits: 15 }).compress(
        message.subarray(0, 65_535),
      );
      expect(twice.length - once.length).toBeLessThan(400);
    }
  });

  it.each([
    [["some", "thing", "", "x", "y"], 11],
    [["ab", "cdefgh"], 8],
    [["a", "b", "c", "d"], 4],
  ])("knows the last bytes of a message when the next one begins: %j", (parts, length) => {
    const own = compressor();
    for (const part of parts) own.compress(bytes(part));
    const all = bytes(parts.join(""));
    expect(inspectPayload(own.compress(all), all).largestLength).toBe(length);
  });

  it("reveals nothing of what other connections sent", () => {
    const secret = bytes("the secret of another connection");
    for (const contextTakeover of [true, false]) {
      const own = compressor({ contextTakeover });
      compressor().compress(bytes("-".repeat(100)));
      const before = hex(own.compress(secret));
      for (let i = 0; i < 4; i++) {
        const other = compressor({ contextTakeover: i < 2 });
        other.compress(bytes("-".repeat(i)));
        other.compress(secret);
        other.compress(secret);
      }
      const payload = compressor({ contextTakeover }).compress(secret);
      expect(hex(payload)).toBe(before);
      expect(inspectPayload(payload, new Uint8Array(0)).message).toEqual(secret);
    }
  });

  it("refers to messages that were compressed elsewhere", () => {
    const own = compressor({ windowBits: 9, level: 9 });
    const message = CORPORA.noise(seeded(4), 2000);
    own.compress(bytes("Hello"));
    own.skip(message);
    expect(Buffer.compare(own.history, message.subarray(-512))).toBe(0);
    const payload = own.compress(message.subarray(-500));
    expect(payload.length).toBeLessThan(12);
    expect(Buffer.compare(inflated(payload, message.subarray(-512)), message.subarray(-500))).toBe(
      0,
    );
    own.skip(bytes("abc"));
    own.skip(bytes("defgh"));
    expect(
      inspectPayload(own.compress(bytes("abcdefgh")), Buffer.concat([message, bytes("abcdefgh")]))
        .largestLength,
    ).toBe(8);
  });

  it("makes noise 5 bytes longer for each 65 535, and one for the flush", () => {
    const random = seeded(9);
    for (const size of [1, 10, 100, 1000, 65_535, 65_536, 200_000]) {
      const payload = compressor().compress(CORPORA.noise(random, size));
      expect(payload.length).toBeLessThanOrEqual(size + 5 * Math.ceil(size / 65_535) + 1);
    }
  });

  it("compresses about as well as zlib at the default level, and better from level to level", () => {
    const random = seeded(12);
    const messages = Array.from({ length: 20 }, () => CORPORA.json(random, 700));
    const sizes = [1, 4, 6, 9].map((level) => {
      const own = compressor({ level });
      return messages.reduce((sum, message) => sum + own.compress(message).length, 0);
    });
    expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
    expect(compressor().compress(messages[0]!)).toEqual(
      compressor({ level: 4 }).compress(messages[0]!),
    );
  });

  it("leaves the message alone and gives away the payload", () => {
    const own = compressor();
    const message = bytes("Hello Hello Hello");
    const copy = message.slice();
    const payload = own.compress(message);
    expect(message).toEqual(copy);
    expect(payload.buffer.byteLength).toBe(payload.length);
    payload.fill(0);
    message.fill(0);
    expect(Buffer.from(own.history).toString()).toBe("Hello Hello Hello");
  });

  it("takes memory for payloads where it is told to", () => {
    const memory = new Uint8Array(100);
    const allocate = (length: number): Uint8Array => memory.subarray(10, 10 + length);
    const payload = compressor({ allocate }).compress(bytes("Hello Hello Hello"));
    expect(payload.buffer).toBe(memory.buffer);
    expect(payload).toEqual(compressor().compress(bytes("Hello Hello Hello")));
  });

  it("refuses options out of range", () => {
    expect(() => compressor({ windowBits: 7 })).toThrow(RangeError);
    expect(() => compressor({ windowBits: 16 })).toThrow(RangeError);
    expect(() => compressor({ level: 0 })).toThrow(RangeError);
    expect(() => compressor({ level: undefined })).not.toThrow();
  });
});
