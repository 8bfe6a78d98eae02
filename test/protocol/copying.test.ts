// Which messages and parts may stay views, and how bytes are copied and joined.
import { describe, expect, it } from "vitest";
import {
  allocateOwn,
  copyOf,
  joinParts,
  mayStayPart,
  mayStayView,
} from "../../src/protocol/copying.js";
import { hex } from "../support/wire-frame.js";

describe("mayStayView", () => {
  it.each([
    [1, 2],
    [4_095, 8_190],
    [4_096, 16_384],
    [16_384, 65_536],
  ])("lets %d bytes keep %d and not one more", (length, memoryBytes) => {
    expect(mayStayView(length, length)).toBe(true);
    expect(mayStayView(length, memoryBytes)).toBe(true);
    expect(mayStayView(length, memoryBytes + 1)).toBe(false);
  });
});

describe("mayStayPart", () => {
  it.each([
    [4_095, 4_095, false],
    [4_096, 4_096, true],
    [4_096, 8_192, true],
    [4_096, 8_193, false],
    [65_536, 65_536, true],
  ])("judges %d bytes of %d: %s", (length, memoryBytes, expected) => {
    expect(mayStayPart(new Uint8Array(new ArrayBuffer(memoryBytes), 0, length))).toBe(expected);
  });
});

describe("copies", () => {
  it("are in the memory that is given for them", () => {
    const memory = new Uint8Array(8).fill(9);
    const copy = copyOf(hex("02 03"), (length) => memory.subarray(2, 2 + length));
    expect(copy.buffer).toBe(memory.buffer);
    expect(memory).toEqual(hex("09 09 02 03 09 09 09 09"));
  });

  it("of several parts are in their order, with room behind them where that is asked for", () => {
    const parts = [hex("01"), hex(""), hex("02 03")];
    expect(joinParts(parts, 3)).toEqual(hex("01 02 03"));
    expect(joinParts(parts, 5)).toEqual(hex("01 02 03 00 00"));
    expect(joinParts([], 0)).toEqual(hex(""));

    const memory = new Uint8Array(4).fill(9);
    expect(joinParts(parts, 3, (length) => memory.subarray(1, 1 + length)).buffer).toBe(
      memory.buffer,
    );
    expect(memory).toEqual(hex("09 01 02 03"));
  });

  it("are in memory that is in use by nobody else, by default", () => {
    expect(allocateOwn(3)).toEqual(new Uint8Array(3));
    expect(allocateOwn(3).buffer.byteLength).toBe(3);
  });
});
