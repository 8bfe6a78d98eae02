import { describe, expect, it } from "vitest";
import { ByteQueue } from "../../src/protocol/byte-queue.js";
import { pattern, sameBytes } from "../support/protocol.js";
import { concat, hex } from "../support/wire-frame.js";

function queueOf(...chunks: readonly Uint8Array[]): ByteQueue {
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(chunk);
  return queue;
}

/** Takes all there is, front by front: one piece for each chunk that was kept. */
function drain(queue: ByteQueue): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < 1000 && queue.length > 0; i++) {
    pieces.push(queue.take(queue.end - queue.start));
  }
  return pieces;
}

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

describe("ByteQueue", () => {
  it("is empty at first", () => {
    const queue = queueOf();

    expect([queue.length, queue.start, queue.end]).toEqual([0, 0, 0]);
    expect(queue.front).toHaveLength(0);
  });

  it("gives the words of the front, made once for it", () => {
    const queue = queueOf(pattern(40), pattern(2000));
    const { words } = queue;
    expect([words.buffer, words.length]).toEqual([queue.front.buffer, 10]);
    queue.skip(8);
    expect(queue.words).toBe(words);

    queue.skip(32);
    expect([queue.words.buffer, queue.words.length]).toEqual([queue.front.buffer, 500]);
    queue.push(pattern(2000));
    queue.makeContiguous(4000);
    expect(queue.words).toHaveLength(1000);
    queue.clear();
    expect(queue.words).toHaveLength(0);
    queue.push(pattern(12));
    expect(queue.words).toHaveLength(3);
  });

  it("keeps the first chunk as it is, to be read and changed in place", () => {
    const chunk = pattern(5);
    const queue = queueOf(chunk);

    expect(queue.front).toBe(chunk);
    expect([queue.start, queue.end, queue.length]).toEqual([0, 5, 5]);
    expect(queue.take(2).buffer).toBe(chunk.buffer);
    expect([queue.start, queue.end, queue.length]).toEqual([2, 5, 3]);
  });

  it("does not notice empty chunks", () => {
    const queue = queueOf(hex(""), hex("01"), hex(""), hex("02"));

    expect(queue.length).toBe(2);
    expect(drain(queue)).toEqual([hex("01"), hex("02")]);
  });

  it("goes on to the next chunk when one is used up", () => {
    const [first, second] = [filled(2000, 1), filled(3000, 2)];
    const queue = queueOf(first, second);
    queue.skip(2000);

    expect(queue.front).toBe(second);
    expect([queue.start, queue.end, queue.length]).toEqual([0, 3000, 3000]);
    queue.skip(3000);
    expect([queue.start, queue.end, queue.length]).toEqual([0, 0, 0]);
    expect(queue.front).toHaveLength(0);
  });

  it("gathers the bytes that are asked for, and leaves chunks further back alone", () => {
    const far = filled(2000, 4);
    const queue = queueOf(hex("aa 01"), filled(1025, 2), filled(1025, 3), far);
    queue.skip(1);
    queue.makeContiguous(1027);

    expect([queue.start, queue.end, queue.length]).toEqual([0, 2051, 4051]);
    expect(queue.take(2051)).toEqual(concat([hex("01"), filled(1025, 2), filled(1025, 3)]));
    expect(queue.front).toBe(far);
  });

  it("leaves the front alone when it holds enough", () => {
    const chunk = pattern(4);
    const queue = queueOf(chunk, filled(2000, 1));
    queue.makeContiguous(4);

    expect(queue.front).toBe(chunk);
  });

  it("leaves the front alone when there is nothing behind it", () => {
    const chunk = pattern(4);
    const queue = queueOf(chunk);
    queue.makeContiguous(14);

    expect(queue.front).toBe(chunk);
  });

  it("gathers all there is when that is less than what is asked for", () => {
    const queue = queueOf(hex("01"), hex("02"), hex("03"));
    queue.makeContiguous(14);

    expect([queue.start, queue.end, queue.length]).toEqual([0, 3, 3]);
    expect(queue.take(3)).toEqual(hex("01 02 03"));
  });

  it("copies what is left of its front", () => {
    const chunk = pattern(4);
    const behind = filled(2000, 1);
    const queue = queueOf(chunk, behind);
    queue.skip(1);
    queue.copyFront();
    chunk.fill(0xff);

    expect([queue.start, queue.end, queue.length]).toEqual([0, 3, 2003]);
    expect(queue.take(3)).toEqual(pattern(4).subarray(1));
    expect(queue.front).toBe(behind);
    queue.skip(2000);
    queue.copyFront();
    expect([queue.length, queue.front.length]).toEqual([0, 0]);
  });

  it("keeps small chunks together: bytes one by one cost bytes, and few objects", () => {
    const queue = new ByteQueue();
    const bytes = pattern(100_000);
    for (const byte of bytes) queue.push(Uint8Array.of(byte));
    const pieces = drain(queue);

    expect(sameBytes(concat(pieces), bytes)).toBe(true);
    expect(pieces.length).toBeLessThanOrEqual(Math.ceil(100_000 / 4096) + 1);
    const held = new Set(pieces.map((piece) => piece.buffer));
    const memory = [...held].reduce((sum, buffer) => sum + buffer.byteLength, 0);
    expect(memory).toBeLessThan(100_000 + 2 * 4096);
  });

  it("does not hold on to the memory of small chunks behind the first", () => {
    const large = new Uint8Array(65_536);
    const queue = queueOf(hex("01"), large.subarray(0, 1024), large.subarray(0, 1025));
    const pieces = drain(queue);

    expect(pieces.map((piece) => piece.length)).toEqual([1, 1024, 1025]);
    expect(pieces.map((piece) => piece.buffer === large.buffer)).toEqual([false, false, true]);
  });

  it("keeps the order of small and large chunks", () => {
    const chunks = [1, 1024, 1025, 3, 4, 5000, 1, 1, 1024, 1024, 1024, 1024, 1025].map(
      (length, i) => filled(length, i),
    );
    const queue = queueOf(...chunks);

    expect(sameBytes(concat(drain(queue)), concat(chunks))).toBe(true);
  });

  it("does not write behind small chunks that are being read", () => {
    const queue = queueOf(hex("01"), hex("02"), hex("03"));
    queue.skip(1);
    const view = queue.take(1);
    queue.push(hex("04"));
    queue.push(hex("05"));

    expect(view).toEqual(hex("02"));
    expect(concat(drain(queue))).toEqual(hex("03 04 05"));
  });

  it("starts over after it was emptied, and after it was cleared", () => {
    const queue = queueOf(hex("01"), hex("02"));
    drain(queue);
    queue.push(hex("03"));
    queue.push(hex("04"));
    expect(concat(drain(queue))).toEqual(hex("03 04"));

    queue.push(hex("05"));
    queue.push(hex("06"));
    queue.push(filled(2000, 7));
    queue.clear();
    expect([queue.length, queue.start, queue.end]).toEqual([0, 0, 0]);
    queue.push(hex("08"));
    queue.push(hex("09"));
    expect(concat(drain(queue))).toEqual(hex("08 09"));
  });
});
