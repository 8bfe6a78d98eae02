import { describe, expect, it } from "vitest";
import { BitReader, BitWriter } from "../../../src/protocol/deflate/bits.js";
import { bitsToBytes } from "../../support/deflate-stream.js";

function reading(input: Uint8Array): BitReader {
  const reader = new BitReader();
  reader.start(input);
  return reader;
}

describe("BitReader", () => {
  it("takes bits from the lowest of each byte on", () => {
    const reader = reading(Uint8Array.of(0b1010_0110, 0b0000_0001));

    expect([1, 2, 3, 4, 6].map((bits) => reader.take(bits))).toEqual([0, 3, 4, 0b0110, 0]);
    expect(reader.bitsLeft).toBe(0);
  });

  it("takes numbers of all widths, wherever they lie", () => {
    const numbers = Array.from({ length: 400 }, (_, i): [number, number] => {
      const bits = i % 17;
      return [(i * 0x9e37) & ((1 << bits) - 1), bits];
    });
    const reader = reading(bitsToBytes(...numbers));

    for (const [value, bits] of numbers) expect(reader.take(bits)).toBe(value);
  });

  it("skips to the next byte, and not when it is there", () => {
    const reader = reading(Uint8Array.of(0xff, 0x01, 0x02, 0x03, 0x04, 0x05));
    reader.take(3);
    reader.align();
    reader.align();

    expect(reader.take(8)).toBe(1);
    reader.align();
    expect(Array.from(reader.takeBytes(2))).toEqual([2, 3]);
    expect(reader.take(8)).toBe(4);
  });

  it("gives zeros behind the input, and says so", () => {
    const reader = reading(Uint8Array.of(0xff));

    expect(reader.take(8)).toBe(0xff);
    expect(reader.overrun).toBe(false);
    expect(reader.take(16)).toBe(0);
    expect(reader.overrun).toBe(true);
    expect(reader.bitsLeft).toBe(-16);
    reader.align();
    expect(reader.overrun).toBe(true);
  });

  it("does not see what an earlier input left behind", () => {
    const reader = reading(new Uint8Array(1000).fill(0xff));
    reader.start(Uint8Array.of(1));

    expect(reader.take(8)).toBe(1);
    for (let i = 0; i < 10; i++) expect(reader.take(16)).toBe(0);
  });

  it("keeps the memory of a large input for the next, but not of a very large one", () => {
    const reader = reading(new Uint8Array(100_000));
    const { bytes } = reader;
    reader.start(Uint8Array.of(1));
    expect(reader.bytes).toBe(bytes);

    reader.start(new Uint8Array(2 ** 20));
    reader.start(Uint8Array.of(1));
    expect(reader.bytes.length).toBeLessThan(2 ** 16);
  });
});

function writing(size = 1000): BitWriter {
  const writer = new BitWriter();
  writer.start(size);
  return writer;
}

const written = ({ bytes, position }: BitWriter): number[] =>
  Array.from(bytes.subarray(0, position));

describe("BitWriter", () => {
  it("fills each byte from the lowest bit on", () => {
    const writer = writing();
    writer.put(0, 1);
    writer.put(3, 2);
    writer.put(0b10100, 5);
    writer.put(1, 1);
    expect(writer.length).toBe(9);
    writer.align();
    writer.align();

    expect(written(writer)).toEqual([0b1010_0110, 1]);
  });

  it("writes numbers of all widths, wherever they lie", () => {
    const writer = writing(2000);
    const numbers = Array.from({ length: 400 }, (_, i): [number, number] => {
      const bits = i % 25;
      return [(i * 0x9e3779) & ((1 << bits) - 1), bits];
    });
    for (const [value, bits] of numbers) writer.put(value, bits);
    writer.align();

    expect(written(writer)).toEqual(Array.from(bitsToBytes(...numbers)));
  });

  it("writes whole bytes", () => {
    const writer = writing();
    writer.put(1, 3);
    writer.align();
    writer.putBytes(Uint8Array.of(7, 8, 9));
    writer.put(2, 8);

    expect(written(writer)).toEqual([1, 7, 8, 9, 2]);
  });

  it("goes back in the middle of a byte", () => {
    const writer = writing();
    writer.put(0b101, 3);
    const { length } = writer;
    for (let i = 0; i < 5; i++) writer.put(0xffff, 16);
    writer.rewind(length);
    writer.put(0, 5);
    writer.put(0x42, 8);

    expect(written(writer)).toEqual([0b101, 0x42]);
  });

  it("starts over", () => {
    const writer = writing();
    writer.put(0xabc, 12);
    writer.start(10);
    writer.put(1, 8);

    expect(written(writer)).toEqual([1]);
  });

  it("keeps the memory of a large message for the next, but not of a very large one", () => {
    const writer = writing(100_000);
    const { bytes } = writer;
    writer.start(10);
    expect(writer.bytes).toBe(bytes);

    writer.start(2 ** 20);
    writer.start(10);
    expect(writer.bytes.length).toBeLessThan(2 ** 16);
  });
});
