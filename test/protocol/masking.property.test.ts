import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyMask } from "../../src/protocol/masking.js";
import { pattern } from "../support/protocol.js";

const key = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("applyMask", () => {
  it("undoes itself, wherever the payload is cut the second time", () => {
    fc.assert(
      fc.property(
        key,
        fc.nat({ max: 500 }),
        fc.array(fc.nat({ max: 500 })),
        (mask, length, cuts) => {
          const bytes = pattern(length);
          applyMask(bytes, 0, length, mask);
          const ends = [...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
          ends.reduce((start, end) => {
            applyMask(bytes, start, end, mask, start);
            return end;
          }, 0);

          expect(bytes).toEqual(pattern(length));
        },
      ),
    );
  });
});
