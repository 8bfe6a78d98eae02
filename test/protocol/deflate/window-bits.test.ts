import { expect, it } from "vitest";
import { checkWindowBits } from "../../../src/protocol/deflate/window-bits.js";

it.each([8, 9, 15])("takes %i", (windowBits) => {
  expect(() => checkWindowBits(windowBits)).not.toThrow();
});

it.each([7, 16, 8.5, Number.NaN, Infinity])("refuses %d", (windowBits) => {
  expect(() => checkWindowBits(windowBits)).toThrow(RangeError);
});
