import { describe, expect, it } from "vitest";
import { decodeSymbolsFast } from "../../../src/protocol/deflate/decode-symbols-fast.js";
import { decode, END, literals, match, symbolTests } from "../../support/deflate-symbols.js";

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
