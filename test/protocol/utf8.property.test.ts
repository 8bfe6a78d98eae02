import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Utf8Validator } from "../../src/protocol/utf8.js";
import { cut, platform } from "../support/protocol.js";
import { concat, hex, utf8 } from "../support/wire-frame.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What `TextDecoder` says of `bytes`, without its own rules for byte order marks. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const text = fc.string({ unit: "binary", maxLength: 60 }).map(utf8);

/** Bytes at the borders of the ranges of RFC 3629 §4. */
const border = fc
  .array(
    fc.constantFrom(...hex("00 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f4 f5 ff")),
    {
      maxLength: 4,
    },
  )
  .map((bytes) => Uint8Array.from(bytes));

/** Mostly text; one piece in eight seldom is. */
const bytes = fc
  .array(fc.oneof({ weight: 7, arbitrary: text }, { weight: 1, arbitrary: border }), {
    maxLength: 6,
  })
  .map(concat);

const places = fc.array(fc.nat({ max: 600 }), { maxLength: 6 });

describe("Utf8Validator", () => {
  it("agrees with TextDecoder, however the bytes are cut", () => {
    fc.assert(
      fc.property(bytes, places, (all, cuts) => {
        const validator = new Utf8Validator(platform.isUtf8);
        const inside = cuts.filter((place) => place <= all.length);
        const taken = cut(all, inside).every((chunk) => validator.push(chunk));

        expect(taken && validator.isComplete).toBe(isUtf8(all));
      }),
    );
  });

  it("takes a prefix exactly when some bytes behind it make it text [6455-8-02]", () => {
    // Continuations that complete any character that can be completed.
    const endings = [
      "",
      "80",
      "8080",
      "808080",
      "bf",
      "bf80",
      "bf8080",
      "9080",
      "908080",
      "8f8080",
      "a080",
      "9f80",
    ];
    fc.assert(
      fc.property(bytes, (all) => {
        const validator = new Utf8Validator(platform.isUtf8);
        const possible = endings.some((ending) => isUtf8(concat([all, hex(ending)])));

        expect(validator.push(all)).toBe(possible);
      }),
    );
  });
});
