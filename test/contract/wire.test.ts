// Messages to envelopes and back: limits of what is read, batches, and other codecs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Batch, Wire, jsonCodec, lengthOf } from "../../src/contract/wire.js";
import { type Codec, type Envelope, envelopeFormat } from "../../src/contract/index.js";

const INVALID = { kind: "unreadable", code: "INVALID_MESSAGE" };
/** That, with what is wrong. */
const invalid = (message: string) => ({ ...INVALID, details: [{ path: [], message }] });
const tooDeep = (maxDepth: number) =>
  invalid(`it is deeper than maxDepth ${maxDepth}, or has a key that could change a prototype`);
const MALFORMED = { kind: "unreadable", code: "MALFORMED" };

function wire(options: { batch?: Batch; codec?: Codec; maxDepth?: number } = {}): Wire {
  return new Wire({
    codec: jsonCodec,
    format: envelopeFormat,
    batch: undefined,
    maxDepth: 8,
    ...options,
  });
}

const say = (data: unknown): Envelope => ({ kind: "event", type: "say", data });
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

describe("a message", () => {
  it("is text or bytes", () => {
    const text = `{"type":"say","data":"ü"}`;
    const bytes = new TextEncoder().encode(text);
    for (const message of [text, bytes, Buffer.from(text), bytes.slice().buffer]) {
      expect(wire().read(message)).toEqual([say("ü")]);
    }
    for (const message of [undefined, null, 7, {}, [bytes], new Blob([text])]) {
      expect(wire().read(message)).toEqual([MALFORMED]);
    }
    expect([lengthOf("abc"), lengthOf(bytes), lengthOf(bytes.buffer), lengthOf({})]).toEqual([
      3,
      bytes.length,
      bytes.byteLength,
      0,
    ]);
  });

  it.each(["", "{", "undefined", "NaN", "{'a':1}", "[1,]", "\ufeff{}", "\0", nested(1e5).slice(1)])(
    "that is not JSON is malformed: %j",
    (text) => {
      expect(wire().read(text)).toEqual([MALFORMED]);
    },
  );

  it("may be as deep as the limit", () => {
    // The envelope is the first level.
    expect(wire().read(`{"type":"say","data":${nested(7)}}`)).toHaveLength(1);
    expect(wire().read(`{"type":"say","data":${nested(7)}}`)).toMatchObject([{ kind: "event" }]);
    expect(wire().read(`{"type":"say","data":${nested(8)}}`)).toEqual([tooDeep(8)]);
    const objects = `{"a":`.repeat(8) + "1" + "}".repeat(8);
    expect(wire().read(`{"type":"say","data":${objects}}`)).toEqual([tooDeep(8)]);
    const unlimited = wire({ maxDepth: Infinity });
    expect(unlimited.read(`{"type":"say","data":${nested(1000)}}`)).toMatchObject([
      { kind: "event" },
    ]);
    expect(unlimited.read(`{"type":"say","data":${nested(1e6)}}`)).toEqual([INVALID]);
  });

  it.each([
    `{"type":"say","__proto__":{"admin":true}}`,
    `{"type":"say","data":{"__proto__":1}}`,
    `{"type":"say","data":[{"\\u005f_proto__":{}}]}`,
    `{"type":"say","data":{"constructor":{"prototype":{"admin":true}}}}`,
  ])("with a key that leads to a prototype is invalid: %s", (text) => {
    expect(wire().read(text)).toEqual([tooDeep(8)]);
  });

  it.each([
    `{"type":"say","data":{"constructor":"Ferrari","prototype":1,"toString":2}}`,
    `{"type":"say","data":{"constructor":{"name":"Ferrari"}}}`,
    `{"type":"say","data":{"constructor":null}}`,
  ])("with other names of Object.prototype is fine: %s", (text) => {
    expect(wire().read(text)).toMatchObject([{ kind: "event", type: "say" }]);
  });
});

