import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  asBuffer,
  decodeLatin1,
  encodeLatin1,
  generateMaskingKey,
  generateNonce,
  nodePlatform,
  realClock,
  sha1,
} from "../../src/node/platform.js";
import { portablePlatform } from "../../src/protocol/platform.js";

const portable = portablePlatform(() => 0);
const text = fc.string({ unit: "binary" }); // lone surrogates included
const bytes = fc.oneof(
  fc.uint8Array(),
  text.map((one) => new Uint8Array(Buffer.from(one))),
);

describe("nodePlatform", () => {
  it("agrees with the portable platform on every text and every byte", () => {
    fc.assert(
      fc.property(text, bytes, (one, some) => {
        const length = nodePlatform.utf8Length(one);
        expect(length).toBe(portable.utf8Length(one));
        const [ours, theirs] = [nodePlatform.allocate(length + 2), portable.allocate(length + 2)];
        nodePlatform.writeUtf8(ours, 1, one, length);
        portable.writeUtf8(theirs, 1, one, length);
        expect([...ours.subarray(1, -1)]).toEqual([...theirs.subarray(1, -1)]);
        expect(nodePlatform.isUtf8(some)).toBe(portable.isUtf8(some));
        expect(nodePlatform.decodeUtf8(some)).toBe(portable.decodeUtf8(some));
      }),
    );
  });

  it("keeps a byte order mark", () => {
    expect(nodePlatform.decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
  });

  it("gives 32 random bits", () => {
    expect(new Set(Array.from({ length: 100 }, nodePlatform.generateMaskingKey)).size).toBe(100);
  });
});

describe("Latin-1", () => {
  it("is a byte for each character and back, of any part", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), fc.nat(), (some, one, other) => {
        const start = one % (some.length + 1);
        const end = start + (other % (some.length - start + 1));
        const decoded = decodeLatin1(some, start, end);
        expect(decoded).toBe(String.fromCharCode(...some.subarray(start, end)));
        expect([...encodeLatin1(decoded)]).toEqual([...some.subarray(start, end)]);
      }),
    );
  });
});

describe("asBuffer", () => {
  it("shows the same bytes, and gives back what is a Buffer", () => {
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    expect([...asBuffer(view)]).toEqual([2, 3]);
    expect(asBuffer(view).buffer).toBe(view.buffer);
    const buffer = Buffer.from("x");
    expect(asBuffer(buffer)).toBe(buffer);
  });
});

const COUNT = 100_000;

describe("generateMaskingKey", () => {
  it("gives keys from the whole 32-bit space, new for each frame [6455-5.3-01] [6455-5.3-02] [6455-10-04]", () => {
    const keys = Array.from({ length: COUNT }, generateMaskingKey);
    // Birthday bound: about 1.2 pairs are expected among 100 000; 20 would be one in 10^17.
    expect(COUNT - new Set(keys).size).toBeLessThan(20);
    for (const shift of [0, 8, 16, 24]) {
      const seen = new Set(keys.map((key) => (key >>> shift) & 255));
      expect(seen.size).toBe(256);
    }
    expect(keys.every((key) => Number.isInteger(key) && key === (key | 0))).toBe(true);
  });

  it("is no sequence: neither neighbours nor refills of the pool repeat", () => {
    const first = Array.from({ length: 4_096 }, generateMaskingKey);
    const second = Array.from({ length: 4_096 }, generateMaskingKey);
    expect(first.filter((key, i) => key === second[i]).length).toBeLessThan(3);
    const steps = new Set(first.slice(1).map((key, i) => key - (first[i] ?? 0)));
    expect(steps.size).toBeGreaterThan(4_000);
  });
});

describe("generateNonce", () => {
  it("gives 16 bytes that do not repeat [6455-4.1-16]", () => {
    const nonces = Array.from({ length: 1_000 }, generateNonce);
    expect(nonces.every((nonce) => nonce.length === 16)).toBe(true);
    expect(new Set(nonces.map((nonce) => Buffer.from(nonce).toString("hex"))).size).toBe(1_000);
  });
});

describe("sha1", () => {
  it("hashes the example of FIPS 180", () => {
    expect(Buffer.from(sha1(Buffer.from("abc")), "base64").toString("hex")).toBe(
      "a9993e364706816aba3e25717850c26c9cd0d89d",
    );
  });
});

it("the real clock fires once, can be cancelled, never fires for Infinity, and never goes back", () => {
  vi.useFakeTimers();
  const fired = vi.fn<(name: string) => void>();
  realClock.setTimer(() => fired("soon"), 10);
  realClock.setTimer(() => fired("cancelled"), 10).cancel();
  realClock.setTimer(() => fired("never"), Infinity).cancel();
  realClock.setTimer(() => fired("far"), 2 ** 40);
  vi.advanceTimersByTime(1_000_000);
  expect(fired.mock.calls).toEqual([["soon"]]);
  vi.useRealTimers();
  const first = realClock.now();
  expect(realClock.now()).toBeGreaterThanOrEqual(first);
});
