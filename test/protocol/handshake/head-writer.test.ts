import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serializeHead } from "../../../src/protocol/handshake/head-writer.js";
import { fieldLine, textOf, UNSENDABLE } from "./wire.js";

describe("the writer of heads", () => {
  it("ends each line, and the head, in CR LF", () => {
    const bytes = serializeHead("GET / HTTP/1.1", [
      ["Host", "h"],
      ["A", "\u00e9"],
      ["b", ""],
    ]);

    expect(textOf(bytes)).toBe("GET / HTTP/1.1\r\nHost: h\r\nA: \u00e9\r\nb: \r\n\r\n");
  });

  it.each(UNSENDABLE)("writes no %j, whoever let it through", (character) => {
    expect(() => serializeHead(`GET /${character} HTTP/1.1`, [])).toThrow(TypeError);
    expect(() => serializeHead("GET / HTTP/1.1", [[`a${character}`, "b"]])).toThrow(TypeError);
    expect(() => serializeHead("GET / HTTP/1.1", [["a", `b${character}`]])).toThrow(TypeError);
  });

  it("writes as many lines as it was given", () => {
    fc.assert(
      fc.property(fc.array(fieldLine), (lines) => {
        const written = textOf(serializeHead("START", lines)).split("\r\n");

        expect(written).toEqual([
          "START",
          ...lines.map(([name, value]) => `${name}: ${value}`),
          "",
          "",
        ]);
      }),
    );
  });
});
