import { describe, expect, it } from "vitest";
import { generateMaskingKey, generateNonce, sha1 } from "../../src/node/crypto.js";

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
