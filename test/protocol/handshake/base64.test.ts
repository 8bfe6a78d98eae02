import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64, isBase64Digit } from "../../../src/protocol/handshake/base64.js";

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
      isBase64Digit,
    );

    expect(digits).toHaveLength(64);
    expect(digits.join("")).toMatch(/^[+/0-9A-Za-z]+$/);
    expect(isBase64Digit("")).toBe(false);
    expect(isBase64Digit("AB")).toBe(false);
  });
});
