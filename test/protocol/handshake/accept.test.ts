import * as fc from "fast-check";
import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  acceptFor,
  encodeBase64,
  isKey,
  serializeKey,
} from "../../../src/protocol/handshake/accept.js";

const sha1 = (bytes: Uint8Array): Uint8Array => createHash("sha1").update(bytes).digest();
const base64 = (length: number): string => Buffer.alloc(length, 0xa5).toString("base64");

describe("the accept value", () => {
  it("is that of the RFC's sample key [6455-4.2.2-13]", () => {
    expect(acceptFor("dGhlIHNhbXBsZSBub25jZQ==", sha1)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("is the base64 of the SHA-1 of key and GUID, for any key [6455-4.2.2-13]", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
        const key = serializeKey(nonce);
        const expected = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
        const accept = expected.digest("base64");
        expect(acceptFor(key, sha1)).toBe(accept);
        expect(acceptFor(key, (bytes) => createHash("sha1").update(bytes).digest("base64"))).toBe(
          accept,
        );
      }),
    );
  });
});

describe("the accept value of what is no key", () => {
  it.each(["", "short", "x".repeat(25), "ä".repeat(24), "x".repeat(100)])(
    "%j follows the same rule",
    (text) => {
      const sample = acceptFor("dGhlIHNhbXBsZSBub25jZQ==", sha1);
      const expected = createHash("sha1").update(`${text}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
      expect(acceptFor(text, sha1)).toBe(expected.digest("base64"));
      expect(acceptFor("dGhlIHNhbXBsZSBub25jZQ==", sha1)).toBe(sample);
    },
  );
});

describe("the key", () => {
  it("is the base64 of the nonce, 24 characters", () => {
    const nonce = randomBytes(16);

    expect(serializeKey(nonce)).toBe(nonce.toString("base64"));
    expect(serializeKey(nonce)).toHaveLength(24);
  });

  it.each([0, 15, 17])("is not made of %i bytes", (length) => {
    expect(() => serializeKey(new Uint8Array(length))).toThrow(RangeError);
  });

  it("is recognised, whatever the nonce", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
        expect(isKey(serializeKey(nonce))).toBe(true);
      }),
    );
  });

  it("may be any 22 base64 characters, whatever bits the last has left over [6455-4.2.1-07]", () => {
    const digits = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    const digit = fc.constantFrom(...digits);

    expect(isKey("AQIDBAUGBwgJCgsMDQ4PEC==")).toBe(true); // the example of RFC 6455 §4.1
    expect(digits.filter((last) => !isKey(`AAAAAAAAAAAAAAAAAAAAA${last}==`))).toEqual([]);
    fc.assert(
      fc.property(fc.array(digit, { minLength: 22, maxLength: 22 }), (all) => {
        expect(isKey(`${all.join("")}==`)).toBe(true);
      }),
    );
  });

  it("is answered as it was sent, not as the bytes it stands for [6455-4.2.2-13]", () => {
    const written = "dGhlIHNhbXBsZSBub25jZR==";
    const expected = createHash("sha1").update(`${written}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);

    expect(acceptFor(written, sha1)).toBe(expected.digest("base64"));
  });

  it("has a digit at each of its 22 places [6455-4.2.1-07]", () => {
    const key = "dGhlIHNhbXBsZSBub25jZQ==";
    for (let at = 0; at < 22; at++) {
      expect(isKey(`${key.slice(0, at)}-${key.slice(at + 1)}`), `${at}`).toBe(false);
    }
  });

  // oxfmt-ignore
  it.each([
    ["empty",                     ""],
    ["1 byte",                    base64(1)],
    ["15 bytes",                  base64(15)],
    ["17 bytes",                  base64(17)],
    ["18 bytes, unpadded",        base64(18)],
    ["1000 bytes",                base64(1000)],
    ["no padding",                "dGhlIHNhbXBsZSBub25jZQ"],
    ["half the padding",          "dGhlIHNhbXBsZSBub25jZQ="],
    ["too much padding",          "dGhlIHNhbXBsZSBub25jZQ==="],
    ["padding in front",          "==dGhlIHNhbXBsZSBub25jZQ"],
    ["only padding",              "========================"],
    ["the alphabet for URLs, -",  "dGhlIHNhbXBsZSBub25j-Q=="],
    ["the alphabet for URLs, _",  "dGhlIHNhbXBsZSBub25j_Q=="],
    ["a space inside",            "dGhlIHNhbXBs SBub25jZQ=="],
    ["a space behind",            "dGhlIHNhbXBsZSBub25jZQ== "],
    ["a comma, two keys in one",  "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="],
    ["padding inside",            "dGhlIHNhbXBs=SBub25jZQ=="],
    ["not ASCII",                 "dGhlIHNhbXBs\u00e9SBub25jZQ=="],
    ["24 digits without padding", "dGhlIHNhbXBsZSBub25jZQAA"],
  ])("is not %s [6455-4.2.1-07] [6455-4.3-01]", (_name, key) => {
    expect(isKey(key)).toBe(false);
  });
});

describe("base64", () => {
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("writes %j as %j (RFC 4648 §10)", (text, encoded) => {
    expect(encodeBase64(new TextEncoder().encode(text))).toBe(encoded);
  });

  it("writes any bytes as Node does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      }),
    );
  });

  it("knows 64 digits, and neither padding nor the alphabet for URLs", () => {
    const digits = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
      (character) => isKey(`${"A".repeat(21)}${character}==`),
    );

    expect(digits).toHaveLength(64);
    expect(digits.join("")).toMatch(/^[+/0-9A-Za-z]+$/);
  });
});
