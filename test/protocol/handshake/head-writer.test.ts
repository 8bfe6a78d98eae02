import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  HANDSHAKE_FIELDS,
  type HeaderFields,
  serializeHead,
  toFieldLines,
} from "../../../src/protocol/handshake/head-writer.js";
import { PROTOTYPE_NAMES, UNSENDABLE, fieldLine, textOf } from "./wire.js";

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

const LINES = [
  ["Cookie", "a=b"],
  ["X-Trace", "1"],
] as const;

describe("header fields from the application", () => {
  // oxfmt-ignore
  it.each<[string, HeaderFields]>([
    ["an object",       { "Cookie": "a=b", "X-Trace": "1" }],
    ["pairs",           [["Cookie", "a=b"], ["X-Trace", "1"]]],
    ["a Map",           new Map(LINES)],
    ["Fields",          new Fields(LINES)],
  ])("may come as %s", (_name, fields) => {
    expect(toFieldLines(fields, [])).toEqual(LINES);
  });

  it("may come as Headers, which writes names in lower case", () => {
    expect(toFieldLines(new Headers({ Cookie: "a=b" }), [])).toEqual([["cookie", "a=b"]]);
  });

  it("may be left out, or empty", () => {
    expect(toFieldLines(undefined, [])).toEqual([]);
    expect(toFieldLines({}, [])).toEqual([]);
    expect(toFieldLines([], [])).toEqual([]);
  });

  it("may have several values under one name", () => {
    const lines = toFieldLines({ "Set-Cookie": ["a=1", "b=2"], Via: [] }, []);

    expect(lines).toEqual([
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ]);
  });

  it.each(PROTOTYPE_NAMES.filter((name) => name !== "__proto__"))(
    "may have the name %s",
    (name) => {
      expect(toFieldLines({ [name]: "1" }, HANDSHAKE_FIELDS)).toEqual([[name, "1"]]);
    },
  );

  // oxfmt-ignore
  it.each([
    "Connection", "connection", "UPGRADE", "Content-Length", "Transfer-Encoding", "Sec-WebSocket-Key", "sec-websocket-version", "Sec-WebSocket-Accept",
    "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "sec-websocket-",
  ])("may not set %s, which the handshake sets [6455-4.1-21]", (name) => {
    expect(() => toFieldLines({ [name]: "x" }, HANDSHAKE_FIELDS)).toThrow(TypeError);
    expect(() => toFieldLines([["ok", "x"], [name, "x"]], HANDSHAKE_FIELDS)).toThrow(name);
  });

  it.each([
    "Host",
    "Authorization",
    "Cookie",
    "Connection-X",
    "X-Upgrade",
    "Sec-WebSocketX",
    "Sec-WebSocket",
  ])("may set %s", (name) => {
    expect(toFieldLines({ [name]: "x" }, HANDSHAKE_FIELDS)).toEqual([[name, "x"]]);
  });

  it.each(["", " ", "a b", "a:", ":a", "a\u0085", "\u00e9", ...UNSENDABLE])(
    "may not have the name %j",
    (name) => {
      expect(() => toFieldLines({ [name]: "x" }, [])).toThrow(/must be a token/);
    },
  );

  it.each(UNSENDABLE)(
    "may not have %j in a value, and nobody gets to read the value",
    (character) => {
      for (const value of [`${character}SECRET`, `SECRET${character}`, `SEC${character}RET`]) {
        expect(() => toFieldLines({ Cookie: value }, [])).toThrow(TypeError);
        expect(() => toFieldLines({ Cookie: [value] }, [])).toThrow(
          expect.objectContaining({ message: expect.not.stringContaining("SEC") }),
        );
      }
    },
  );

  it.each([1, null, undefined, {}, true, Symbol("x")])(
    "may not have a value that is %s",
    (value) => {
      const give = (fields: unknown): unknown =>
        Reflect.apply(toFieldLines, undefined, [fields, []]);
      expect(() => give([["Cookie", value]])).toThrow(TypeError);
      expect(() => give({ Cookie: [value] })).toThrow(TypeError);
      expect(() => give({ Cookie: value })).toThrow(TypeError);
    },
  );

  it("come out as the lines they are", () => {
    fc.assert(
      fc.property(fc.array(fieldLine), (lines) => {
        expect(toFieldLines(lines, [])).toEqual(lines);
      }),
    );
  });
});
