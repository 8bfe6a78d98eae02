import { expect, it } from "vitest";
import { BitReader } from "../../../src/protocol/deflate/bit-reader.js";
import { BitWriter } from "../../../src/protocol/deflate/bit-writer.js";
import { readDynamicCodes } from "../../../src/protocol/deflate/block-codes.js";
import { PREPARED_CODES } from "../../../src/protocol/deflate/prepared-codes.js";

it("has a description for each pair of codes, shorter than what codes made to measure need", () => {
  expect(PREPARED_CODES).toHaveLength(3);
  for (const { description } of PREPARED_CODES) {
    const writer = new BitWriter();
    writer.start(500);
    description.write(writer);
    expect(description.bits).toBeLessThan(36 * 8);
    const reader = new BitReader();
    reader.start(writer.bytes.slice(0, writer.position + 1));
    expect(readDynamicCodes(reader)).toBeDefined();
    expect(PREPARED_CODES.filter((other) => other.description.bits === description.bits)).toEqual([
      expect.objectContaining({ description }),
    ]);
  }
});
