// Names that do not exist: what is refused, and what the error says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Names,
  atLeast,
  checkEvent,
  checkOptions,
  limit,
  positiveInteger,
} from "../../src/input/index.js";

interface Dials {
  readonly volume?: number;
  readonly delayMs?: number;
  readonly maxBytes?: number;
}

const RADIO: Names<Dials> = {
  owner: "a radio",
  known: { volume: true, delayMs: true, maxBytes: true },
  advice: { loudness: "use volume", stations: "leave it out, there is one" },
};

const refusal = (options: unknown): string => {
  try {
    checkOptions(options, RADIO);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return String(error);
  }
  return "";
};

describe("checkOptions", () => {
  it("takes names that exist, whatever their values", () => {
    expect(refusal({})).toBe("");
    expect(refusal({ volume: undefined, delayMs: "no number" })).toBe("");
  });

  // oxfmt-ignore
  it.each([
    ["nothing like it",         { colour: 1 },   'a radio has no option "colour". Its options are volume, delayMs, maxBytes'],
    ["a letter too few",        { volme: 1 },    'a radio has no option "volme": did you mean "volume"? Its options are volume, delayMs, maxBytes'],
    ["letters swapped",         { ovlume: 1 },   'a radio has no option "ovlume": did you mean "volume"? Its options are volume, delayMs, maxBytes'],
    ["another case",            { MAXBYTES: 1 }, 'a radio has no option "MAXBYTES": did you mean "maxBytes"? Its options are maxBytes, volume, delayMs'],
    ["no unit",                 { delay: 1 },    'a radio has no option "delay": did you mean "delayMs"? Its options are delayMs, volume, maxBytes'],
    ["a name of others",        { loudness: 1 }, 'a radio has no option "loudness": use volume. Its options are volume, delayMs, maxBytes'],
    ["a name of objects",       { toString: 1 }, 'a radio has no option "toString". Its options are volume, delayMs, maxBytes'],
    ["one good and one bad",    { volume: 1, x: 0 }, 'a radio has no option "x". Its options are volume, delayMs, maxBytes'],
    ["no object",               8080,            "a radio takes options as an object, not a number"],
    ["null",                    null,            "a radio takes options as an object, not null"],
    ["undefined",               undefined,       "a radio takes options as an object, not undefined"],
    ["an array",                ["volume"],      "a radio takes options as an object, not an array"],
    ["a function",              () => 1,         "a radio takes options as an object, not a function"],
  ])("refuses %s", (_name, options, message) => {
    expect(refusal(options)).toBe(`TypeError: ${message}`);
  });

  it("takes an unknown name whose value is undefined, as objects that were put together have", () => {
    expect(refusal({ volume: 1, colour: undefined })).toBe("");
  });

  it("takes what is inherited: somebody may have extended Object.prototype", () => {
    expect(refusal(Object.create({ colour: 1 }))).toBe("");
  });

  it("tells no more of a long name than its beginning, and is quick about it", () => {
    expect(refusal({ ["x".repeat(1e6)]: 1 })).toContain(`no option "${"x".repeat(40)}".`);
  });

  it("suggests a name for one slip of the pen, wherever it is", () => {
    const slip = fc
      .tuple(fc.constantFrom("volume", "delayMs", "maxBytes"), fc.nat(), fc.constantFrom("", "q"))
      .map(([name, at, put]) => {
        const i = at % name.length;
        return { name, typed: name.slice(0, i) + put + name.slice(i + 1) };
      });
    fc.assert(
      fc.property(slip, ({ name, typed }) => {
        expect(refusal({ [typed]: 1 })).toContain(`did you mean "${name}"?`);
      }),
    );
  });
});

describe("checkEvent", () => {
  it("takes an event that exists, and refuses others with what there is", () => {
    checkEvent("volume", RADIO);
    expect(() => checkEvent("loudness", RADIO)).toThrow(
      'a radio has no event "loudness": use volume. Its events are volume, delayMs, maxBytes',
    );
    expect(() => checkEvent("constructor", RADIO)).toThrow('no event "constructor"');
    expect(() => checkEvent(Symbol("on"), RADIO)).toThrow('no event "Symbol(on)"');
  });
});

describe("a limit", () => {
  it("is what is given, Infinity and 0 included, or else the default", () => {
    expect([7, 0, Infinity, undefined].map((value) => limit("maxBytes", value, 3))).toEqual([
      7,
      0,
      Infinity,
      3,
    ]);
  });

  it.each([-1, -Infinity, NaN])("cannot be %d: the error has the name and the number", (value) => {
    const text = `maxBytes must be 0 or more, or Infinity for no limit, not ${value}`;
    expect(() => limit("maxBytes", value, 3)).toThrow(new RangeError(text));
  });

  it.each([
    ["7", "a string"],
    [null, "null"],
    [Symbol("seven"), "a symbol"],
  ])("cannot be %s: the error has the name and the kind", (value, kind) => {
    const text = `maxBytes must be a number, not ${kind}`;
    for (const check of [
      () => Reflect.apply(limit, undefined, ["maxBytes", value, 3]),
      () => Reflect.apply(atLeast, undefined, [1, "maxBytes", value]),
    ]) {
      expect(check).toThrow(new TypeError(text));
    }
  });
});

describe("a number that is at least so large", () => {
  it("is what is given, from the least on", () => {
    expect([1, 1.5, Infinity].map((value) => atLeast(1, "concurrency", value))).toEqual([
      1,
      1.5,
      Infinity,
    ]);
  });

  it.each([0.9, NaN])("is not %d", (value) => {
    const text = `concurrency must be 1 or more, not ${value}`;
    expect(() => atLeast(1, "concurrency", value)).toThrow(new RangeError(text));
  });
});

describe("a positive integer", () => {
  it("may be 1 and the largest safe integer", () => {
    expect(() => positiveInteger("maxEntries", 1)).not.toThrow();
    expect(() => positiveInteger("maxEntries", Number.MAX_SAFE_INTEGER)).not.toThrow();
  });

  it.each([0, -1, 1.5, NaN, Infinity])(
    "is not %d: the error has the name and the number",
    (value) => {
      const text = `maxEntries must be an integer above 0, not ${value}`;
      expect(() => positiveInteger("maxEntries", value)).toThrow(new RangeError(text));
    },
  );
});
