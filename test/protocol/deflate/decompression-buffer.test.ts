import { describe, expect, it } from "vitest";
import { DecompressionBuffer } from "../../../src/protocol/deflate/decompression-buffer.js";

function started(maxBytes: number, history = Uint8Array.of(1, 2, 3)): DecompressionBuffer {
  const buffer = new DecompressionBuffer();
  buffer.start(history, maxBytes);
  return buffer;
}

describe("DecompressionBuffer", () => {
  it("holds the history, then the message", () => {
    const buffer = started(10);
    expect(buffer.append(Uint8Array.of(4, 5))).toBe(true);

    expect(Array.from(buffer.bytes.subarray(0, buffer.length))).toEqual([1, 2, 3, 4, 5]);
    expect(Array.from(buffer.message())).toEqual([4, 5]);
    expect(buffer.message().buffer.byteLength).toBe(2);
  });

  it("appends no more than is allowed", () => {
    const buffer = started(2);
    expect(buffer.maxBytes).toBe(2);
    expect(buffer.append(Uint8Array.of(4, 5, 6))).toBe(false);
    expect(buffer.append(Uint8Array.of(4, 5))).toBe(true);
    expect(buffer.append(Uint8Array.of(6))).toBe(false);
    expect(Array.from(buffer.message())).toEqual([4, 5]);
  });

  it("doubles its memory up to what is allowed, and keeps what is there", () => {
    const buffer = started(200_000);
    const sizes = [buffer.bytes.length];
    const ends = [buffer.fastEnd];
    while (buffer.grow()) {
      sizes.push(buffer.bytes.length);
      ends.push(buffer.fastEnd);
    }

    expect(sizes).toEqual([65_536, 131_072, 200_003]);
    expect(ends).toEqual(sizes.map((size) => size - 272));
    expect(Array.from(buffer.bytes.subarray(0, 3))).toEqual([1, 2, 3]);
    expect(buffer.view.getUint8(1)).toBe(2);
  });

  it("grows as far as what is appended needs", () => {
    const buffer = started(Infinity);
    expect(buffer.append(new Uint8Array(300_000).fill(7))).toBe(true);
    expect(buffer.message()).toHaveLength(300_000);
    expect(buffer.message().every((byte) => byte === 7)).toBe(true);
  });

  it("lets the fast loop go as far as the message may, if that is nearer", () => {
    expect(started(1000).fastEnd).toBe(1003 - 272);
    expect(started(0).fastEnd).toBeLessThan(0);
    expect(started(1000).grow()).toBe(false);
  });

  it("keeps its memory for the next message, unless it is very large", () => {
    const buffer = started(2 ** 22);
    buffer.append(new Uint8Array(500_000));
    const { bytes } = buffer;
    buffer.start(Uint8Array.of(1), 10);
    expect(buffer.bytes).toBe(bytes);
    expect(buffer.message()).toHaveLength(0);

    buffer.start(Uint8Array.of(1), 2 ** 22);
    buffer.append(new Uint8Array(2 ** 21));
    buffer.start(Uint8Array.of(1), 10);
    expect(buffer.bytes).toHaveLength(65_536);
  });
});
