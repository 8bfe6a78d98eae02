import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  FieldScanner,
  Fields,
  isFieldValue,
  isFieldValueCode,
  isToken,
  listElements,
  lowerCaseAscii,
  trimWhitespace,
} from "../../../src/protocol/handshake/fields.js";
import { PROTOTYPE_NAMES, UNSENDABLE, fieldLine, token } from "./wire.js";

describe("Fields", () => {
  const fields = new Fields([
    ["Via", "one"],
    ["HOST", "h"],
    ["via", "two"],
  ]);

  it("finds names in upper and lower case [6455-4.1-30]", () => {
    expect(fields.get("host")).toBe("h");
    expect(fields.get("Host")).toBe("h");
    expect(fields.getAll("VIA")).toEqual(["one", "two"]);
  });

  it("gives one value only where there is one", () => {
    expect(fields.get("Via")).toBeUndefined();
    expect(fields.get("Age")).toBeUndefined();
  });

  it("counts lines", () => {
    expect([fields.count("via"), fields.count("host"), fields.count("age")]).toEqual([2, 1, 0]);
    expect(fields.size).toBe(3);
    expect(new Fields().size).toBe(0);
  });

  it("joins the lines of a list in order", () => {
    expect(fields.listOf("via")).toBe("one, two");
    expect(fields.listOf("host")).toBe("h");
    expect(fields.listOf("age")).toBeUndefined();
    expect(new Fields([["A", ""]]).listOf("a")).toBe("");
  });

  it("gives the lines as they came", () => {
    expect([...fields]).toEqual([
      ["Via", "one"],
      ["HOST", "h"],
      ["via", "two"],
    ]);
  });

  it("reads what Node calls rawHeaders", () => {
    expect([...Fields.fromRawHeaders(["Host", "h", "Via", "", "via", "two"])]).toEqual([
      ["Host", "h"],
      ["Via", ""],
      ["via", "two"],
    ]);
    expect([...Fields.fromRawHeaders([])]).toEqual([]);
    expect([...Fields.fromRawHeaders(["Host"])]).toEqual([["Host", ""]]);
  });

  it("does not change when the list it was made from does", () => {
    const lines: [string, string][] = [["a", "1"]];
    const fields = new Fields(lines);
    lines.push(["b", "2"]);

    expect(fields.size).toBe(1);
  });

  it.each(PROTOTYPE_NAMES)("has no %s of its own, and can have one", (name) => {
    expect(new Fields().get(name)).toBeUndefined();
    expect(new Fields().getAll(name)).toEqual([]);
    expect(new Fields([[name, "value"]]).get(name.toUpperCase())).toBe("value");
  });

  it("does not take the Kelvin sign for a k", () => {
    expect(new Fields([["\u212aey", "1"]]).get("key")).toBeUndefined();
  });

  it("keeps every line, in order among those of its name", () => {
    fc.assert(
      fc.property(fc.array(fieldLine), (lines) => {
        const fields = new Fields(lines);

        expect([...fields]).toEqual(lines);
        expect([...Fields.fromRawHeaders(lines.flat())]).toEqual(lines);
        for (const [name] of lines) {
          const values = lines
            .filter((line) => line[0].toLowerCase() === name.toLowerCase())
            .map((line) => line[1]);
          expect(fields.getAll(name.toUpperCase())).toEqual(values);
          expect(fields.listOf(name)).toBe(values.join(", "));
        }
      }),
    );
  });
});

const CODES = Array.from({ length: 300 }, (_, code) => code);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("token", () => {
  it("has 77 characters (RFC 9110 §5.6.2)", () => {
    const characters = CODES.map((code) => String.fromCharCode(code)).filter(isToken);

    expect(characters.join("")).toBe(
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
    );
  });

  it.each(["", "a b", " a", "a ", "a,b", 'a"', "é", "a\u0161", "a\u2028"])("is not %j", (text) => {
    expect(isToken(text)).toBe(false);
  });

  it("may be long", () => {
    expect(isToken("chat.v2")).toBe(true);
  });
});

describe("field value", () => {
  it("has tab, space, the visible characters and the bytes above (RFC 9110 §5.5)", () => {
    const range = (first: number, last: number) => CODES.slice(first, last + 1);

    expect(CODES.filter(isFieldValueCode)).toEqual([9, ...range(0x20, 0x7e), ...range(0x80, 0xff)]);
  });

  it("may be empty", () => {
    expect(isFieldValue("")).toBe(true);
    expect(isFieldValue("a \t\u0085\u00ff")).toBe(true);
  });

  it.each(UNSENDABLE)("has no %j, at whatever place", (character) => {
    expect(isFieldValue(`${character}ab`)).toBe(false);
    expect(isFieldValue(`a${character}b`)).toBe(false);
    expect(isFieldValue(`ab${character}`)).toBe(false);
  });
});

