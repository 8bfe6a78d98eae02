import { describe, expect, it } from "vitest";
import { visibleText } from "../../src/protocol/visible-text.js";

describe("visible text", () => {
  it("is what can be seen anyway, in any script", () => {
    const text = "a ~ é 漢字 😀 Ελληνικά";

    expect(visibleText(text)).toBe(text);
  });

  it.each([
    ["line ends and tabs", "a\r\n\tb", String.raw`a\r\n\tb`],
    ["an escape sequence of a terminal", "\u001b[31m", String.raw`\x1b[31m`],
    ["DEL and the C1 controls", "\u007f\u009b", String.raw`\x7f\x9b`],
    ["what turns the direction of text", "\u202egnp.exe\u2069", String.raw`\u202egnp.exe\u2069`],
    ["what has no width", "a\u200bb\ufeff", String.raw`a\u200bb\ufeff`],
    ["a line separator of Unicode", "\u2028", String.raw`\u2028`],
    ["NUL", "\0", String.raw`\x00`],
  ])("has escapes in the place of %s", (_what, text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});
