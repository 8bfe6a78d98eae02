import { describe, expect, it } from "vitest";
import { BitReader } from "../../../src/protocol/deflate/bit-reader.js";
import { bitsToBytes } from "../../support/deflate-stream.js";

function started(input: Uint8Array): BitReader {
  const reader = new BitReader();
  reader.start(input);
  return reader;
}

describe("BitReader", () => {
  it("takes bits from the lowest of each byte on", () => {
    const reader = started(Uint8Array.of(0b1010_0110, 0b0000_0001));

    expect([1, 2, 3, 4, 6].map((bits) => reader.take(bits))).toEqual([0, 3, 4, 0b0110, 0]);
    expect(reader.bitsLeft).toBe(0);
  });

  it("takes numbers of all widths, wherever they lie", () => {
    const numbers = Array.from({ length: 400 }, (_, i): [number, number] => {
      const bits = i % 17;
      return [(i * 0x9e37) & ((1 << bits) - 1), bits];
    });
    const reader = started(bitsToBytes(...numbers));

    for (const [value, bits] of numbers) expect(reader.take(bits)).toBe(value);
  });

  it("skips to the next byte, and not when it is there", () => {
    const reader = started(Uint8Array.of(0xff, 0x01, 0x02, 0x03, 0x04, 0x05));
    reader.take(3);
    reader.align();
    reader.align();

    expect(reader.take(8)).toBe(1);
    reader.align();
    expect(Array.from(reader.takeBytes(2))).toEqual([2, 3]);
    expect(reader.take(8)).toBe(4);
  });

  it("gives zeros behind the input, and says so", () => {
    const reader = started(Uint8Array.of(0xff));

    expect(reader.take(8)).toBe(0xff);
    expect(reader.overrun).toBe(false);
    expect(reader.take(16)).toBe(0);
    expect(reader.overrun).toBe(true);
    expect(reader.bitsLeft).toBe(-16);
    reader.align();
    expect(reader.overrun).toBe(true);
  });

  it("does not see what an earlier input left behind", () => {
    const reader = started(new Uint8Array(1000).fill(0xff));
    reader.start(Uint8Array.of(1));

    expect(reader.take(8)).toBe(1);
    for (let i = 0; i < 10; i++) expect(reader.take(16)).toBe(0);
  });

  it("keeps the memory of a large input for the next, but not of a very large one", () => {
    const reader = started(new Uint8Array(100_000));
    const { bytes } = reader;
    reader.start(Uint8Array.of(1));
    expect(reader.bytes).toBe(bytes);

    reader.start(new Uint8Array(2 ** 20));
    reader.start(Uint8Array.of(1));
    expect(reader.bytes.length).toBeLessThan(2 ** 16);
  });
});
