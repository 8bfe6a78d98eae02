import { describe, expect, it } from "vitest";
import { MessageBuffer } from "../../src/protocol/message-buffer.js";
import { countingPlatform, pattern } from "../support/protocol.js";
import { hex } from "../support/wire-frame.js";

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

  it("copies: the message does not change with what was appended", () => {
    const { buffer } = counting();
    const payload = hex("01 02");
    const copy = buffer.append(payload, 2);
    payload.fill(0xff);

    expect(copy).toEqual(hex("01 02"));
    expect(buffer.take()).toEqual(hex("01 02"));
  });

  it("gives back the part it copied, at each step", () => {
    const { buffer } = counting();
    buffer.append(hex("01 02"), 2);

    expect(buffer.append(hex("03"), 3)).toEqual(hex("03"));
    expect(buffer.append(hex(""), 3)).toEqual(hex(""));
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
