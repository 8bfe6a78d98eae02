// What applications send: bytes of all kinds of memory, text of all kinds, and what is neither.
import { expect } from "vitest";
import type { Sendable } from "../../src/index.js";
import { eventually, NO_DEFLATE_LIMITS, settle } from "../support/raw-peer.js";
import { ENDS, IS_LONG, sample, SURFACES, test } from "../support/universal.js";
import { BINARY, concat, CONTINUATION, frame, hex, TEXT, utf8 } from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";
import { UTF8_CUT_OFF, UTF8_IMPOSSIBLE, UTF8_VALID } from "../protocol/vectors/utf8.js";
import { shown } from "../support/witness.js";
import { constants, deflateRawSync } from "node:zlib";

function filled(buffer: ArrayBufferLike): Uint8Array {
  return new Uint8Array(buffer).map((_, i) => 1 + i);
}

/** Memory of 48 bytes of each kind. */
const MEMORY: readonly [string, () => ArrayBufferLike][] = [
  ["its own", () => new ArrayBuffer(48)],
  ["shared", () => new SharedArrayBuffer(48)],
  ["resizable", () => Reflect.construct(ArrayBuffer, [48, { maxByteLength: 64 }])],
];

test.for(ENDS)(
  "payloads of each length at each offset, at $name [B25]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    for (const [, allocate] of MEMORY) {
      for (let offset = 0; offset < 8; offset++) {
        for (let length = 0; length <= 40; length += sample(5, 1)) {
          const memory = allocate();
          const bytes = new Uint8Array(memory);
          bytes.set(filled(memory));
          seen.connection.send(bytes.subarray(offset, offset + length));
          const expected = Array.from({ length }, (_, i) => 1 + offset + i);
          const { opcode, payload } = await peer.next();
          expect([opcode, [...payload]]).toEqual([BINARY, expected]);
        }
      }
    }
  },
);

test.for(ENDS)(
  "the same Buffer to two peers, and changed behind send, at $name [B25]",
  async (surface, { world }) => {
    const [one, other] = [world.peer(surface), world.peer(surface)];
    const large = surface.role === "client" ? 100_000 : 4_000; // a server does not copy what is larger
    for (const length of [1, 125, 126, large]) {
      const bytes = Buffer.alloc(length, 7);
      for (const { seen } of [one, other]) seen.connection.send(bytes);
      bytes.fill(9);
      for (const { peer } of [one, other]) {
        expect(new Set((await peer.next()).payload)).toEqual(new Set([7]));
      }
    }
  },
);

const ROWS = [
  ...UTF8_VALID.map(([name, bytes]) => [name, hex(bytes), true] as const),
  ...UTF8_IMPOSSIBLE.map(([name, bytes]) => [name, hex(bytes), false] as const),
  ...UTF8_CUT_OFF.map(([name, bytes]) => [name, hex(bytes), false] as const),
];

const compressed = (bytes: Uint8Array): Uint8Array =>
  bytes.length === 0
    ? Uint8Array.of(0)
    : deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** Ways for a text to travel. */
const FORMS = {
  "in one frame": (bytes: Uint8Array) => [frame(TEXT, bytes)],
  "in fragments of a byte": (bytes: Uint8Array) => {
    const [first = new Uint8Array(0), ...rest] = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const more = rest.map((piece) => frame(CONTINUATION, piece, { fin: false }));
    return [frame(TEXT, first, { fin: false }), ...more, frame(CONTINUATION, "")];
  },
  compressed: (bytes: Uint8Array) => [frame(TEXT, compressed(bytes), { rsv: 4 })],
};

test.for(SURFACES)("the corpus of UTF-8, at $name [C01]", async (surface, { world }) => {
  for (const [name, bytes, isText] of ROWS) {
    for (const [form, framesOf] of Object.entries(FORMS)) {
      for (const isBytewise of IS_LONG ? [false, true] : [true]) {
        const { peer, seen } = world.peer(surface, { deflate: NO_DEFLATE_LIMITS });
        const wire = concat(framesOf(bytes).map((one) => peer.encode(one)));
        if (isBytewise) for (const byte of wire) peer.transport.push(Uint8Array.of(byte));
        else peer.sendBytes(wire);
        await eventually(() => seen.log.length > 0 || peer.frames.length > 0);
        const outcome = [
          seen.log,
          peer.frames.map(({ payload }) => Buffer.from(payload).readUInt16BE()),
        ];
        const expected = isText ? [[shown(Buffer.from(bytes).toString())], []] : [[], [1007]];
        expect(outcome, `${name} ${form}`).toEqual(expected);
        seen.connection.terminate();
        peer.socket.destroy();
      }
    }
  }
});

test.for(SURFACES)(
  "text that cannot become valid any more, with more to come, at $name [C02]",
  async (surface, { world }) => {
    for (const [name, bytes] of UTF8_IMPOSSIBLE) {
      for (const payload of [hex(bytes), concat([utf8("κόσμε"), hex(bytes)])]) {
        const { peer, seen } = world.peer(surface);
        peer.send(frame(TEXT, payload, { fin: false })); // and nothing more
        const { payload: close } = await peer.next();
        expect(Buffer.from(close).readUInt16BE(), name).toBe(1007);
        expect(seen.log).toEqual([]);
        peer.socket.end();
      }
    }
  },
);

