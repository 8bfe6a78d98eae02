import { describe, expect, it } from "vitest";
import { SHORT_TEXT, writeAscii } from "../../src/protocol/ascii.js";
import { hex } from "../support/wire-frame.js";

describe("writeAscii", () => {
  it("writes ASCII of any length where it is told, and nothing around it", () => {
    const target = new Uint8Array(6).fill(0xff);
    expect(writeAscii(target, 1, "\0a~\u007f")).toBe(true);
    expect(target).toEqual(hex("ff 00 61 7e 7f ff"));
    expect(writeAscii(target, 6, "")).toBe(true);
    expect(writeAscii(new Uint8Array(SHORT_TEXT), 0, "x".repeat(SHORT_TEXT))).toBe(true);
  });

  it.each(["\u0080", "é", "€", "𝄞", "\ud800", "aé", "éa", "a\u0100"])("refuses %j", (text) => {
    expect(writeAscii(new Uint8Array(8), 0, text)).toBe(false);
  });
});
