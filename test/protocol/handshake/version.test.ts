import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { parseVersions } from "../../../src/protocol/handshake/version.js";

const fieldsOf = (...values: readonly string[]): Fields =>
  new Fields(values.map((value) => ["Sec-WebSocket-Version", value]));

describe("the versions a server lists", () => {
  // oxfmt-ignore
  it.each([
    [["13"],            [13]],
    [["13, 8, 7"],      [13, 8, 7]],
    [["13,8", "7"],     [13, 8, 7]],
    [["0"],             [0]],
    [["255, 99, 100"],  [255, 99, 100]],
    [[" 13\t"],         [13]],
    [[",13, ,8,", ""],  [13, 8]],
  ])("%j are %j [6455-4.3-03]", (values, versions) => {
    expect(parseVersions(fieldsOf(...values))).toEqual(versions);
  });

  it("are unknown without the header", () => {
    expect(parseVersions(new Fields())).toBeUndefined();
  });

  it.each([
    "",
    ",",
    "013",
    "00",
    "256",
    "999",
    "1000",
    "-1",
    "+13",
    "1e1",
    "13.0",
    "x",
    "1 3",
    "8, 013",
    "\u0661",
    "1/",
    "1:",
  ])("are not numbers of 0 to 255 in %j [6455-4.3-03]", (value) => {
    expect(parseVersions(fieldsOf(value))).toBeUndefined();
  });
});
