import { beforeEach, describe, expect, it } from "vitest";
import { OutputBuffer } from "../../src/protocol/output-buffer.js";
import { countingPlatform, pattern, sameBytes } from "../support/protocol.js";
import { concat, hex } from "../support/wire-frame.js";

const BLOCK = 65_536;

/** Writes `bytes` as a frame writer does. */
function write(buffer: OutputBuffer, bytes: Uint8Array): void {
  buffer.reserve(bytes.length);
  buffer.block.set(bytes, buffer.position);
  buffer.commit(bytes.length);
}

describe("OutputBuffer", () => {
  let counted = countingPlatform();
  const newBuffer = () => new OutputBuffer(counted.platform.allocate);

  // The memory that buffers share outlives a test: each begins with a block of its own.
  beforeEach(() => {
    counted = countingPlatform();
    for (let i = 0; i < 4 && counted.allocated.length === 0; i++) {
      write(newBuffer(), new Uint8Array(BLOCK / 4));
    }
    counted.allocated.length = 0;
  });

  it("has nothing at first", () => {
    const buffer = newBuffer();

    expect(buffer.length).toBe(0);
    expect(buffer.take()).toEqual([]);
  });

  it("gives what was written and appended, in order, once", () => {
    const buffer = newBuffer();
    write(buffer, hex("01 02"));
    write(buffer, hex("03"));
    buffer.append(hex("04"));
    write(buffer, hex("05"));

    expect(buffer.length).toBe(5);
    expect(concat(buffer.take())).toEqual(hex("01 02 03 04 05"));
    expect(buffer.length).toBe(0);
    expect(buffer.take()).toEqual([]);
  });

  it("makes one chunk of many small writes [6455-6-06]", () => {
    const buffer = newBuffer();
    for (let i = 0; i < 100; i++) write(buffer, Uint8Array.of(i));

    expect(buffer.take()).toEqual([Uint8Array.from({ length: 100 }, (_, i) => i)]);
  });

  it("takes appended bytes as they are", () => {
    const buffer = newBuffer();
    const bytes = pattern(100_000);
    buffer.append(bytes);

    expect(buffer.take()[0]).toBe(bytes);
    expect(counted.allocated).toEqual([]);
  });

  it("lets buffers that say little share memory, one behind the other", () => {
    const [first, second] = [newBuffer(), newBuffer()];
    write(first, hex("01"));
    const one = first.take();
    write(second, hex("02"));
    const two = second.take();
    write(first, hex("03"));

    expect([one, two, first.take()]).toEqual([[hex("01")], [hex("02")], [hex("03")]]);
    expect(one[0]?.buffer).toBe(two[0]?.buffer);
  });

  it("begins where an output as long as the last one has room in one piece", () => {
    const buffer = newBuffer();
    const chunkCounts = Array.from({ length: 8 }, () => {
      for (let i = 0; i < 10; i++) write(buffer, new Uint8Array(1500));
      return buffer.take().length;
    });

    expect(chunkCounts).toEqual(chunkCounts.map(() => 1));
    expect(counted.allocated).toEqual([BLOCK, BLOCK]);
  });

  it("looks for no more room than a quarter of a block", () => {
    const [long, short] = [newBuffer(), newBuffer()];
    write(long, hex("01"));
    long.append(new Uint8Array(BLOCK));
    long.take();
    for (let i = 0; i < 32; i++) {
      write(short, new Uint8Array(1000));
      short.take();
      write(long, hex("01"));
      long.append(new Uint8Array(BLOCK));
      long.take();
    }

    expect(counted.allocated).toEqual([]);
  });

  it("does not write where another buffer went on", () => {
    const [first, second] = [newBuffer(), newBuffer()];
    write(first, hex("01"));
    write(second, hex("02"));
    write(first, hex("03"));
    write(second, hex("04"));

    expect(concat(first.take())).toEqual(hex("01 03"));
    expect(concat(second.take())).toEqual(hex("02 04"));
  });

  it("does not take another block for the one it wrote into, used as far as that", () => {
    const [first, other] = [newBuffer(), newBuffer()];
    write(first, new Uint8Array(100).fill(1));
    const usedTo = first.position;
    const chunks: Uint8Array[] = [];
    const fill = (length: number) => {
      write(other, new Uint8Array(length).fill(2));
      chunks.push(...other.take());
    };
    fill(BLOCK / 4);
    fill(BLOCK / 4);
    fill(BLOCK / 4);
    fill(usedTo - BLOCK / 4);
    expect(counted.allocated).toEqual([BLOCK]);
    write(first, new Uint8Array(100).fill(3));

    expect(concat(chunks).every((byte) => byte === 2)).toBe(true);
    expect(first.length).toBe(200);
  });

  it("gathers what waits in memory of its own, which another buffer never pins", () => {
    const [slow, other] = [newBuffer(), newBuffer()];
    write(slow, hex("01"));
    write(other, hex("02"));
    counted.allocated.length = 0;
    for (let i = 0; i < 1000; i++) write(slow, Uint8Array.of(i));

    expect(counted.allocated).toEqual([1024]);
    expect(slow.length).toBe(1001);
  });

  it("keeps at most about twice the bytes that wait, and blocks of 64 KiB", () => {
    const [slow, other] = [newBuffer(), newBuffer()];
    write(slow, hex("01"));
    write(other, hex("02"));
    counted.allocated.length = 0;
    while (slow.length < 400_000) {
      write(slow, new Uint8Array(700));
      const held = counted.allocated.reduce((sum, length) => sum + length, 0);
      expect(held).toBeLessThanOrEqual(
        Math.max(2 * slow.length + 1024, slow.length + BLOCK + 1024),
      );
    }
    expect(Math.max(...counted.allocated)).toBe(BLOCK);
  });

  it("holds no memory once all was taken", () => {
    const buffer = newBuffer();
    write(buffer, pattern(BLOCK));
    buffer.take();
    expect(buffer.block).toHaveLength(0);

    write(buffer, hex("01"));
    buffer.take();
    expect(buffer.block).toHaveLength(0);
  });

  it("takes a piece of memory of exact size for what is larger than a block", () => {
    const buffer = newBuffer();
    write(buffer, pattern(100_000));

    expect(counted.allocated).toEqual([100_000]);
    expect(sameBytes(concat(buffer.take()), pattern(100_000))).toBe(true);
  });

  it("shares memory for up to a quarter of a block, and not for more", () => {
    const quarter = newBuffer();
    write(quarter, new Uint8Array(BLOCK / 4));
    expect(quarter.block.length).toBe(BLOCK);

    const more = newBuffer();
    write(more, new Uint8Array(BLOCK / 4 + 1));
    expect(more.block.length).toBe(BLOCK / 4 + 1);
  });

  it("goes on behind appended bytes in the same memory", () => {
    const buffer = newBuffer();
    write(buffer, hex("01"));
    const { block } = buffer;
    buffer.append(pattern(20_000));
    write(buffer, hex("02"));

    expect(buffer.block).toBe(block);
    expect(sameBytes(concat(buffer.take()), concat([hex("01"), pattern(20_000), hex("02")]))).toBe(
      true,
    );
  });

  it("never writes into what was taken", () => {
    const buffer = newBuffer();
    const taken: Uint8Array[] = [];
    for (let i = 0; i < 300; i++) {
      write(buffer, new Uint8Array(1000).fill(i));
      taken.push(...buffer.take());
    }

    const intact = taken.map(
      (chunk, i) => chunk.length === 1000 && chunk.every((byte) => byte === i % 256),
    );
    expect(intact).toEqual(Array(300).fill(true));
    expect(counted.allocated.length).toBeLessThanOrEqual(Math.ceil(300_000 / 64_000));
  });

  it("lets a reservation be larger than what is committed of it", () => {
    const buffer = newBuffer();
    buffer.reserve(10);
    buffer.block.set(hex("01 02"), buffer.position);
    buffer.commit(2);
    buffer.block.set(hex("03"), buffer.position);
    buffer.commit(1);

    expect(buffer.take()).toEqual([hex("01 02 03")]);
  });

  it("gives shared bytes as they are when they are all there is", () => {
    const buffer = newBuffer();
    const bytes = hex("01 02");
    for (let i = 0; i < 2; i++) {
      buffer.appendShared(bytes);
      expect(buffer.length).toBe(2);
      expect(buffer.take()[0]).toBe(bytes);
    }
    expect(buffer.take()).toEqual([]);
  });

  it("copies shared bytes among others, for one chunk and one write", () => {
    const buffer = newBuffer();
    const bytes = hex("01 02");
    buffer.appendShared(bytes);
    buffer.appendShared(bytes);
    write(buffer, hex("03"));
    buffer.appendShared(bytes);
    expect(buffer.length).toBe(7);
    expect(buffer.take()).toEqual([hex("01 02 01 02 03 01 02")]);
    expect(bytes).toEqual(hex("01 02"));

    buffer.appendShared(bytes);
    buffer.append(hex("04"));
    expect(buffer.take()).toEqual([hex("01 02"), hex("04")]);
  });

  it("joins shared bytes once for all buffers to which the same is added in turn", () => {
    const buffers = [newBuffer(), newBuffer(), newBuffer()];
    const common = [pattern(200), hex("01 02"), pattern(300)];
    for (const bytes of common) for (const buffer of buffers) buffer.appendShared(bytes);

    expect(buffers.map(({ length }) => length)).toEqual([502, 502, 502]);
    expect(counted.allocated).toEqual([202, 502]);
    const [first, second, third] = buffers.map((buffer) => buffer.take());
    expect(first).toEqual([concat(common)]);
    expect(second?.[0]).toBe(first?.[0]);
    expect(third?.[0]).toBe(first?.[0]);
  });

  it("joins shared bytes for itself when others have got different ones meanwhile", () => {
    const [buffer, other] = [newBuffer(), newBuffer()];
    buffer.appendShared(hex("01"));
    other.appendShared(hex("02"));
    other.appendShared(hex("03"));
    buffer.appendShared(hex("03"));
    other.appendShared(hex("04"));
    write(other, hex("05"));

    expect(buffer.take()).toEqual([hex("01 03")]);
    expect(other.take()).toEqual([hex("02 03 04 05")]);
  });

  it("copies shared bytes that wait in large numbers once, into memory of its own", () => {
    const buffer = newBuffer();
    const parts = Array.from({ length: 100 }, (_, i) => new Uint8Array(1000).fill(i));
    for (const part of parts) buffer.appendShared(part);

    const joins = counted.allocated.filter((length) => length <= 8192);
    expect(joins).toEqual([2000, 3000, 4000, 5000, 6000, 7000, 8000]);
    expect(sameBytes(concat(buffer.take()), concat(parts))).toBe(true);
  });
});
