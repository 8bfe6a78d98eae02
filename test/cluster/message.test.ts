// What nodes send each other: it comes back as it went, and nothing else gets through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ClusterMessage,
  type Envelope,
  WIRE_VERSION,
  parseEnvelope,
  serializeEnvelope,
} from "../../src/cluster/message.js";

const BODIES: readonly ClusterMessage[] = [
  { type: "delivery", exceptIds: [], message: { data: "to all" } },
  { type: "delivery", room: "r", exceptIds: ["a-1"], message: { data: "", compress: false } },
  { type: "delivery", user: "u", exceptIds: [], message: { data: "x", type: "binary" } },
  { type: "delivery", to: "a-1", exceptIds: [], message: { data: Uint8Array.of(0, 255) } },
  { type: "delivery", room: "r", exceptIds: [], nonce: "n", message: { data: "\uFEFFé\0" } },
  { type: "presence", room: "r", id: "a-1", state: null },
  { type: "presence", room: "r", id: "a-1", state: { deep: [1, "2", { __proto__: null }] } },
  { type: "presence", room: "r", id: "a-1" },
  { type: "heartbeat", ttlMs: 0.5, kind: "first" },
  { type: "heartbeat", ttlMs: 15_000, kind: "next" },
  { type: "farewell" },
  { type: "closeAll", options: { deadlineMs: 0, code: 1012, reason: "é" } },
  { type: "closeAll", options: {} },
  { type: "question", id: 7, rooms: ["__proto__", "\uD800", ""] },
  { type: "answer", id: 7, rooms: [], part: "more", asOf: 0 },
  {
    type: "answer",
    id: 7,
    rooms: [{ room: "r", members: [{ id: "a-1", state: null }] }],
    part: "last",
    asOf: 2 ** 53 - 1,
  },
];

function bytesOf(head: string, version = WIRE_VERSION): Uint8Array {
  const text = new TextEncoder().encode(head);
  const bytes = new Uint8Array(5 + text.length);
  bytes[0] = version;
  new DataView(bytes.buffer).setUint32(1, text.length);
  bytes.set(text, 5);
  return bytes;
}

/** A head that is fine but for these fields. */
function headWith(fields: object): string {
  return JSON.stringify({ from: "a", sequence: 1, type: "farewell", ...fields });
}

describe("an envelope", () => {
  it.each(BODIES.map((body) => [JSON.stringify(body), body] as const))(
    "comes back as it went: %s",
    (_, body) => {
      const envelope: Envelope = { from: "node-1-x", sequence: 3, previous: 2, body };
      expect(parseEnvelope(serializeEnvelope(envelope))).toEqual(envelope);
      const first: Envelope = { from: "a", sequence: 0, body };
      expect(parseEnvelope(serializeEnvelope(first))).toEqual(first);
    },
  );

  it("holds any text and any bytes as they are", () => {
    const data = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array());
    fc.assert(
      fc.property(data, fc.string({ unit: "binary" }), (data, room) => {
        const body = { type: "delivery", room, exceptIds: [], message: { data } } as const;
        const envelope: Envelope = { from: "a", sequence: 1, previous: 0, body };
        expect(parseEnvelope(serializeEnvelope(envelope))).toEqual(envelope);
      }),
    );
  });

  it("may have fields that this version does not know", () => {
    expect(parseEnvelope(bytesOf(headWith({ later: true })))).toEqual({
      from: "a",
      sequence: 1,
      body: { type: "farewell" },
    });
  });

  it.each([0, 2, 255])("of version %i is not looked at", (version) => {
    expect(parseEnvelope(bytesOf(headWith({}), version))).toBe("unknownVersion");
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["text", `"farewell"`],
    ["nothing", ""],
    ["a node without a name", headWith({ from: "" })],
    ["a node with an impossible name", headWith({ from: "a.*" })],
    ["a node with a long name", headWith({ from: "a".repeat(65) })],
    ["no number", headWith({ sequence: "1" })],
    ["a number below 0", headWith({ sequence: -1 })],
    ["a huge number", headWith({ sequence: 1e300 })],
    ["an impossible number before it", headWith({ previous: 1.5 })],
    ["an unknown type", headWith({ type: "constructor" })],
    ["a delivery without exceptions", headWith({ type: "delivery" })],
    ["a delivery to a number", headWith({ type: "delivery", exceptIds: [], to: 1 })],
    ["a delivery to a room of numbers", headWith({ type: "delivery", exceptIds: [], room: 1 })],
    ["a delivery except a number", headWith({ type: "delivery", exceptIds: [1] })],
    ["a delivery of a strange type", headWith({ type: "delivery", exceptIds: [], as: "json" })],
    ["a delivery compressed how", headWith({ type: "delivery", exceptIds: [], compress: 1 })],
    ["a nonce that is none", headWith({ type: "delivery", exceptIds: [], nonce: {} })],
    ["presence without a room", headWith({ type: "presence", id: "a-1" })],
    ["presence without an id", headWith({ type: "presence", room: "r" })],
    ["a heartbeat for no time", headWith({ type: "heartbeat", ttlMs: 0, kind: "next" })],
    ["a heartbeat of no kind", headWith({ type: "heartbeat", ttlMs: 1 })],
    ["closing how", headWith({ type: "closeAll" })],
    ["closing before now", headWith({ type: "closeAll", options: { deadlineMs: -1 } })],
    ["closing with text", headWith({ type: "closeAll", options: { code: "1001" } })],
    ["closing without reason", headWith({ type: "closeAll", options: { reason: 1 } })],
    ["a question about nothing", headWith({ type: "question", id: 1, rooms: "r" })],
    ["an answer to nothing", headWith({ type: "answer", rooms: [], part: "last", asOf: 1 })],
    ["an answer without parts", headWith({ type: "answer", id: 1, rooms: [], asOf: 1 })],
    [
      "an answer about members that are none",
      headWith({
        type: "answer",
        id: 1,
        part: "last",
        asOf: 1,
        rooms: [{ room: "r", members: [{ id: "a" }] }],
      }),
    ],
    [
      "an answer about a room that is none",
      headWith({ type: "answer", id: 1, part: "last", asOf: 1, rooms: [{ members: [] }] }),
    ],
  ])("is malformed with %s", (_, head) => {
    expect(parseEnvelope(bytesOf(head))).toBe("malformed");
  });

  it("is malformed when it is cut short, wherever that is, or says it is longer than it is", () => {
    const whole = bytesOf(headWith({}));
    for (let length = 0; length < whole.length; length++) {
      expect(parseEnvelope(whole.subarray(0, length)), `${length}`).toBe("malformed");
    }
    whole.set([0xff, 0xff, 0xff, 0xff], 1);
    expect(parseEnvelope(whole)).toBe("malformed");
  });

  it("is malformed, and no more than that, when it is nested without end", () => {
    const depth = 1_000_000;
    const head = `{"from":"a","sequence":1,"type":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(parseEnvelope(bytesOf(head))).toBe("malformed");
  });

  it("never throws, whatever the bytes", () => {
    const envelope: Envelope = { from: "a", sequence: 1, body: BODIES[1] ?? { type: "farewell" } };
    const whole = serializeEnvelope(envelope);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.uint8Array(), (at, value, rest) => {
        const broken = Uint8Array.from([...whole, ...rest]);
        broken[at] = value;
        parseEnvelope(broken);
      }),
    );
  });
});
