// Compression that is broken, too large or oddly made (RFC 7692).
import { randomBytes } from "node:crypto";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { eventually, NO_DEFLATE_LIMITS, type RawPeer } from "../support/raw-peer.js";
import { ENDS, heldBytes, SURFACES, test } from "../support/universal.js";
import { bitsToBytes, fixedCode } from "../support/deflate-stream.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  CONTINUATION,
  frame,
  TEXT,
  utf8,
  type WireFrame,
} from "../support/wire-frame.js";

const DEFLATE = { deflate: NO_DEFLATE_LIMITS };

function compress(
  bytes: Uint8Array,
  options: { windowBits?: number; level?: number; dictionary?: Uint8Array } = {},
): Uint8Array {
  return deflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

const squeezed = (payload: Uint8Array, opcode = BINARY): WireFrame =>
  frame(opcode, payload, { rsv: 4 });
const CLOSING = frame(CLOSE, closePayload(1000));
const all = (peer: RawPeer, frames: readonly WireFrame[]): Uint8Array =>
  concat(frames.map((one) => peer.encode(one)));

function pieces(payload: Uint8Array): WireFrame[] {
  const third = Math.ceil(payload.length / 3);
  return [0, 1, 2].map((i) =>
    frame(i === 0 ? BINARY : CONTINUATION, payload.subarray(i * third, (i + 1) * third), {
      rsv: i === 0 ? 4 : 0,
      fin: i === 2,
    }),
  );
}

const LIMIT = 65_536;
const BOMB = compress(new Uint8Array(LIMIT * 100));
const PRIMED = [squeezed(compress(Buffer.alloc(1_000))), squeezed(BOMB)];

test.for(SURFACES)("bombs of 1000:1, at $name [D01]", async (surface, { world }) => {
  const before = heldBytes(surface);
  for (const frames of [[squeezed(BOMB)], pieces(BOMB), PRIMED]) {
    const { peer, seen } = world.peer(surface, { ...DEFLATE, maxMessageBytes: LIMIT });
    let most = 0;
    const { external } = process.memoryUsage();
    peer.sendBytes(all(peer, frames));
    await eventually(() => {
      most = Math.max(most, process.memoryUsage().external - external);
      return peer.frames.length > 0;
    });
    expect(most).toBeLessThan(8 * LIMIT + 65_536); // the whole of it would be a hundred times the limit
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect([seen.info.sent?.code, seen.info.error?.code]).toEqual([1009, "MESSAGE_TOO_BIG"]);
    expect(seen.log).toEqual(frames === PRIMED ? ["binary of 1000"] : []);
  }
  expect(heldBytes(surface) - before).toBeLessThan(1_000_000);
});

test.for(SURFACES)(
  "a bomb with a broken block behind it, at $name [D02]",
  async (surface, { world }) => {
    const broken = concat([BOMB, Uint8Array.of(0x07, 0xff, 0xff)]); // block type 3 is none
    for (const options of [{}, { perMessageDeflate: { offThreadBytes: 1_000 } }]) {
      for (const frames of [[squeezed(broken)], pieces(broken)]) {
        const bytes = (peer: RawPeer): Uint8Array => all(peer, frames);
        const outcome = await world.outcome(surface, bytes, {
          ...DEFLATE,
          ...options,
          maxMessageBytes: LIMIT,
        });
        expect(outcome).toEqual({ log: [], code: 1009, error: "MESSAGE_TOO_BIG" });
      }
    }
  },
);

const WHOLE = compress(utf8("Hello, hello, hello, and hello again. ".repeat(20)));

const BROKEN: readonly [string, Uint8Array][] = [
  ["a block of type 3", bitsToBytes("1 11")],
  [
    "a stored block whose length is not what it says",
    Uint8Array.of(0x00, 0x05, 0x00, 0x00, 0x00, 1, 2, 3, 4, 5),
  ],
  [
    "a distance to before the start",
    bitsToBytes("0 10", fixedCode(65), fixedCode(257), "00100", fixedCode(256)),
  ],
  ["a stream that stops in its midst", WHOLE.subarray(0, WHOLE.length >> 1)],
  ["one bit turned", WHOLE.map((byte, i) => (i === 2 ? byte ^ 0x55 : byte))],
  ["noise", Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc)],
];

test.for(SURFACES)("broken streams, short and long, at $name [D03]", async (surface, { world }) => {
  for (const [name, payload] of BROKEN) {
    const long = concat([
      compress(randomBytes(3_000)),
      Uint8Array.of(0, 0, 0, 0xff, 0xff),
      payload,
    ]); // for zlib's path
    for (const options of [{}, { perMessageDeflate: { offThreadBytes: 1 } }]) {
      for (const one of [payload, long]) {
        const outcome = await world.outcome(surface, (peer) => all(peer, [squeezed(one)]), {
          ...DEFLATE,
          ...options,
        });
        expect(outcome, name).toEqual({ log: [], code: 1007, error: "DEFLATE_INVALID" });
        expect(world.zlibJobs).toBe(0);
      }
    }
  }
});

