import { expect, it } from "vitest";
import { CHUNK_BYTES } from "../../../src/protocol/deflate/compression-window.js";
import { Parse } from "../../../src/protocol/deflate/parse.js";

it("has room for a chunk of literals and the end of the block", () => {
  expect(new Parse().symbols).toHaveLength(CHUNK_BYTES + 1);
});

it("counts all symbols in one row, of which the two alphabets are parts", () => {
  const { frequencies, litlens, distances } = new Parse();
  frequencies.fill(1, 0, 286);
  frequencies.fill(2, 288);
  expect(litlens).toEqual(new Uint32Array(286).fill(1));
  expect(distances).toEqual(new Uint32Array(30).fill(2));
});
