import { describe, expect, it } from "vitest";
import { isWorthKeeping } from "../../src/protocol/memory-share.js";

describe("isWorthKeeping", () => {
  it.each([
    [1, 2],
    [4_095, 8_190],
    [4_096, 16_384],
    [16_384, 65_536],
  ])("lets %d bytes keep %d and not one more", (length, memoryBytes) => {
    expect(isWorthKeeping(length, length)).toBe(true);
    expect(isWorthKeeping(length, memoryBytes)).toBe(true);
    expect(isWorthKeeping(length, memoryBytes + 1)).toBe(false);
  });
});
