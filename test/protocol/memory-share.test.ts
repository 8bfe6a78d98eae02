import { describe, expect, it } from "vitest";
import { mayStayView } from "../../src/protocol/memory-share.js";

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
