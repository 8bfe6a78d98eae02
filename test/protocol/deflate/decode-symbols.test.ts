import { describe, expect, it } from "vitest";
import { decodeSymbols } from "../../../src/protocol/deflate/decode-symbols.js";
import { decode, END, literals, match, symbolTests } from "../../support/deflate-symbols.js";

describe("decodeSymbols", () => {
  symbolTests(decodeSymbols);

  it("writes up to the limit and not behind it", () => {
    const word = [...literals("abc"), END];
    expect(decode(decodeSymbols, word, { maxBytes: 3 }).end).toBe("end of block");
    expect(decode(decodeSymbols, word, { maxBytes: 2 })).toMatchObject({
      end: "too big",
      message: "ab",
    });

    const repeated = [...literals("abc"), ...match(5, 2), END];
    expect(decode(decodeSymbols, repeated, { maxBytes: 8 }).message).toBe("abcabcab");
    expect(decode(decodeSymbols, repeated, { maxBytes: 7 })).toMatchObject({
      end: "too big",
      message: "abc",
    });
  });
});
