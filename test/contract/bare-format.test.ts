import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bareFormat, type BareFormatOptions, type Envelope } from "../../src/contract/index.js";

const invalid = { kind: "unreadable", code: "INVALID_MESSAGE" };
const event = (type: string, data: unknown): Envelope => ({ kind: "event", type, data });
const request = (type: string, id: number, data: unknown): Envelope => {
  return { kind: "request", type, id, data };
};

const typeOf: BareFormatOptions["typeOf"] = (fields) =>
  ["action", "observation"].find((name) => name in fields);

// oxfmt-ignore
const ROWS: readonly [name: string, options: BareFormatOptions, value: object, envelope: Envelope][] = [
  ["flat fields",        {},                                { type: "say", text: "a" },           event("say", { text: "a" })],
  ["no fields",          {},                                { type: "say" },                      event("say", {})],
  ["an id that is data", {},                                { type: "say", id: 1 },               event("say", { id: 1 })],
  ["another type field", { typeField: "kind" },             { kind: "say", type: 1 },             event("say", { type: 1 })],
  ["nested data",        { dataField: "data" },             { type: "say", data: [1] },           event("say", [1])],
  ["told by fields",     { typeOf },                        { action: "run", args: {} },          event("action", { action: "run", args: {} })],
  ["told, and nested",   { typeOf, dataField: "data" },     { observation: 1, data: 2 },          event("observation", { observation: 1, data: 2 })],
  ["a request",          { idField: "id" },                 { type: "get", id: 1, key: "a" },     request("get", 1, { key: "a" })],
  ["a nested request",   { idField: "id", dataField: "d" }, { type: "get", id: 1, d: "a" },       request("get", 1, "a")],
  ["a told request",     { idField: "id", typeOf },         { id: 1, action: "run" },             request("action", 1, { action: "run" })],
  ["a reply",            { idField: "id" },                 { reply: 1, value: 2 },               { kind: "reply", id: 1, data: { value: 2 } }],
  ["a nested reply",     { idField: "id", replyField: "re", dataField: "d" }, { re: 1, d: 2 },    { kind: "reply", id: 1, data: 2 }],
  ["a reply by its id",  { idField: "id", replyField: "id" }, { id: 1, value: 2 },                { kind: "reply", id: 1, data: { value: 2 } }],
  ["a request by the same id", { idField: "id", replyField: "id" }, { type: "get", id: 1 },       request("get", 1, {})],
  ["an error",           {},                                { error: "B", details: [1] },         { kind: "error", error: { code: "UNKNOWN", message: "B", details: [1] } }],
  ["an error reply",     { idField: "id" },                 { error: "B", reply: 1 },             { kind: "error", id: 1, error: { code: "UNKNOWN", message: "B" } }],
];

describe("a bare format", () => {
  it.each(ROWS)("reads and writes %s", (_, options, value, envelope) => {
    const format = bareFormat(options);
    expect(format.read(value)).toEqual(envelope);
    expect(format.write(envelope)).toEqual(value);
    expect(format.hasRequests).toBe(options.idField !== undefined);
  });

  it.each<[BareFormatOptions, unknown]>([
    [{}, null],
    [{}, "say"],
    [{}, [{ type: "say" }]],
    [{}, {}],
    [{}, { type: 7 }],
    [{}, { error: 7 }],
    [{ typeOf }, { type: "say" }],
    [{ idField: "id" }, { type: "get", id: {} }],
    [{ idField: "id" }, { reply: {}, value: 1 }],
    [{ writeError: ({ message }) => ({ oops: message }) }, { oops: "B" }],
    [{ writeError: ({ message }) => ({ oops: message }) }, { error: "B" }],
  ])("with %j refuses %j", (options, value) => {
    expect(bareFormat(options).read(value)).toEqual(invalid);
  });

  it("has error replies as the system has them", () => {
    const format = bareFormat({
      writeError: ({ code, message }) => ({ type: "error", status: code, text: message }),
      readError: ({ type, text }) =>
        type === undefined && typeof text === "string" ? { code: "E", message: text } : undefined,
    });
    const error = { code: "FORBIDDEN", message: "no" };
    expect(format.write({ kind: "error", error })).toEqual({
      type: "error",
      status: "FORBIDDEN",
      text: "no",
    });
    expect(format.read({ text: "no" })).toEqual({
      kind: "error",
      error: { code: "E", message: "no" },
    });
    expect(format.read({ type: "error", text: "no" })).toEqual(event("error", { text: "no" }));
  });

  it("has nothing for what is not an application's", () => {
    const format = bareFormat();
    for (const envelope of [
      { kind: "ping", id: 1 },
      { kind: "cancel", id: 1 },
      { kind: "ack", seq: 1 },
      request("get", 1, {}),
    ] as const) {
      expect(format.write(envelope)).toBeUndefined();
    }
    // An error of a request that was none names no id.
    const error = { code: "A", message: "B" };
    expect(format.write({ kind: "error", id: 1, error })).toEqual({ error: "B" });
  });

  it.each<[string, BareFormatOptions, unknown]>([
    ["the data must be an object", {}, 7],
    ["the data must be an object", {}, [1]],
    ['the data has a field "type"', {}, { type: "other" }],
    ['the data has a field "id"', { idField: "id" }, { id: 1 }],
    ['the data has a field "reply"', { idField: "id" }, { reply: 1 }],
    ['typeOf does not take this for "action"', { typeOf }, { observation: 1 }],
  ])("says that %s when it cannot be sent", (message, options, data) => {
    expect(() => bareFormat(options).write(event("action", data))).toThrow(message);
  });

  it("writes data that may be missing", () => {
    expect(bareFormat().write(event("say", undefined))).toEqual({ type: "say" });
  });

  it("reads back what it writes, whatever the names of the fields", () => {
    const name = fc
      .string({ minLength: 1 })
      .filter((text) => text !== "type" && text !== "__proto__");
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), name, (data, type) => {
        const format = bareFormat();
        const written = JSON.stringify(format.write(event(type, data)));
        expect(format.read(JSON.parse(written))).toEqual(
          event(type, JSON.parse(JSON.stringify(data))),
        );
      }),
    );
  });

  it("reads any value there is, without throwing", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        for (const options of [{}, { idField: "id" }, { dataField: "data" }]) {
          expect(bareFormat(options).read(value)).toHaveProperty("kind");
        }
      }),
    );
  });
});