describe("lower case", () => {
  it.each([
    ["", ""],
    ["Sec-WebSocket-Key", "sec-websocket-key"],
    ["\u212aEY", "\u212aey"], // the Kelvin sign
    ["\u0130D", "\u0130d"], // I with a dot
    ["\u00c9A", "\u00c9a"],
    ["😀A", "😀a"],
  ])("of %j is %j", (text, lower) => {
    expect(lowerCaseAscii(text)).toBe(lower);
  });
});

describe("whitespace", () => {
  it.each([
    ["", ""],
    [" \t ", ""],
    ["\t a \tb \t", "a \tb"],
    ["\u00a0a\u00a0", "\u00a0a\u00a0"],
    ["a", "a"],
  ])("is taken off both ends of %j", (text, trimmed) => {
    expect(trimWhitespace(text)).toBe(trimmed);
  });
});

describe("a list for Connection and Upgrade", () => {
  it.each([
    ["", []],
    [",, ,\t,", []],
    ["a", ["a"]],
    [",a ,, b c,", ["a", "b c"]],
  ])("%j has the elements %j", (value, elements) => {
    expect(listElements(value)).toEqual(elements);
  });
});

describe("FieldScanner", () => {
  it("takes tokens and separators with the whitespace around them", () => {
    const scanner = new FieldScanner("  a \t;\tb=c");
    scanner.skipWhitespace();

    expect(scanner.takeToken()).toBe("a");
    expect(scanner.takeSeparator(",")).toBe(false);
    expect(scanner.takeSeparator(";")).toBe(true);
    expect(scanner.takeToken()).toBe("b");
    expect(scanner.takeToken()).toBeUndefined();
    expect(scanner.isAtEnd).toBe(false);
    expect(scanner.takeSeparator("=")).toBe(true);
    expect(scanner.takeTokenOrQuoted()).toBe("c");
    expect(scanner.isAtEnd).toBe(true);
    expect(scanner.takeToken()).toBeUndefined();
    expect(scanner.takeSeparator("=")).toBe(false);
    expect(scanner.takeTokenOrQuoted()).toBeUndefined();
  });

  // oxfmt-ignore
  it.each([
    [`"15"`,        "15"],
    [`"\\1\\5"`,    "15"],
    [`"a\\bc"`,     "abc"],
    [`""`,          undefined],
    [`"1 5"`,       undefined],
    [`"1\\ 5"`,     undefined],
    [`"a\\""`,      undefined],
    [`"a\\\\"`,     undefined],
    [`"a,b"`,       undefined],
    [`"15`,         undefined],
    [`"15\\`,       undefined],
    [`"`,           undefined],
    [`"\u00e9"`,    undefined],
    [`"\u0161"`,    undefined],
  ])("reads the quoted string %s as %s [6455-4.3-02]", (text, value) => {
    expect(new FieldScanner(text).takeTokenOrQuoted()).toBe(value);
  });

  it("stops behind a quoted string", () => {
    const scanner = new FieldScanner(`"a"b`);

    expect(scanner.takeTokenOrQuoted()).toBe("a");
    expect(scanner.takeToken()).toBe("b");
  });

  it("reads any token, quoted or not, with any of its characters escaped", () => {
    fc.assert(
      fc.property(token, fc.infiniteStream(fc.boolean()), (text, escaped) => {
        const quoted = Array.from(text).map((character) =>
          escaped.next().value ? `\\${character}` : character,
        );

        expect(new FieldScanner(text).takeTokenOrQuoted()).toBe(text);
        expect(new FieldScanner(`"${quoted.join("")}"`).takeTokenOrQuoted()).toBe(text);
      }),
    );
  });

  it.each([
    ["whitespace", `b${" ".repeat(32_768)}x`],
    ["an escape", `"${"\\x".repeat(16_384)}`],
    ["a token", "x".repeat(32_768)],
  ])("looks at each character of much %s a fixed number of times", (_name, text) => {
    const looks = vi.spyOn(String.prototype, "charCodeAt");
    const scanner = new FieldScanner(text);
    scanner.takeTokenOrQuoted();
    scanner.takeSeparator(",");
    const count = looks.mock.calls.length;
    looks.mockRestore();

    expect(count).toBeGreaterThanOrEqual(text.length - 1);
    expect(count).toBeLessThanOrEqual(text.length + 4);
  });
});
