import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { platform } from "../support/protocol.js";
import { utf8 } from "../support/wire-frame.js";

// `binary-ascii` to UTF-16 units in any order, lone surrogates among them.
const anyString = fc
  .array(fc.oneof(fc.nat({ max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })))
  .map((units) => String.fromCharCode(...units));

describe("portablePlatform", () => {
  it("knows the length of any string, and writes so many bytes", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const length = platform.utf8Length(text);
        const target = new Uint8Array(length);
        platform.writeUtf8(target, 0, text, length);

        expect(length).toBe(utf8(text).length);
        expect(target).toEqual(utf8(text));
      }),
    );
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const length = platform.utf8Length(text);
        const target = new Uint8Array(length);
        platform.writeUtf8(target, 0, text, length);

        expect(platform.decodeUtf8(target)).toBe(text);
      }),
    );
  });
});
