import { describe, expect, it } from "vitest";
import { applyMask, copyMasked, maskText, wordsOf } from "../../src/protocol/masking.js";
import { pattern, sameBytes } from "../support/protocol.js";
import { hex, utf8 } from "../support/wire-frame.js";

const KEY = 0x37_fa_21_3d;
const KEY_BYTES = [0x37, 0xfa, 0x21, 0x3d];

/** What RFC 6455 §5.3 says, byte by byte. */
const expected = (payload: Uint8Array, position = 0, key: readonly number[] = KEY_BYTES) =>
  payload.map((byte, i) => byte ^ (key[(i + position) % 4] ?? 0));

describe("applyMask", () => {
  it("masks the example of RFC 6455 §5.7 [6455-5.3-03]", () => {
    const bytes = utf8("Hello");
    applyMask(bytes, 0, 5, KEY);

    expect(bytes).toEqual(hex("7f 9f 4d 51 58"));
  });

  it("masks each length at each alignment and position, and touches nothing around [6455-5.3-03]", () => {
    for (let offset = 0; offset < 8; offset++) {
      for (let length = 0; length <= 100; length++) {
        for (let position = 0; position < 4; position++) {
          const memory = new Uint8Array(120).fill(0xee);
          const bytes = memory.subarray(offset);
          const payload = pattern(length);
          bytes.set(payload, 3);
          applyMask(bytes, 3, 3 + length, KEY, position);

          const wanted = new Uint8Array(120).fill(0xee);
          wanted.set(expected(payload, position), offset + 3);
          if (!sameBytes(memory, wanted)) {
            expect(memory, `${length} bytes at ${offset}, position ${position}`).toEqual(wanted);
          }
        }
      }
    }
  });

  it.each([1_023, 1_024, 1_025, 1_031, 1_055, 5_000])(
    "masks %d bytes at each alignment and position, and touches nothing around [6455-5.3-03]",
    (length) => {
      const payload = pattern(length);
      for (let offset = 0; offset < 8; offset++) {
        for (let position = 0; position < 4; position++) {
          const memory = new Uint8Array(length + 20).fill(0xee);
          memory.set(payload, offset + 3);
          applyMask(memory.subarray(offset), 3, 3 + length, KEY, position);

          const wanted = new Uint8Array(length + 20).fill(0xee);
          wanted.set(expected(payload, position), offset + 3);
          expect(sameBytes(memory, wanted), `at ${offset}, position ${position}`).toBe(true);
        }
      }
    },
  );

  it("masks a long payload, and unmasks it in parts cut anywhere [6455-5.3-03]", () => {
    const payload = pattern(1000);
    const bytes = payload.slice();
    applyMask(bytes, 0, 1000, KEY);
    expect(bytes).toEqual(expected(payload));

    for (let cut = 0; cut <= 1000; cut += 7) {
      const copy = bytes.slice();
      applyMask(copy, 0, cut, KEY, 0);
      applyMask(copy, cut, 1000, KEY, cut);
      expect(sameBytes(copy, payload)).toBe(true);
    }
  });

  it.each([
    [0, [0, 0, 0, 0]],
    [-1, [0xff, 0xff, 0xff, 0xff]],
    [0x80_00_00_00 | 0, [0x80, 0, 0, 0]],
    [0x80_00_00_00, [0x80, 0, 0, 0]],
    [0x00_00_00_ff, [0, 0, 0, 0xff]],
    [0xff_ee_dd_cc | 0, [0xff, 0xee, 0xdd, 0xcc]],
  ])("takes the key %d as four bytes, the most significant first", (key, keyBytes) => {
    for (const length of [5, 60, 2_000]) {
      for (const position of [0, 1, 2, 3, 4, 1_000_001, 2 ** 31 + 1, 2 ** 32 + 3]) {
        const bytes = pattern(length);
        applyMask(bytes, 0, length, key, position);
        expect(bytes).toEqual(expected(pattern(length), position, keyBytes));
      }
    }
  });

  it("starts at the first byte of the key when no position is given", () => {
    const [given, left] = [pattern(9), pattern(9)];
    applyMask(given, 0, 9, KEY, 0);
    applyMask(left, 0, 9, KEY);

    expect(left).toEqual(given);
  });
});

describe("maskText and copyMasked", () => {
  it.each([0, 1, 47, 48, 49, 200, 1_030])("see and copy each of %d bytes", (length) => {
    for (let i = 0; i < length; i++) {
      const bytes = new Uint8Array(length).fill(0x61);
      expect(maskText(bytes, 0, length, 0)).toBe(true);
      bytes[i] = 0x80;
      expect(maskText(bytes, 0, length, 0)).toBe(false);
    }
    for (const mask of [0, -1]) {
      const copy = new Uint8Array(length);
      copyMasked(new Uint8Array(length).fill(0x61), 0, copy, 0, length, mask);
      expect(copy).toEqual(new Uint8Array(length).fill(mask === 0 ? 0x61 : 0x9e));
    }
  });
});

it("maskText masks each length at each alignment, with words made for all of it or without", () => {
  for (let offset = 0; offset < 8; offset++) {
    for (let length = 40; length <= 100; length++) {
      const payload = pattern(length).map((byte) => byte & 0x7f);
      const memory = new Uint8Array(120).fill(0xee);
      const bytes = memory.subarray(offset);
      bytes.set(expected(payload), 3);
      const words = length % 2 === 0 ? wordsOf(bytes) : undefined;
      expect(maskText(bytes, 3, 3 + length, KEY, words)).toBe(true);

      const wanted = new Uint8Array(120).fill(0xee);
      wanted.set(payload, offset + 3);
      if (!sameBytes(memory, wanted)) {
        expect(memory, `${length} bytes at ${offset}`).toEqual(wanted);
      }
    }
  }
});

it.each([0, 1, 2, 3])("wordsOf %d bytes, wherever they are, are those inside", (length) => {
  for (let offset = 0; offset < 4; offset++) {
    expect(wordsOf(new Uint8Array(8).subarray(offset, offset + length))).toHaveLength(0);
  }
});

it.each([KEY, 0])(
  "copyMasked with key %d copies each length, and touches nothing around",
  (key) => {
    for (let length = 0; length <= 70; length++) {
      const source = pattern(length + 8);
      const target = new Uint8Array(length + 9).fill(0xee);
      copyMasked(source, 3, target, 5, length, key);

      const wanted = new Uint8Array(length + 9).fill(0xee);
      const payload = source.subarray(3, 3 + length);
      wanted.set(key === 0 ? payload : expected(payload), 5);
      expect(target, `${length} bytes`).toEqual(wanted);
    }
  },
);

it("copyMasked copies a part of long bytes", () => {
  const target = new Uint8Array(100);
  copyMasked(new Uint8Array(102).fill(0x61, 1, 101), 1, target, 0, 100, 0);
  expect(target).toEqual(new Uint8Array(100).fill(0x61));
});
