import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { fieldLine, PROTOTYPE_NAMES } from "./wire.js";

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
