import { expect, it } from "vitest";
import { CHUNK_BYTES } from "../../../src/protocol/deflate/compression-window.js";
import { MIN_MATCH_BYTES, Parse } from "../../../src/protocol/deflate/parse.js";

it("has room for the matches of any chunk, and for the end", () => {
  const { matches, litlens, distances } = new Parse();
  expect(matches.length).toBeGreaterThanOrEqual(2 * Math.floor(CHUNK_BYTES / MIN_MATCH_BYTES) + 1);
  expect([litlens.length, distances.length]).toEqual([286, 30]);
});
