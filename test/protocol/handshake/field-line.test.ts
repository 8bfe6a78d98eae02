import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFieldLine } from "../../../src/protocol/handshake/field-line.js";
import { faultOf, fieldLine, PROTOTYPE_NAMES } from "./wire.js";

describe("a header line", () => {
  // oxfmt-ignore
  it.each([
    ["Host: h",             "Host",   "h"],
    ["Host:h",              "Host",   "h"],
    ["Host: \t h \t",       "Host",   "h"],
    ["Host:",               "Host",   ""],
    ["Host: \t",            "Host",   ""],
    ["a: b: c",             "a",      "b: c"],
    ["a: b\u00e9\u0085 c",  "a",      "b\u00e9\u0085 c"],
  ])("%j is the field %s", (line, name, value) => {
    expect(parseFieldLine(line)).toEqual([name, value]);
  });

  it.each(PROTOTYPE_NAMES)("may have the name %s", (name) => {
    expect(parseFieldLine(`${name}: 1`)).toEqual([name, "1"]);
  });

  // oxfmt-ignore
  it.each([
    ["without a colon",                         "Host"],
    ["without a name",                          ": h"],
    ["with a space before the colon",           "Host : h"],
    ["with a tab before the colon",             "Host\t: h"],
    ["folded with a space",                     " more: of the line before"],
    ["folded with a tab",                       "\tmore: of the line before"],
    ["with two words for a name",               "My Host: h"],
    ["with a name that is not ASCII",           "H\u00f6st: h"],
    ["with a name in quotes",                   `"Host": h`],
  ])("%s is malformed [6455-4.1-29] [6455-4.2.1-01]", (_name, line) => {
    expect(faultOf(() => parseFieldLine(line))).toBe("HEAD_MALFORMED");
  });

  it("reads back as it was written", () => {
    fc.assert(
      fc.property(fieldLine, ([name, value]) => {
        expect(parseFieldLine(`${name}: ${value}`)).toEqual([name, value]);
      }),
    );
  });
});
