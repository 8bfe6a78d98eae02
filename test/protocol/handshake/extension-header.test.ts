import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  parseExtensions,
  serializeExtensions,
  type Extension,
} from "../../../src/protocol/handshake/extension-header.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { faultOf, PROTOTYPE_NAMES, token, UNSENDABLE } from "./wire.js";

const fieldsOf = (...values: readonly string[]): Fields =>
  new Fields(values.map((value) => ["Sec-WebSocket-Extensions", value]));

const parse = (...values: readonly string[]): readonly Extension[] =>
  parseExtensions(fieldsOf(...values));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("reading Sec-WebSocket-Extensions", () => {
  // oxfmt-ignore
  it.each([
    ["a",                    [{ name: "a", parameters: [] }]],
    [" a\t",                 [{ name: "a", parameters: [] }]],
    ["a, b",                 [{ name: "a", parameters: [] }, { name: "b", parameters: [] }]],
    ["a,b",                  [{ name: "a", parameters: [] }, { name: "b", parameters: [] }]],
    ["a, a",                 [{ name: "a", parameters: [] }, { name: "a", parameters: [] }]],
    ["a;b",                  [{ name: "a", parameters: [["b", undefined]] }]],
    ["a; b=1; b=2",          [{ name: "a", parameters: [["b", "1"], ["b", "2"]] }]],
    ["a ; b = 1 , c",        [{ name: "a", parameters: [["b", "1"]] }, { name: "c", parameters: [] }]],
    ['a; b="1"',             [{ name: "a", parameters: [["b", "1"]] }]],
    ['a; b="\\1\\5"; c',     [{ name: "a", parameters: [["b", "15"], ["c", undefined]] }]],
    ['a; b="x", c',          [{ name: "a", parameters: [["b", "x"]] }, { name: "c", parameters: [] }]],
    ["",                     []],
    [" ,\t, ",               []],
    [",a,",                  [{ name: "a", parameters: [] }]],
    ["a; b=1, ,, c ,",       [{ name: "a", parameters: [["b", "1"]] }, { name: "c", parameters: [] }]],
  ] as const)("%s (A20) [6455-4.2.1-11] [6455-4.3-02]", (value, extensions) => {
    expect(parse(value)).toEqual(extensions);
  });

  it("gives an empty list without the header", () => {
    expect(parseExtensions(new Fields())).toEqual([]);
  });

  it("takes several lines for one list [6455-9-04]", () => {
    expect(parse("a; b", "c", "d; e=f")).toEqual(parse("a; b, c, d; e=f"));
  });

  // oxfmt-ignore
  it.each([
    ";", "=", ";a", ",;", "a,;", "a,=", "a;,b", "a;", "a;;b", "a; ;b", "a; b;", "a;=1", "a; =1", "a;b=", "a; b= ", "a;b==1", "a;b=1=2",
    "a=1", "a b", "a; b c", "a; b=1 2", "a; b=1; ", "a/b", "a; b=(", "a; b=[1]", "\u00e9", "a; \u00e9", "a; b=\u00e9",
    'a; b="', 'a; b="x', 'a; b="x\\', 'a; b="x\\"', 'a; b=""', 'a; b="1 5"', 'a; b="1,5"', 'a; b="1"5', 'a; b=1"5"', 'a; "b"', '"a"', "a; b='1 5'", 'a; b="\\\\"', 'a; b="\\""',
  ])("refuses %j [6455-9-03] [6455-4.3-02]", (value) => {
    expect(faultOf(() => parse(value))).toBe("EXTENSIONS_INVALID");
  });

  it.each(UNSENDABLE)("refuses %j anywhere [6455-9-03]", (character) => {
    for (const value of [
      `${character}a`,
      `a${character}`,
      `a; b${character}`,
      `a; b=c${character}`,
      `a; b="${character}"`,
    ]) {
      expect(faultOf(() => parse(value))).toBe("EXTENSIONS_INVALID");
    }
  });

  it.each([[["a", "", "b"]], [["", "a, b"]], [["a,", ",b", ""]]])(
    "passes over empty elements over the lines %j [6455-9-04]",
    (values) => {
      expect(parse(...values)).toEqual(parse("a, b"));
    },
  );

  it("is as if it were not there in empty lines", () => {
    expect(parse("", "", " , ")).toEqual([]);
  });

  it("refuses a parameter that is missing at the end of a line [6455-9-03]", () => {
    expect(faultOf(() => parse("a;", "b"))).toBe("EXTENSIONS_INVALID");
  });

  it.each(PROTOTYPE_NAMES)("takes %s for a name like any other", (name) => {
    expect(parse(`${name}; ${name}=${name}`)).toEqual([{ name, parameters: [[name, name]] }]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE_NAMES);
  });

  it.each([
    ["whitespace", `a; b${" ".repeat(32_768)}`],
    ["escapes without an end", `a; b="${"\\x".repeat(16_384)}`],
    ["extensions", Array.from({ length: 10_000 }, () => "x;y=z").join(",")],
    ["semicolons", `a${";b".repeat(20_000)}`],
    ["emptiness", ", ".repeat(20_000)],
  ])("looks at each character of much %s three times at most", (_name, value) => {
    const fields = fieldsOf(value);
    const looks = vi.spyOn(String.prototype, "charCodeAt");
    faultOf(() => parseExtensions(fields));
    const count = looks.mock.calls.length;
    looks.mockRestore();

    expect(count).toBeGreaterThan(value.length / 2);
    expect(count).toBeLessThanOrEqual(3 * value.length);
  });
});

const extension: fc.Arbitrary<Extension> = fc.record({
  name: token,
  parameters: fc.array(fc.tuple(token, fc.option(token, { nil: undefined })), { maxLength: 4 }),
});

describe("writing Sec-WebSocket-Extensions", () => {
  it.each([
    [[], ""],
    [[{ name: "a", parameters: [] }], "a"],
    [
      [
        {
          name: "a",
          parameters: [
            ["b", undefined],
            ["c", "1"],
          ],
        },
        { name: "d", parameters: [] },
      ],
      "a; b; c=1, d",
    ],
  ] as const)("%j", (extensions, value) => {
    expect(serializeExtensions(extensions)).toBe(value);
  });

  it("reads back as it was written [6455-4.1-20]", () => {
    fc.assert(
      fc.property(fc.array(extension, { minLength: 1, maxLength: 4 }), (extensions) => {
        expect(parse(serializeExtensions(extensions))).toEqual(extensions);
        expect(parse(...extensions.map((one) => serializeExtensions([one])))).toEqual(extensions);
      }),
    );
  });

  it.each(["", "a b", "a;b", "a,b", '"a"', "\u00e9", ...UNSENDABLE])(
    "does not write %j",
    (text) => {
      expect(() => serializeExtensions([{ name: text, parameters: [] }])).toThrow(TypeError);
      expect(() => serializeExtensions([{ name: "a", parameters: [[text, undefined]] }])).toThrow(
        TypeError,
      );
      expect(() => serializeExtensions([{ name: "a", parameters: [[text, "b"]] }])).toThrow(
        TypeError,
      );
      expect(() => serializeExtensions([{ name: "a", parameters: [["b", text]] }])).toThrow(
        TypeError,
      );
    },
  );
});
