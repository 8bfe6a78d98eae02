import { expect, it } from "vitest";
import { allocateOwn, copyOf } from "../../../src/protocol/deflate/allocate.js";

it("copies bytes into memory that it is given", () => {
  const memory = new Uint8Array(8).fill(9);
  const copy = copyOf(Uint8Array.of(1, 2, 3, 4), 1, 3, (length) => memory.subarray(2, 2 + length));
  expect(copy.buffer).toBe(memory.buffer);
  expect(Array.from(memory)).toEqual([9, 9, 2, 3, 9, 9, 9, 9]);
});

it("gives memory that is nobody else's", () => {
  expect(allocateOwn(3)).toEqual(new Uint8Array(3));
  expect(allocateOwn(3).buffer.byteLength).toBe(3);
});
