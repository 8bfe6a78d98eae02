import { describe, expect, it } from "vitest";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { bitsToBytes } from "../../support/deflate-stream.js";

function started(size = 1000): BitWriter {
  const writer = new BitWriter();
  writer.start(size);
  return writer;
}

const written = ({ bytes, position }: BitWriter): number[] =>
  Array.from(bytes.subarray(0, position));

describe("BitWriter", () => {
  it("fills each byte from the lowest bit on", () => {
    const writer = started();
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
    const writer = started(2000);
    const numbers = Array.from({ length: 400 }, (_, i): [number, number] => {
      const bits = i % 25;
      return [(i * 0x9e3779) & ((1 << bits) - 1), bits];
    });
    for (const [value, bits] of numbers) writer.put(value, bits);
    writer.align();

    expect(written(writer)).toEqual(Array.from(bitsToBytes(...numbers)));
  });

  it("writes whole bytes", () => {
    const writer = started();
    writer.put(1, 3);
    writer.align();
    writer.putBytes(Uint8Array.of(7, 8, 9));
    writer.put(2, 8);

    expect(written(writer)).toEqual([1, 7, 8, 9, 2]);
  });

  it("goes back in the middle of a byte", () => {
    const writer = started();
    writer.put(0b101, 3);
    const { length } = writer;
    for (let i = 0; i < 5; i++) writer.put(0xffff, 16);
    writer.rewind(length);
    writer.put(0, 5);
    writer.put(0x42, 8);

    expect(written(writer)).toEqual([0b101, 0x42]);
  });

  it("starts over", () => {
    const writer = started();
    writer.put(0xabc, 12);
    writer.start(10);
    writer.put(1, 8);

    expect(written(writer)).toEqual([1]);
  });

  it("keeps the memory of a large message for the next, but not of a very large one", () => {
    const writer = started(100_000);
    const { bytes } = writer;
    writer.start(10);
    expect(writer.bytes).toBe(bytes);

    writer.start(2 ** 20);
    writer.start(10);
    expect(writer.bytes.length).toBeLessThan(2 ** 16);
  });
});
