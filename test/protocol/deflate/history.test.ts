import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { History } from "../../../src/protocol/deflate/history.js";

describe("History", () => {
  it.each([7, 16, 8.5, Number.NaN, Infinity])("is not made for a window of 2^%d", (windowBits) => {
    expect(() => new History(windowBits)).toThrow(RangeError);
  });

  it.each([8, 9, 15])("is made for a window of 2^%i", (windowBits) => {
    expect(() => new History(windowBits)).not.toThrow();
  });

  it("starts empty", () => {
    const history = new History(8);

    expect(history.length).toBe(0);
    expect(history.view()).toHaveLength(0);
  });

  it("holds the last 2^windowBits bytes of what was appended, in order", () => {
    const sizes = fc.oneof(fc.nat(20), fc.constantFrom(255, 256, 257, 700));
    fc.assert(
      fc.property(fc.constantFrom(8, 9), fc.array(sizes, { maxLength: 30 }), (windowBits, runs) => {
        const history = new History(windowBits);
        const all: number[] = [];
        for (const size of runs) {
          const bytes = Uint8Array.from({ length: size }, (_, i) => (all.length + i) * 7);
          history.append(bytes);
          all.push(...bytes);
          const expected = all.slice(-(1 << windowBits));
          expect(history.length).toBe(expected.length);
          expect(Array.from(history.view())).toEqual(expected);
        }
      }),
    );
  });

  it("takes memory as bytes come, and no more than the window", () => {
    const history = new History(10);
    const held = (): number => history.view().buffer.byteLength;

    expect(held()).toBe(0);
    history.append(new Uint8Array(10));
    expect(held()).toBe(256);
    history.append(new Uint8Array(10_000));
    expect(held()).toBe(1024);
  });
});
