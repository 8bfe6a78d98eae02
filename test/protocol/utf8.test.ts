import { describe, expect, it } from "vitest";
import { Utf8Validator } from "../../src/protocol/utf8.js";
import { bytewise, cut, platform } from "../support/protocol.js";
import { couldBecomeText } from "../support/reference-utf8.js";
import { concat, hex, utf8 } from "../support/wire-frame.js";
import { UTF8_CUT_OFF, UTF8_IMPOSSIBLE, UTF8_INVALID, UTF8_VALID } from "./vectors/utf8.js";

/** What comes of `chunks`: where the first refused one was, or whether all of it was whole. */
function check(chunks: readonly Uint8Array[]): "whole" | "cut off" | number {
  const validator = new Utf8Validator(platform.isUtf8);
  const refused = chunks.findIndex((chunk) => !validator.push(chunk));
  if (refused !== -1) return refused;
  return validator.isComplete ? "whole" : "cut off";
}

/** Long enough that the platform's routine gets what stands behind or before it. */
const LONG = utf8("long ".repeat(14));

describe("Utf8Validator", () => {
  it("is complete before anything came", () => {
    expect(check([])).toBe("whole");
    expect(check([new Uint8Array(0)])).toBe("whole");
  });

  describe.each([
    ["alone", "", ""],
    ["behind 63 letters", "63".repeat(63), ""],
    ["behind 70 letters", "61".repeat(70), ""],
    ["before 70 letters", "", "61".repeat(70)],
    ["between 40 characters of three bytes each", "e282ac".repeat(40), "e282ac".repeat(40)],
  ])("%s", (_where, before, after) => {
    it.each(UTF8_VALID)(
      "takes %s, whole, bytewise and cut anywhere [6455-5.6-01]",
      (_name, digits) => {
        const bytes = hex(before + digits + after);

        expect(check([bytes])).toBe("whole");
        expect(check(bytewise(bytes))).toBe("whole");
        for (let place = 0; place <= bytes.length; place++) {
          expect(check(cut(bytes, [place])), `cut at ${place}`).toBe("whole");
        }
      },
    );

    it.each(UTF8_INVALID)("does not take %s, however it is cut [6455-8-01]", (_name, digits) => {
      const bytes = hex(before + digits + after);

      expect(check([bytes])).not.toBe("whole");
      expect(check(bytewise(bytes))).not.toBe("whole");
      for (let place = 0; place <= bytes.length; place++) {
        expect(check(cut(bytes, [place])), `cut at ${place}`).not.toBe("whole");
      }
    });

    it.each(UTF8_IMPOSSIBLE)(
      "refuses %s with the first impossible byte [6455-8-02]",
      (_name, digits) => {
        const bytes = hex(before + digits);

        expect(check(bytewise(bytes))).toBe(bytes.length - 1);
        expect(check([bytes])).toBe(0);
        expect(check([bytes.subarray(0, -1), bytes.subarray(-1)])).toBe(1);
      },
    );

    it.each(UTF8_CUT_OFF)("waits for the rest of %s", (_name, digits) => {
      const bytes = hex(before + digits);

      expect(check([bytes])).toBe("cut off");
      expect(check(bytewise(bytes))).toBe("cut off");
      expect(check([bytes, hex("41")])).toBe(1);
      expect(check([bytes, concat([hex("41"), LONG])])).toBe(1);
    });
  });

  it("judges each second byte behind each first byte as the table of RFC 3629 does [6455-8-01]", () => {
    const misjudged: string[] = [];
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const start = Uint8Array.of(first, second);
        const taken = new Utf8Validator(platform.isUtf8).push(start);
        if (taken !== couldBecomeText(start)) misjudged.push(`${first} ${second}`);
      }
    }

    expect(misjudged).toEqual([]);
  });

  it.each([62, 63, 64, 65, 66, 67, 68])(
    "judges %d bytes the same wherever characters of each length fall [6455-5.6-01]",
    (length) => {
      for (const character of ["c3a9", "e282ac", "f09d849e"].map(hex)) {
        for (let shift = 0; shift < character.length; shift++) {
          const many = concat(Array(40).fill(character));
          const bytes = concat([LONG.subarray(0, shift), many]).subarray(0, length);
          const rest = (bytes.length - shift) % character.length;

          expect(check([bytes]), `shift ${shift}`).toBe(rest === 0 ? "whole" : "cut off");
          expect(check([bytes, concat([character.subarray(rest), many])])).toBe("whole");
        }
      }
    },
  );

  it("gives long runs to the platform in one piece, cut at whole characters", () => {
    const seen: Uint8Array[] = [];
    const validator = new Utf8Validator((bytes) => {
      seen.push(bytes.slice());
      return platform.isUtf8(bytes);
    });
    validator.push(hex("e2 82"));
    validator.push(concat([hex("ac"), LONG, hex("f0 9d 84")]));

    expect(seen).toEqual([LONG]);
    expect(validator.isComplete).toBe(false);
    expect(validator.push(hex("9e"))).toBe(true);
    expect(validator.isComplete).toBe(true);
  });

  it("checks short runs itself", () => {
    const validator = new Utf8Validator(() => {
      throw new Error("not asked");
    });

    expect(validator.push(LONG.subarray(0, 63))).toBe(true);
  });
});
