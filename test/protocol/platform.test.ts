import { describe, expect, it } from "vitest";
import { portablePlatform } from "../../src/protocol/platform.js";
import { hex, utf8 } from "../support/wire-frame.js";
import { UTF8_INVALID, UTF8_VALID } from "./vectors/utf8.js";

const platform = portablePlatform(() => -5);

/** Text and how many bytes it takes as UTF-8. */
const LENGTHS: readonly (readonly [name: string, text: string, bytes: number])[] = [
  ["nothing", "", 0],
  ["ASCII", "a\x7f", 2],
  ["two bytes each", "\u0080\u07ff", 4],
  ["three bytes each", "\u0800\uffff", 6],
  ["a surrogate pair", "\u{10000}", 4],
  ["the last character", "\u{10ffff}", 4],
  ["a lone high surrogate at the end", "a\ud800", 4],
  ["a lone high surrogate before a letter", "\ud800a", 4],
  ["a lone low surrogate", "\udc00a", 4],
  ["two high surrogates", "\ud800\ud800", 6],
  ["a high surrogate before a pair", "\ud800\u{10000}", 7],
  ["a pair in the wrong order", "\udc00\ud800", 6],
  ["the units next to the surrogates", "\ud7ff\ue000", 6],
];

describe("portablePlatform", () => {
  it("takes randomness from who makes it", () => {
    expect(platform.generateMaskingKey()).toBe(-5);
  });

  it("allocates exactly what is asked for", () => {
    expect(platform.allocate(7)).toEqual(new Uint8Array(7));
  });

  it.each(UTF8_VALID)("decodes: %s [6455-5.6-01]", (_name, bytes, text) => {
    expect(platform.decodeUtf8(hex(bytes))).toBe(text);
    expect(platform.isUtf8(hex(bytes))).toBe(true);
  });

  it.each(UTF8_INVALID)("refuses: %s [6455-8-01]", (_name, bytes) => {
    expect(platform.decodeUtf8(hex(bytes))).toBeUndefined();
    expect(platform.isUtf8(hex(bytes))).toBe(false);
  });

  it("decodes a part that is ASCII", () => {
    expect(platform.decodeAscii(hex("ff 00 61 7f ff"), 1, 4)).toBe("\0a\u007f");
    expect(platform.decodeAscii(hex("61"), 1, 1)).toBe("");
  });

  it("decodes on after it refused", () => {
    expect(platform.decodeUtf8(hex("e2 82"))).toBeUndefined();
    expect(platform.decodeUtf8(hex("ac"))).toBeUndefined();
    expect(platform.decodeUtf8(hex("61"))).toBe("a");
  });

  it.each(LENGTHS)("knows the length of %s", (_name, text, bytes) => {
    expect(platform.utf8Length(text)).toBe(bytes);
    expect(utf8(text)).toHaveLength(bytes);
  });

  it.each(LENGTHS)("writes %s where it is told to, and nowhere else", (_name, text, bytes) => {
    const target = new Uint8Array(bytes + 4).fill(0xaa);
    platform.writeUtf8(target, 2, text, bytes);

    expect(target.subarray(2, 2 + bytes)).toEqual(utf8(text));
    expect([...target.subarray(0, 2), ...target.subarray(2 + bytes)]).toEqual(Array(4).fill(0xaa));
  });
});
