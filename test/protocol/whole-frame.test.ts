import { describe, expect, it } from "vitest";
import { Budget } from "../../src/protocol/budget.js";
import { WholeFrame } from "../../src/protocol/whole-frame.js";
import {
  countingPlatform,
  frameFrom,
  pattern,
  platform,
  ROLES,
  sameBytes,
} from "../support/protocol.js";
import { BINARY, concat, hex, TEXT, utf8 } from "../support/wire-frame.js";

const LENGTHS = [0, 1, 47, 48, 125, 126, 511, 512, 5_000, 65_535];

describe.each(ROLES)("WholeFrame, from a %s", (peer) => {
  const rules = { masked: peer === "client", rsv: 0 };
  const budget = new Budget();
  const from = (opcode: number, payload: Uint8Array | string = "", overrides = {}) =>
    frameFrom(peer, opcode, payload, overrides);
  /** Parses the frame behind a byte that is none of its own, with others behind it. */
  const parsed = (bytes: Uint8Array, more: Uint8Array = new Uint8Array(0)) => {
    const whole = new WholeFrame();
    const end = whole.parse(concat([hex("00"), bytes, more]), 1, rules, budget);
    return { whole, end };
  };

  it.each(LENGTHS)(
    "is a message of %d bytes, given as a view or as memory of its own",
    (length) => {
      const bytes = from(BINARY, pattern(length));
      for (const take of [(w: WholeFrame) => w.view(), (w: WholeFrame) => w.own(platform)]) {
        const { whole, end } = parsed(bytes, hex("ff"));
        expect(end).toBe(1 + bytes.length);
        expect(whole).toMatchObject({ isText: false, isCompressed: false, length });
        expect(sameBytes(take(whole), pattern(length))).toBe(true);
      }
    },
  );

  it.each([
    ["a short message", 511, 0, 511],
    ["a long one in a longer chunk", 600, 1_000, 600],
    ["no long one that is half of its chunk", 600, 100, undefined],
    ["one of 4 KiB in a chunk of more than four times that", 4_096, 12_300, 4_096],
    ["none of 4 KiB that is a quarter of its chunk", 4_096, 12_200, undefined],
  ])("copies %s", (_what, length, more, copied) => {
    const { platform: counting, allocated } = countingPlatform();
    const { whole } = parsed(from(BINARY, pattern(length)), new Uint8Array(more));
    expect(sameBytes(whole.own(counting), pattern(length))).toBe(true);
    expect(allocated).toEqual(copied === undefined ? [] : [copied]);
  });

  it.each([
    [BINARY, 512, 1_024, true],
    [BINARY, 511, 1_022, false],
    [BINARY, 512, 1_025, false],
    [BINARY, 16_384, 65_536, true],
    [BINARY, 16_383, 65_536, false],
    [TEXT, 16_384, 65_536, false],
  ])("of opcode %d and %d bytes is large in memory of %d: %s", (opcode, length, memory, is) => {
    const { whole } = parsed(from(opcode, "x".repeat(length)));
    expect(whole.isLargeIn(memory)).toBe(is);
    whole.isCompressed = true;
    expect(whole.isLargeIn(memory)).toBe(false);
  });

  it("is copied out of a chunk that is only lent", () => {
    const { platform: counting, allocated } = countingPlatform();
    const { whole } = parsed(from(BINARY, pattern(600)));
    whole.isLent = true;
    expect(sameBytes(whole.own(counting), pattern(600))).toBe(true);
    expect(allocated).toEqual([600]);
  });

  it.each(["", "Hello", "x".repeat(60), "é€𝄞", `${"x".repeat(60)}é`, "\ufeffé"])(
    "is text: %j",
    (text) => {
      const { whole } = parsed(from(TEXT, text));
      expect(whole.isText).toBe(true);
      expect(whole.text(platform)).toBe(text);
    },
  );

  it("is not text unless it is UTF-8 [6455-8-01]", () => {
    expect(parsed(from(TEXT, hex("ff"))).whole.text(platform)).toBeUndefined();
    const long = concat([utf8("x".repeat(60)), hex("ed a0 80")]);
    expect(parsed(from(TEXT, long)).whole.text(platform)).toBeUndefined();
  });

  it("may be compressed where that was agreed on [7692-6-02]", () => {
    const bytes = from(TEXT, "abc", { rsv: 4 });
    const whole = new WholeFrame();
    expect(whole.parse(bytes, 0, rules, budget)).toBe(-1);
    expect(whole.parse(bytes, 0, { ...rules, rsv: 0x40 }, budget)).toBe(bytes.length);
    expect(whole).toMatchObject({ isText: true, isCompressed: true });
    expect(whole.view()).toEqual(utf8("abc"));
    whole.parse(from(TEXT, "plain"), 0, { ...rules, rsv: 0x40 }, budget);
    expect(whole.isCompressed).toBe(false);
  });

  it("leaves frames that are no whole message to others, and reads nothing of them", () => {
    expect(parsed(from(TEXT, "a", { fin: false }))).toMatchObject({
      end: -1,
      whole: { length: 0 },
    });
  });

  it("reads long text that is not compressed by the words of its chunk", () => {
    const readsWords = (opcode: number, length: number, overrides = {}) => {
      const whole = new WholeFrame();
      whole.parse(from(opcode, "x".repeat(length), overrides), 0, { ...rules, rsv: 0x40 }, budget);
      return whole.readsWords;
    };
    expect(readsWords(TEXT, 48)).toBe(true);
    expect(readsWords(TEXT, 47)).toBe(false);
    expect(readsWords(BINARY, 48)).toBe(false);
    expect(readsWords(TEXT, 48, { rsv: 4 })).toBe(false);
  });
});
