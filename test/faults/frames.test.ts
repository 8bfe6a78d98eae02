// Frames that break a rule, one by one (RFC 6455 §5, §7.4).
import { expect } from "vitest";
import { NO_DEFLATE_LIMITS, type PeerOptions, type RawPeer } from "../support/raw-peer.js";
import {
  heldBytes,
  IS_LONG,
  SURFACES,
  type Surface,
  test,
  type World,
} from "../support/universal.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  CONTINUATION,
  encodeFrame,
  frame,
  PING,
  PONG,
  SCRIPT_KEY,
  TEXT,
  type WireForm,
  type WireFrame,
} from "../support/wire-frame.js";
import { deflateRawSync, constants } from "node:zlib";

const OPCODES = [TEXT, BINARY, CLOSE, PING, PONG];

/** A frame as the peer of `surface` sends it, with `form` where it is not as it should be. */
function encoded(surface: Surface, one: WireFrame, form: WireForm = {}): Uint8Array {
  return encodeFrame(one, {
    ...(surface.role === "server" ? { maskingKey: SCRIPT_KEY } : {}),
    ...form,
  });
}

/** What becomes of frames, and a Close frame behind them. */
function fate(
  world: World,
  surface: Surface,
  frames: readonly WireFrame[],
  options: PeerOptions = {},
) {
  const bytes = (peer: RawPeer): Uint8Array =>
    concat([...frames, frame(CLOSE, closePayload(1000))].map((one) => peer.encode(one)));
  return world.outcome(surface, bytes, options);
}

const broken = (code: number, log: readonly string[] = []) =>
  expect.objectContaining({ log, code, error: expect.any(String) });
const fine = (...log: readonly string[]) => ({ log, code: 1000, error: undefined });

test.for(SURFACES)(
  "a mask where none belongs, and none where one belongs, at $name [B02]",
  async (surface, { world }) => {
    for (const opcode of OPCODES) {
      const maskingKey = surface.role === "server" ? undefined : SCRIPT_KEY;
      const bytes = encodeFrame(frame(opcode, ""), { maskingKey });
      expect(await world.outcome(surface, () => bytes)).toEqual(broken(1002));
    }
  },
);

test.for(SURFACES)(
  "each reserved bit on each frame, at $name [B03] [D09]",
  async (surface, { world }) => {
    for (const options of [{}, { deflate: NO_DEFLATE_LIMITS }]) {
      const isAgreed = "deflate" in options;
      for (const opcode of [...OPCODES, CONTINUATION]) {
        const before = opcode === CONTINUATION ? [frame(TEXT, "a", { fin: false })] : [];
        for (let rsv = 1; rsv < 8; rsv++) {
          const payload = isAgreed ? Uint8Array.of(0) : ""; // an empty message, compressed
          const outcome = await fate(
            world,
            surface,
            [...before, frame(opcode, payload, { rsv })],
            options,
          );
          const isCompressed = isAgreed && rsv === 4 && [TEXT, BINARY].includes(opcode);
          const event = opcode === TEXT ? 'text ""' : "binary ";
          expect(outcome, `RSV ${rsv} on ${opcode}`).toEqual(
            isCompressed ? fine(event) : broken(1002),
          );
        }
      }
    }
  },
);

test.for(SURFACES)(
  "unknown opcodes, with nothing and with 2^40 bytes announced, at $name [B04]",
  async (surface, { world }) => {
    const before = heldBytes(surface);
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      for (const declaredLength of [0n, 2n ** 40n]) {
        const bytes = encoded(surface, frame(opcode), { declaredLength });
        expect(await world.outcome(surface, () => bytes)).toEqual(broken(1002));
      }
    }
    expect(heldBytes(surface) - before).toBeLessThan(4_000_000);
  },
);

const LENGTHS: readonly [bigint, number][] = [
  [2n ** 31n, 1009],
  [2n ** 32n, 1009],
  [2n ** 53n - 1n, 1009],
  [2n ** 53n, 1009],
  [2n ** 63n - 1n, 1009],
  [2n ** 63n, 1002],
  [2n ** 64n - 1n, 1002],
];

test.for(SURFACES)(
  "lengths from 2^31 to 2^64 - 1 in a header alone, at $name [B05]",
  async (surface, { world }) => {
    const before = heldBytes(surface);
    for (const [declaredLength, code] of LENGTHS) {
      for (const opcode of [TEXT, BINARY]) {
        const bytes = encoded(surface, frame(opcode), { declaredLength });
        expect(await world.outcome(surface, () => bytes)).toEqual(broken(code));
      }
    }
    expect(heldBytes(surface) - before).toBeLessThan(4_000_000);
  },
);

test.for(SURFACES)(
  "fragments whose lengths add up past 2^53, at $name [B06]",
  async (surface, { world }) => {
    for (const maxMessageBytes of [1_000, Number.MAX_SAFE_INTEGER]) {
      const start = encoded(surface, frame(BINARY, "x".repeat(100), { fin: false }));
      const rest = encoded(surface, frame(CONTINUATION), { declaredLength: 2n ** 53n - 1n });
      const outcome = await world.outcome(surface, () => concat([start, rest]), {
        maxMessageBytes,
      });
      expect(outcome).toEqual(broken(1009));
    }
  },
);

test.for(SURFACES)(
  "lengths in a longer form than they need, at $name [B07]",
  async (surface, { world }) => {
    const rows = [0, 1, 124, 125].map((length) => [16, length] as const);
    const longRows = [0, 125, 126, 65_535].map((length) => [64, length] as const);
    for (const [lengthBits, length] of [...rows, ...longRows]) {
      const bytes = encoded(surface, frame(BINARY, new Uint8Array(length)), { lengthBits });
      expect(await world.outcome(surface, () => bytes)).toEqual(broken(1002));
    }
  },
);

