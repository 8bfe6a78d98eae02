import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyMask, copyMasked, maskText } from "../../src/protocol/masking.js";
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

const from = fc.nat({ max: 9 });

describe("maskText", () => {
  it("does what applyMask does, and tells ASCII from other text", () => {
    fc.assert(
      fc.property(
        key,
        from,
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        (mask, start, drawn, isAscii) => {
          const text = isAscii ? drawn.map((byte) => byte & 0x7f) : drawn;
          const bytes = new Uint8Array(start + text.length + 3).fill(0xff);
          bytes.set(text, start);
          const end = start + text.length;
          applyMask(bytes, start, end, mask);

          expect(maskText(bytes, start, end, mask)).toBe(text.every((byte) => byte < 0x80));
          expect(bytes.subarray(start, end)).toEqual(text);
          expect(bytes.subarray(0, start).every((byte) => byte === 0xff)).toBe(true);
          expect(bytes.subarray(end)).toEqual(new Uint8Array(3).fill(0xff));
        },
      ),
    );
  });
});

describe("copyMasked", () => {
  it("does to a copy what applyMask does, between any two places", () => {
    fc.assert(
      fc.property(key, from, from, fc.nat({ max: 300 }), (mask, start, offset, length) => {
        const source = pattern(start + length + 2);
        const target = new Uint8Array(offset + length + 2).fill(0xaa);
        const wanted = source.slice(start, start + length);
        applyMask(wanted, 0, length, mask);
        copyMasked(source, start, target, offset, length, mask);

        expect(target.subarray(offset, offset + length)).toEqual(wanted);
        expect(target.subarray(0, offset).every((byte) => byte === 0xaa)).toBe(true);
        expect([...target.subarray(offset + length)]).toEqual([0xaa, 0xaa]);
        expect(source).toEqual(pattern(start + length + 2));
      }),
    );
  });
});
