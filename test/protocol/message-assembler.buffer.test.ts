import { describe, expect, it } from "vitest";
import { MessageBuffer } from "../../src/protocol/message-assembler.js";
import { countingPlatform, pattern, sameBytes } from "../support/protocol.js";
import { concat, hex } from "../support/wire-frame.js";

function counting(): { buffer: MessageBuffer; allocated: number[] } {
  const { platform, allocated } = countingPlatform();
  return { buffer: new MessageBuffer(platform.allocate), allocated };
}

describe("MessageBuffer", () => {
  it("joins what is appended, in one piece", () => {
    const { buffer } = counting();
    for (const byte of [1, 2, 3]) buffer.append(Uint8Array.of(byte), 0);

    expect(buffer.length).toBe(3);
    expect(buffer.take()).toEqual(hex("01 02 03"));
  });

  it("copies small parts: the message does not change with what was appended", () => {
    const { buffer } = counting();
    const payload = hex("01 02");
    buffer.append(payload, 2);
    payload.fill(0xff);

    expect(buffer.take()).toEqual(hex("01 02"));
  });

  it("keeps large parts until half of the message is there, and then has memory for exactly that", () => {
    const { buffer, allocated } = counting();
    const whole = pattern(200_000);
    const seen = [];
    for (let at = 0; at < whole.length; at += 40_000) {
      buffer.append(whole.slice(at, at + 40_000), whole.length);
      expect(buffer.length).toBe(at + 40_000);
      seen.push(allocated.length);
    }
    const taken = buffer.take();

    expect(seen).toEqual([0, 0, 1, 1, 1]);
    expect(allocated).toEqual([200_000]);
    expect(sameBytes(taken, whole)).toBe(true);
    expect(taken.buffer.byteLength).toBe(200_000);
  });

  it("joins large parts at the end when nobody knew where that is", () => {
    const { buffer, allocated } = counting();
    const whole = pattern(20_000);
    for (const at of [0, 5_000, 10_000, 15_000]) buffer.append(whole.slice(at, at + 5_000), 0);
    expect(allocated).toEqual([]);

    expect(sameBytes(buffer.take(), whole)).toBe(true);
    expect(allocated).toEqual([20_000]);
  });

  it.each([
    ["of 4 KiB that takes half of its memory", 4_096, 8_192, true],
    ["of one byte less", 4_095, 4_095, false],
    ["that takes less than half", 4_096, 8_193, false],
  ])("keeps a part %s: %d of %d bytes: %s", (_what, length, memoryBytes, isKept) => {
    const { buffer, allocated } = counting();
    buffer.append(new Uint8Array(memoryBytes).subarray(0, length), 2 ** 20);

    expect(allocated).toEqual(isKept ? [] : [length * 2]);
  });

  it("joins small and large parts in their order", () => {
    const { buffer, allocated } = counting();
    const lengths = [1, 2, 5_000, 3, 300, 6_000, 7_000, 4];
    const parts = lengths.map((length, i) => pattern(length).map((byte) => byte ^ i));
    const whole = concat(parts);
    for (const part of parts) buffer.append(part, 0);
    expect(allocated).toEqual([256, 256, 606, 256]);
    expect(sameBytes(buffer.take(), whole)).toBe(true);
    expect(allocated.at(-1)).toBe(whole.length);

    allocated.length = 0;
    for (const part of parts) buffer.append(part, whole.length);
    expect(allocated).toEqual([256, 256, 606, whole.length]);
    expect(sameBytes(buffer.take(), whole)).toBe(true);

    buffer.append(hex("01"), 1);
    expect(buffer.take()).toEqual(hex("01"));
  });

  it("allocates at most twice what has arrived, whatever is announced [6455-5.2-10]", () => {
    const { buffer, allocated } = counting();
    const expected = 2 ** 53;
    let arrived = 0;
    while (arrived < 100_000) {
      buffer.append(pattern(1000), expected);
      arrived += 1000;
      expect(allocated.at(-1)).toBeLessThanOrEqual(arrived * 2);
    }
    expect(allocated.length).toBeLessThan(10);
  });

  it("begins with 256 bytes for the smallest part", () => {
    const { buffer, allocated } = counting();
    buffer.append(hex("01"), 1_000_000);

    expect(allocated).toEqual([256]);
  });

  it("grows to exactly the message in its last step", () => {
    const { buffer, allocated } = counting();
    buffer.append(pattern(3000), 5000);
    buffer.append(pattern(2000), 5000);

    expect(allocated).toEqual([5000]);
    expect(buffer.take().buffer.byteLength).toBe(5000);
  });

  it("grows by doubling when more comes than was expected", () => {
    const { buffer, allocated } = counting();
    buffer.append(pattern(300), 200);
    buffer.append(pattern(301), 400);

    expect(allocated).toEqual([600, 1202]);
    expect(buffer.take()).toHaveLength(601);
  });

  it("doubles while nobody knows how much will come", () => {
    const { buffer, allocated } = counting();
    for (let i = 0; i < 100_000; i++) buffer.append(Uint8Array.of(i), 0);

    expect(allocated.length).toBeLessThanOrEqual(Math.ceil(Math.log2(100_000 / 128)));
    expect(buffer.take()).toHaveLength(100_000);
  });

  it("gives its memory away with the message", () => {
    const { buffer, allocated } = counting();
    buffer.append(hex("01"), 1);
    const first = buffer.take();
    buffer.append(hex("02"), 1);

    expect(first).toEqual(hex("01"));
    expect(buffer.take()).toEqual(hex("02"));
    expect(allocated).toEqual([1, 1]);
    expect(buffer.take()).toHaveLength(0);
  });

  it("starts over after it was cleared", () => {
    const { buffer } = counting();
    buffer.append(hex("01"), 1);
    buffer.clear();

    expect(buffer.length).toBe(0);
    buffer.append(hex("02"), 1);
    expect(buffer.take()).toEqual(hex("02"));
  });
});