test.for(SURFACES)(
  "control frames that are too long or no whole, at $name [B08]",
  async (surface, { world }) => {
    for (const opcode of [CLOSE, PING, PONG]) {
      for (const length of [126, 65_536]) {
        const long = frame(opcode, new Uint8Array(length));
        expect(await fate(world, surface, [long])).toEqual(broken(1002));
      }
      expect(await fate(world, surface, [frame(opcode, "", { fin: false })])).toEqual(broken(1002));
    }
  },
);

test.for(SURFACES)(
  "messages inside messages, continuations of nothing, pings between fragments, at $name [B09]",
  async (surface, { world }) => {
    const start = frame(TEXT, "a", { fin: false });
    const rest = frame(CONTINUATION, "b");
    for (const inside of [TEXT, BINARY]) {
      expect(await fate(world, surface, [start, frame(inside, "c"), rest])).toEqual(broken(1002));
    }
    expect(await fate(world, surface, [rest])).toEqual(broken(1002));
    const whole = await fate(world, surface, [frame(TEXT, "w"), rest]);
    expect(whole).toEqual(broken(1002, ['text "w"']));
    const between = await fate(world, surface, [start, frame(PING, "p"), frame(PONG, "q"), rest]);
    expect(between).toEqual(fine("ping 70", "pong 71", 'text "ab"'));
  },
);

const LIMIT = 1_000;
const LIMITS = { maxMessageBytes: LIMIT, deflate: NO_DEFLATE_LIMITS };

const SHAPES: readonly [string, (bytes: Uint8Array) => WireFrame[]][] = [
  ["whole", (bytes) => [frame(BINARY, bytes)]],
  [
    "in fragments",
    (bytes) => [
      frame(BINARY, bytes.subarray(0, 400), { fin: false }),
      frame(CONTINUATION, bytes.subarray(400)),
    ],
  ],
  [
    "compressed",
    (bytes) => [
      frame(
        BINARY,
        deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4),
        { rsv: 4 },
      ),
    ],
  ],
];

test.for(SURFACES)(
  "messages of the limit, one byte less and one more, at $name [B10]",
  async (surface, { world }) => {
    for (const [name, shape] of SHAPES) {
      for (const length of [LIMIT - 1, LIMIT]) {
        const outcome = await fate(world, surface, shape(new Uint8Array(length)), LIMITS);
        expect(outcome, name).toEqual(fine(`binary of ${length}`));
      }
      const over = await fate(world, surface, shape(new Uint8Array(LIMIT + 1)), LIMITS);
      expect(over, name).toEqual({ log: [], code: 1009, error: "MESSAGE_TOO_BIG" });
    }
  },
);

test.for(SURFACES)(
  "a header that announces one byte too many, at $name [B11]",
  async (surface, { world }) => {
    const whole = encoded(surface, frame(BINARY), { declaredLength: BigInt(LIMIT + 1) });
    const start = encoded(surface, frame(BINARY, "x", { fin: false }));
    const rest = encoded(surface, frame(CONTINUATION), { declaredLength: BigInt(LIMIT) });
    for (const bytes of [whole, concat([start, rest])]) {
      expect(await world.outcome(surface, () => bytes, LIMITS)).toEqual(broken(1009));
    }
  },
);

/** What §7.4 and the registry of IANA allow on the wire. */
function isAllowed(code: number): boolean {
  if (code >= 1000 && code <= 1014) return ![1004, 1005, 1006].includes(code);
  return code >= 3000 && code <= 4999;
}

const EDGES = [0, 1, 999, 1016, 1100, 2000, 2999, 3000, 3001, 3999, 4000, 4999, 5000, 5001, 65_535];
const CODES = IS_LONG
  ? [...Array.from({ length: 5_002 }, (_, code) => code), 65_535]
  : [...EDGES, ...Array.from({ length: 16 }, (_, i) => 1000 + i)];

test.for(SURFACES)("Close frames with each code, at $name [B19]", async (surface, { world }) => {
  for (const code of CODES) {
    const bytes = encoded(surface, frame(CLOSE, closePayload(code)));
    const outcome = await world.outcome(surface, () => bytes);
    expect(outcome, `${code}`).toEqual(
      isAllowed(code) ? { log: [], code, error: undefined } : broken(1002),
    );
  }
});

const REASONS: readonly [string, Uint8Array, number][] = [
  ["nothing", new Uint8Array(0), 1005],
  ["half a code", Uint8Array.of(3), 1002],
  ["a code", closePayload(1000), 1000],
  ["123 bytes of reason", closePayload(1000, "x".repeat(123)), 1000],
  ["124 bytes of reason", closePayload(1000, "x".repeat(124)), 1002],
  ["a reason that is not UTF-8", closePayload(1000, Uint8Array.of(0xff)), 1007],
  ["a reason that ends inside a character", closePayload(1000, Uint8Array.of(0xe2, 0x82)), 1007],
  ["a byte order mark", closePayload(1000, "\uFEFFx"), 1000],
];

test.for(SURFACES)(
  "Close frames with each kind of body, at $name [B19]",
  async (surface, { world }) => {
    for (const [name, payload, code] of REASONS) {
      const { peer, seen } = world.peer(surface);
      peer.send(frame(CLOSE, payload));
      peer.socket.end();
      await seen.connection.closed;
      expect(seen.info.sent?.code, name).toBe(code);
      if (name === "a byte order mark") expect(seen.info.reason).toBe("\uFEFFx");
    }
  },
);