describe("a batch", () => {
  const messages = ["a", "b"].map((data) => JSON.stringify({ type: "say", data }));

  it("is an array of messages when the contract says so", () => {
    const batching = wire({ batch: {} });
    const joined = batching.join(messages);
    expect(joined).toBe(`[{"type":"say","data":"a"},{"type":"say","data":"b"}]`);
    expect(batching.read(joined)).toEqual([say("a"), say("b")]);
    expect(batching.read(messages[0])).toEqual([say("a")]);
    expect(batching.read("[]")).toEqual([]);
    expect(wire().read(joined)).toEqual([INVALID]);
    expect(() => wire().join(messages)).toThrow("set `batch`");
  });

  it("may be as deep as its messages, and the array around them", () => {
    const deep = `{"type":"say","data":${nested(7)}}`;
    expect(wire({ batch: {} }).read(`[${deep}]`)).toMatchObject([{ kind: "event" }]);
    expect(wire({ batch: {} }).read(`[[${deep}]]`)).toEqual([tooDeep(8)]);
  });

  it("with a bad message in it has only that one refused", () => {
    expect(wire({ batch: {} }).read(`[${messages[0]},7,${messages[1]},[]]`)).toEqual([
      say("a"),
      INVALID,
      say("b"),
      INVALID,
    ]);
  });

  it("with too many messages is refused", () => {
    const batch = (count: number): string => `[${Array(count).fill(messages[0]).join()}]`;
    expect(wire({ batch: {} }).read(batch(256))).toHaveLength(256);
    expect(wire({ batch: {} }).read(batch(257))).toEqual([
      invalid("it has 257 messages, over batch.maxMessages 256"),
    ]);
    expect(wire({ batch: { maxMessages: 1 } }).read(batch(2))).toEqual([
      invalid("it has 2 messages, over batch.maxMessages 1"),
    ]);
  });

  it("can be something else", () => {
    const batch: Batch = {
      join: (all) => `{"all":[${all.join()}]}`,
      split: (value) => {
        if (value === 7) throw new Error("not a batch");
        return Array.isArray(Object(value).all) ? Object(value).all : undefined;
      },
    };
    const batching = wire({ batch });
    expect(batching.read(batching.join(messages))).toEqual([say("a"), say("b")]);
    expect(batching.read(messages[0])).toEqual([say("a")]);
    expect(batching.read("7")).toEqual([INVALID]);
  });

  it("of bytes needs to know how", () => {
    expect(() => wire({ batch: {} }).join([Uint8Array.of(1)])).toThrow("batch.join");
  });
});

describe("another codec", () => {
  // Each byte a digit.
  const digits: Codec = {
    name: "digits",
    parse: (message) => {
      if (typeof message === "string") throw new TypeError("text");
      return { type: "say", data: [...message] };
    },
    serialize: (value) => Uint8Array.from(Object(value).data),
  };

  it("makes bytes of envelopes, and reads them", () => {
    const binary = wire({ codec: digits });
    const message = binary.write(say([1, 2]));
    expect(message).toEqual(Uint8Array.of(1, 2));
    expect(binary.read(message)).toEqual([say([1, 2])]);
    expect(binary.read("text")).toEqual([MALFORMED]);
    expect(binary.errorBody("MALFORMED")).toMatchObject({ message: "Invalid digits format" });
  });

  it("may bring values that JSON has not", () => {
    const bytes = new Uint8Array(4);
    const raw = wire({ codec: { ...digits, parse: () => ({ type: "say", data: { bytes } }) } });
    expect(raw.read("")).toEqual([say({ bytes })]);
  });
});

describe("a format that throws", () => {
  it("makes an invalid message of it", () => {
    const read = (): never => {
      throw new Error("peer's data");
    };
    const format = { ...envelopeFormat, read };
    const broken = new Wire({ codec: jsonCodec, format, batch: undefined, maxDepth: 8 });
    expect(broken.read("{}")).toEqual([INVALID]);
  });
});

describe("error bodies", () => {
  it("have the text of their code, or another", () => {
    expect(wire().errorBody("FORBIDDEN")).toEqual({
      code: "FORBIDDEN",
      message: "Permission denied",
    });
    expect(wire().errorBody("MY_OWN")).toMatchObject({ message: "MY_OWN" });
    expect(wire().errorBody("toString")).toMatchObject({ message: "toString" });
    expect(wire().errorBody("MY_OWN", "text", 1)).toEqual({
      code: "MY_OWN",
      message: "text",
      details: 1,
    });
  });
});

describe("what is written", () => {
  it("is read back, alone and in a batch", () => {
    const key = fc.string().filter((text) => text !== "__proto__" && text !== "constructor");
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(null),
        fc.array(tie("data"), { maxLength: 3 }),
        fc.dictionary(key, tie("data"), { maxKeys: 3 }),
      ),
    }));
    const envelope = fc.record({
      kind: fc.constant("event" as const),
      type: fc.string(),
      data,
    });
    const batching = wire({ batch: {} });
    fc.assert(
      fc.property(fc.array(envelope, { minLength: 1, maxLength: 5 }), (envelopes) => {
        const messages = envelopes.map((one) => batching.write(one) ?? "");
        const same = JSON.parse(JSON.stringify(envelopes));
        expect(batching.read(messages[0])).toEqual(same.slice(0, 1));
        expect(batching.read(batching.join(messages))).toEqual(same);
      }),
    );
  });
});
