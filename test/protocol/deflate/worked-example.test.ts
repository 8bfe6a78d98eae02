// docs/deflate.md shows two messages bit by bit. This reads them there.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import { bitsToBytes } from "../../support/deflate-stream.js";

const page = readFileSync(path.join(import.meta.dirname, "../../../docs/deflate.md"), "utf8");

/** The payloads as the page gives them in bytes, and as it gives them bit by bit. */
const payloads = Array.from(page.matchAll(/^ {4}((?:[0-9a-f]{2} ?)+)$/gm), ([, bytes = ""]) =>
  bytes.replaceAll(" ", ""),
);
const bitByBit = Array.from(page.matchAll(/```bits\n([^`]*)```/g), ([, rows = ""]) =>
  Array.from(rows.matchAll(/^[01]+/gm), ([bits]) => bits),
);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("docs/deflate.md", () => {
  it("shows two payloads", () => {
    expect(payloads).toHaveLength(2);
    expect(bitByBit.map((rows) => rows.length)).toEqual([17, 10]);
  });

  it("gives every bit of them", () => {
    expect(bitByBit.map((rows) => hex(bitsToBytes(...rows)))).toEqual(payloads);
    for (const rows of bitByBit) expect(rows.join("").length % 8).toBe(0);
  });

  it("shows what the compressor makes, and the decompressor reads", () => {
    const options = { windowBits: 12, contextTakeover: true };
    const compressor = new Compressor(options);
    const decompressor = new Decompressor(options);
    const message = new TextEncoder().encode("Hello, Hello!");
    for (const payload of payloads) {
      expect(hex(compressor.compress(message))).toBe(payload);
      expect(decompressor.decompress(Buffer.from(payload, "hex"), 13)).toEqual(message);
    }
  });
});