test.for(SURFACES)(
  "text that ends inside a character, at $name [C03]",
  async (surface, { world }) => {
    for (const [name, bytes] of UTF8_CUT_OFF) {
      const whole = await world.outcome(surface, (peer) => peer.encode(frame(TEXT, hex(bytes))));
      expect(whole, name).toEqual({ log: [], code: 1007, error: "UTF8_INVALID" });
      const cut = await world.outcome(surface, (peer) =>
        concat(
          [frame(TEXT, hex(bytes), { fin: false }), frame(CONTINUATION)].map((one) =>
            peer.encode(one),
          ),
        ),
      );
      expect(cut, name).toEqual({ log: [], code: 1007, error: "UTF8_INVALID" });
    }
  },
);

test.for(SURFACES)("surrogates, at $name [C04]", async (surface, { world }) => {
  for (const bytes of ["eda080", "edbfbf", "eda080edb080"]) {
    const outcome = await world.outcome(surface, (peer) => peer.encode(frame(TEXT, hex(bytes))));
    expect(outcome).toEqual({ log: [], code: 1007, error: "UTF8_INVALID" });
  }
  const { peer, seen } = world.peer(surface);
  for (const text of ["\uD800", "a\uDFFFb", "\uDC00\uD800", "a".repeat(200) + "\uD83D"]) {
    seen.connection.send(text);
    expect(Buffer.from((await peer.next()).payload).toString()).toBe(
      text.replaceAll(/[\uD800-\uDFFF]/g, "\uFFFD"),
    );
  }
});

test.for(SURFACES)(
  "marks of byte order, NUL and noncharacters come and go as they are, at $name [C05]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    for (const text of [
      "\uFEFF",
      "\uFEFFa\uFEFF",
      "\0",
      "a\0b",
      "\uFFFE\uFFFF",
      "\uFDD0",
      "\u{1FFFE}\u{10FFFF}",
    ]) {
      peer.message(text);
      await eventually(() => seen.log.length > 0);
      expect(seen.log.splice(0)).toEqual([shown(text)]);
      seen.connection.send(text);
      expect([...(await peer.next()).payload]).toEqual([...utf8(text)]);
    }
  },
);

const SOME = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

const SENDABLE: readonly [string, () => Sendable, number, Uint8Array][] = [
  ["a string", () => "abc", TEXT, utf8("abc")],
  ["a Buffer", () => Buffer.from(SOME), BINARY, SOME],
  ["an ArrayBuffer", () => SOME.slice().buffer, BINARY, SOME],
  [
    "a SharedArrayBuffer",
    () => {
      const shared = new SharedArrayBuffer(8);
      new Uint8Array(shared).set(SOME);
      return shared;
    },
    BINARY,
    SOME,
  ],
  ["a Blob", () => new Blob([SOME]), BINARY, SOME],
  [
    "a DataView with an offset",
    () => new DataView(SOME.slice().buffer, 2, 3),
    BINARY,
    SOME.slice(2, 5),
  ],
  ...[
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((kind): [string, () => Sendable, number, Uint8Array] => [
    kind.name,
    () => new kind(SOME.slice().buffer),
    BINARY,
    SOME,
  ]),
];

test.for(ENDS)("each kind of what can be sent, at $name [C06]", async (surface, { world }) => {
  const { peer, seen } = world.peer(surface);
  for (const [name, value, opcode, bytes] of SENDABLE) {
    seen.connection.send(value());
    const got = await peer.next();
    expect([got.opcode, [...got.payload]], name).toEqual([opcode, [...bytes]]);
  }
});

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

const UNSENDABLE: readonly unknown[] = [
  undefined,
  null,
  0,
  8,
  1n,
  true,
  {},
  [],
  [1, 2],
  { length: 100 },
  () => {},
  Symbol("x"),
  new Date(),
  new Map(),
];

test.for(ENDS)(
  "each kind of what cannot be sent is a TypeError, and nothing goes out, at $name [C06]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    const { connection } = seen;
    for (const value of UNSENDABLE) {
      // @ts-expect-error -- what JavaScript may pass
      expect(() => connection.send(value)).toThrow(TypeError);
      // @ts-expect-error -- the same
      if (!isIterable(value)) expect(() => connection.sendStream(value)).toThrow(TypeError);
      if (value === undefined) continue; // that is "no payload", and "no code"
      // @ts-expect-error -- the same
      expect(() => connection.pong(value)).toThrow(TypeError);
      // @ts-expect-error -- the same
      await expect(connection.ping(value)).rejects.toThrow(TypeError);
      // @ts-expect-error -- the same
      expect(() => connection.close(value)).toThrow();
      // @ts-expect-error -- the same
      expect(() => connection.close(1000, value)).toThrow();
    }
    await settle();
    await turn();
    expect(peer.frames).toEqual([]);
  },
);
