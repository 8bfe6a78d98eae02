import { describe, expect, it } from "vitest";
import { decodeSymbols, decodeSymbolsFast } from "../../../src/protocol/deflate/decode-symbols.js";
import { END, decode, literals, match, symbolTests } from "../../support/deflate-symbols.js";

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

describe("decodeSymbolsFast", () => {
  symbolTests(decodeSymbolsFast);

  it("stops when the limit comes into reach, with nothing lost", () => {
    // 7 bytes of history, 3 of the message: 272 more are out of reach.
    const word = [...literals("abc"), ...match(3, 2), END];
    expect(decode(decodeSymbolsFast, word, { maxBytes: 272 + 3 - 1 }).end).toBe("near the end");
    expect(decode(decodeSymbolsFast, word, { maxBytes: 272 + 6 }).end).toBe("end of block");
    expect(decode(decodeSymbolsFast, word, { maxBytes: 10 })).toMatchObject({
      end: "near the end",
      message: "",
    });
  });
});