/** RFC 7692 §7.2.3. */
const SAMPLES: readonly [string, Uint8Array, string][] = [
  ["a block", Buffer.from("f248cdc9c90700", "hex"), "Hello"],
  ["a stored block", Buffer.from("000500faff48656c6c6f00", "hex"), "Hello"],
  ["a final block", Buffer.from("f348cdc9c9070000", "hex"), "Hello"],
  ["two blocks", Buffer.from("f248050000 00ffffcac9c90700".replaceAll(" ", ""), "hex"), "Hello"],
  ["an empty message", Uint8Array.of(0x00), ""],
  [
    "an empty stored block in front",
    concat([Uint8Array.of(0, 0, 0, 0xff, 0xff), Buffer.from("f248cdc9c90700", "hex")]),
    "Hello",
  ],
];

test.for(SURFACES)(
  "streams as other compressors write them, and another message behind each, at $name [D04]",
  async (surface, { world }) => {
    for (const [name, payload, text] of SAMPLES) {
      const frames = [squeezed(payload, TEXT), squeezed(compress(utf8("next")), TEXT), CLOSING];
      const outcome = await world.outcome(surface, (peer) => all(peer, frames), DEFLATE);
      expect(outcome, name).toEqual({
        log: [`text "${text}"`, 'text "next"'],
        code: 1000,
        error: undefined,
      });
    }
    const empty = await world.outcome(
      surface,
      (peer) => all(peer, [squeezed(new Uint8Array(0), TEXT), CLOSING]),
      DEFLATE,
    );
    expect([
      { log: ['text ""'], code: 1000, error: undefined },
      { log: [], code: 1007, error: "DEFLATE_INVALID" },
    ]).toContainEqual(empty);
  },
);

test.for(ENDS)(
  "what goes out fits a window of each size, at $name [D06]",
  async (surface, { world }) => {
    const text = randomBytes(40_000).toString("base64");
    for (let bits = 9; bits <= 15; bits++) {
      const deflate = {
        ...NO_DEFLATE_LIMITS,
        serverMaxWindowBits: bits,
        clientMaxWindowBits: bits,
      };
      for (const length of [500, 1_000, 40_000]) {
        const { peer, seen } = world.peer(surface, { deflate });
        const message = Buffer.from(text.slice(0, length) + text.slice(0, length));
        for (let i = 0; i < 2; i++) seen.connection.send(message);
        let history = Buffer.alloc(0);
        for (let i = 0; i < 2; i++) {
          const { payload, rsv } = await peer.next();
          expect(rsv).toBe(4);
          const bytes = inflateRawSync(
            concat([payload, Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)]),
            { windowBits: bits, ...(history.length > 0 ? { dictionary: history } : {}) },
          );
          expect(bytes.equals(message)).toBe(true);
          history = Buffer.concat([history, bytes]).subarray(-(2 ** bits));
        }
      }
    }
  },
);

test.for(SURFACES)(
  "a peer that reaches behind the agreed window, at $name [D07]",
  async (surface, { world }) => {
    const deflate = { ...NO_DEFLATE_LIMITS, serverMaxWindowBits: 9, clientMaxWindowBits: 9 };
    const start = randomBytes(1_000);
    const message = Buffer.concat([start, randomBytes(4_000), start]);
    const outcome = await world.outcome(
      surface,
      (peer) => all(peer, [squeezed(compress(message, { windowBits: 15 })), CLOSING]),
      { deflate },
    );
    expect([
      { log: [`binary of ${message.length}`], code: 1000, error: undefined },
      { log: [], code: 1007, error: "DEFLATE_INVALID" },
    ]).toContainEqual(outcome);
  },
);

test.for(ENDS)(
  "without context takeover each message stands alone, at $name [D08]",
  async (surface, { world }) => {
    const deflate = {
      ...NO_DEFLATE_LIMITS,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    };
    const { peer, seen } = world.peer(surface, { deflate });
    const message = Buffer.from(
      "the same words again and again, and the same words again. ".repeat(3),
    );
    for (let i = 0; i < 3; i++) seen.connection.send(message);
    const payloads = [await peer.next(), await peer.next(), await peer.next()].map(({ payload }) =>
      Buffer.from(payload).toString("hex"),
    );
    expect(new Set(payloads).size).toBe(1);
    const [first = ""] = payloads;
    peer.send(squeezed(Buffer.from(first, "hex")), squeezed(Buffer.from(first, "hex")));
    await eventually(() => seen.log.length === 2);
    const reaching = compress(message, { dictionary: message }); // needs what came before, which is forgotten
    peer.send(squeezed(reaching));
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect(seen.info.error?.code).toBe("DEFLATE_INVALID");
  },
);
