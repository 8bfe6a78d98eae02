import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Envelope, envelopeFormat } from "../../src/contract/index.js";

const invalid = { kind: "unreadable", code: "INVALID_MESSAGE" };
const body = { code: "A", message: "B", type: "say", details: [1] };

// oxfmt-ignore
const ROWS: readonly [json: string, envelope: Envelope][] = [
  [`{"type":"say"}`,                         { kind: "event", type: "say", data: undefined, seq: undefined }],
  [`{"type":"say","data":{"a":1}}`,          { kind: "event", type: "say", data: { a: 1 }, seq: undefined }],
  [`{"type":"say","seq":0,"data":null}`,     { kind: "event", type: "say", data: null, seq: 0 }],
  [`{"type":"get","id":1,"data":2}`,         { kind: "request", type: "get", id: 1, data: 2 }],
  [`{"type":"get","id":"x"}`,                { kind: "request", type: "get", id: "x", data: undefined }],
  [`{"reply":1,"data":2}`,                   { kind: "reply", id: 1, data: 2 }],
  [`{"reply":"x"}`,                          { kind: "reply", id: "x", data: undefined }],
  [`{"reply":1,"error":{"code":"A","message":"B","type":"say","details":[1]}}`, { kind: "error", id: 1, error: body }],
  [`{"error":{"code":"A","message":"B","type":"say","details":[1]}}`, { kind: "error", id: undefined, error: body }],
  [`{"cancel":1}`,                           { kind: "cancel", id: 1 }],
  [`{"ping":1}`,                             { kind: "ping", id: 1 }],
  [`{"pong":1}`,                             { kind: "pong", id: 1 }],
  [`{"ack":7}`,                              { kind: "ack", seq: 7 }],
  [`{"resume":{"session":"s","after":0}}`,   { kind: "resume", session: "s", after: 0 }],
  [`{"resumed":{"session":"s","after":3,"gap":true}}`,  { kind: "resumed", session: "s", after: 3, gap: true }],
  [`{"resumed":{"session":"s","after":3,"gap":false}}`, { kind: "resumed", session: "s", after: 3, gap: false }],
];

describe("our format", () => {
  it.each(ROWS)("has %s", (json, envelope) => {
    expect(envelopeFormat.read(JSON.parse(json))).toEqual(envelope);
    expect(JSON.stringify(envelopeFormat.write(envelope))).toBe(json);
  });

  it.each([
    `null`,
    `7`,
    `"say"`,
    `[]`,
    `[{"type":"say"}]`,
    `{}`,
    `{"data":1}`,
    `{"type":7}`,
    `{"type":null}`,

    `{"type":"say","seq":-1}`,
    `{"type":"say","seq":1.5}`,
    `{"type":"say","seq":"1"}`,
    `{"type":"say","id":{}}`,

    `{"type":"say","id":1e300}`,
    `{"type":"say","id":-1}`,
    `{"type":"say","id":"${"x".repeat(65)}"}`,

    `{"reply":null}`,
    `{"reply":[]}`,
    `{"cancel":{}}`,
    `{"ping":true}`,
    `{"pong":0.1}`,
    `{"ack":"1"}`,

    `{"error":"text"}`,
    `{"error":[]}`,
    `{"error":{"code":1,"message":"B"}}`,
    `{"error":{"code":"A"}}`,

    `{"reply":{},"error":{"code":"A","message":"B"}}`,
    `{"resume":"s"}`,
    `{"resume":{"session":"s"}}`,

    `{"resume":{"session":1,"after":1}}`,
    `{"resumed":{"session":"${"x".repeat(257)}","after":1}}`,
    `{"toString":1}`,
    `{"__proto__":{"type":"say"}}`,
    `{"constructor":1}`,
  ])("refuses %s", (json) => {
    expect(envelopeFormat.read(JSON.parse(json))).toEqual(invalid);
  });

  it("takes ids and sessions up to their limits", () => {
    const id = "x".repeat(64);
    expect(envelopeFormat.read({ reply: id })).toMatchObject({ kind: "reply", id });
    const session = "x".repeat(256);
    expect(envelopeFormat.read({ resume: { session, after: 2 ** 53 - 1 } })).toMatchObject({
      session,
    });
  });

  it("is version 1, written or not, ignores fields it does not know, and refuses other versions", () => {
    const event = { kind: "event", type: "say" };
    expect(envelopeFormat.read({ v: 1, type: "say", x: 1 })).toMatchObject(event);
    for (const v of [0, 2, "1", null, {}]) {
      expect(envelopeFormat.read({ v, type: "say" })).toEqual({
        kind: "unreadable",
        code: "UNSUPPORTED_VERSION",
      });
    }
  });

  it("sees the fields of the message alone, not what all objects inherit", () => {
    expect(envelopeFormat.read(Object.create({ type: "say" }))).toEqual(invalid);
  });

  it("reads any value there is, without throwing", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect(envelopeFormat.read(value)).toHaveProperty("kind");
      }),
    );
  });
});
