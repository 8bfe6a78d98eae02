// Frames without end: small ones, empty ones, slow ones, pings and pongs.
import { expect } from "vitest";
import { ReadyState } from "../../src/protocol/index.js";
import { eventually, type RawPeer, settle } from "../support/raw-peer.js";
import { retainedBytes } from "../support/retained-bytes.js";
import { ENDS, heldBytes, sample, SURFACES, test } from "../support/universal.js";
import {
  BINARY,
  CONTINUATION,
  frame,
  PING,
  PONG,
  TEXT,
  type WireFrame,
} from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";

function repeated(peer: RawPeer, one: WireFrame, count: number): Buffer {
  const bytes = peer.encode(one);
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}

/** What the machinery of tests comes to hold meanwhile. */
const NOISE_BYTES = 500_000;

const MORE = frame(CONTINUATION, "x", { fin: false });

test.for(SURFACES)(
  "fragments of one byte without end, at $name [B12]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface, {}, false);
    const maxFragments = 16_384;
    await settle();
    const before = heldBytes(surface);
    const wire = repeated(peer, MORE, maxFragments - 2);
    peer.send(frame(BINARY, "x", { fin: false }));
    peer.sendBytes(wire);
    await settle();
    expect(heldBytes(surface) - before).toBeLessThan(8 * wire.length + NOISE_BYTES);
    expect(seen.connection.readyState).toBe(ReadyState.OPEN);
    peer.send(MORE, MORE);
    await eventually(() => seen.connection.readyState !== ReadyState.OPEN);
    peer.read();
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect([seen.log, seen.info.sent?.code, seen.end]).toEqual([
      [],
      1008,
      "1006 FRAGMENTS_TOO_MANY",
    ]);
  },
);

test.for(SURFACES)("empty fragments without end, at $name [B13]", async (surface, { world }) => {
  const outcome = await world.outcome(surface, (peer) => {
    const empty = frame(CONTINUATION, "", { fin: false });
    return Buffer.concat([
      peer.encode(frame(TEXT, "", { fin: false })),
      repeated(peer, empty, 20_000),
    ]);
  });
  expect(outcome).toEqual({ log: [], code: 1008, error: "FRAGMENTS_TOO_MANY" });
});

test("200 peers, each just below the limit of fragments, hold little and end in time [B14]", async ({
  world,
}) => {
  const count = sample(8, 200);
  const maxFragments = 16_384;
  await settle();
  const before = retainedBytes();
  const peers = Array.from({ length: count }, () =>
    world.peer({ role: "server", reading: "listener" }),
  );
  for (const { peer } of peers) {
    peer.send(frame(BINARY, "x", { fin: false }));
    peer.sendBytes(repeated(peer, MORE, maxFragments - 2));
    await settle();
  }
  expect((retainedBytes() - before) / count).toBeLessThan(128 * 1_024);
  world.clock.advance(29_000); // before the keepalive pings
  expect(peers.every(({ seen }) => seen.connection.readyState === ReadyState.OPEN)).toBe(true);
  for (let i = 0; i < 8; i++) {
    world.clock.advance(4_000);
    for (const { peer } of peers) peer.send(frame(PONG)); // alive, but no further with the message
    await settle();
  }
  for (const { peer } of peers) peer.socket.end();
  await eventually(() => peers.every(({ seen }) => seen.closes.length === 1));
  expect(new Set(peers.map(({ seen }) => seen.info.error?.code))).toEqual(
    new Set(["MESSAGE_TOO_SLOW"]),
  );
});

/** Each byte as a view of a slab, as a transport with a pool of its own may give them. */
const SLAB_BYTES = 4_096;

test.for(SURFACES)(
  "a message of the limit, one byte in each segment, at $name [B15]",
  async (surface, { world }) => {
    const limit = sample(8_192, 1_048_576);
    const { peer, seen } = world.peer(surface, { maxMessageBytes: limit });
    const bytes = peer.encode(frame(BINARY, new Uint8Array(limit).fill(42)));
    await settle();
    const before = heldBytes(surface);
    const push = (byte: number): void => {
      const slab = Buffer.alloc(SLAB_BYTES);
      slab[0] = byte;
      peer.transport.push(slab.subarray(0, 1));
    };
    for (const [i, byte] of bytes.entries()) {
      if (i === bytes.length - 1)
        expect(heldBytes(surface) - before).toBeLessThan(2 * limit + NOISE_BYTES);
      push(byte);
      if (i % 1_024 === 0) await turn();
    }
    await eventually(() => seen.log.length === 1);
    expect(seen.log).toEqual([`binary of ${limit}`]);
  },
);

test.for(SURFACES)(
  "a byte of a message every 10 seconds, at $name [B16]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    peer.send(frame(TEXT, "x", { fin: false }));
    await settle();
    for (let passed = 0; passed < 60_000; passed += 10_000) {
      expect(seen.connection.readyState).toBe(ReadyState.OPEN);
      world.clock.advance(10_000);
      peer.send(MORE);
      await settle();
    }
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect([
      seen.log.filter((event) => !event.startsWith("p")),
      seen.info.sent?.code,
      seen.info.error?.code,
    ]).toEqual([[], 1008, "MESSAGE_TOO_SLOW"]);
  },
);

const FLOOD = sample(20_000, 1_000_000);

async function flood({ peer }: { peer: RawPeer }, one: WireFrame, look: () => void): Promise<void> {
  const some = repeated(peer, one, 10_000);
  for (let sent = 0; sent < FLOOD; sent += 10_000) {
    peer.sendBytes(some);
    await settle();
    look();
  }
}

test.for(ENDS)(
  "pings without end, from a peer that does not read, at $name [B17]",
  async (surface, { world }) => {
    const end = world.peer(surface, {}, false);
    const { connection } = end.seen;
    const before = heldBytes(surface);
    await flood(end, frame(PING, "0123456789"), () => {
      end.seen.log.length = 0;
      expect(connection.bufferedAmount).toBeLessThan(1_048_576 + 65_536);
    });
    expect(heldBytes(surface) - before).toBeLessThan(4_000_000);
    expect(connection.readyState).toBe(ReadyState.OPEN);
  },
);

test.for(ENDS)(
  "pongs without end that nobody asked for, at $name [B18]",
  async (surface, { world }) => {
    const end = world.peer(surface);
    await settle();
    const before = heldBytes(surface);
    await flood(end, frame(PONG, "0123456789"), () => {
      expect(end.seen.log.length).toBeGreaterThan(0);
      end.seen.log.length = 0;
    });
    expect(heldBytes(surface) - before).toBeLessThan(1_000_000);
    expect(end.peer.frames).toEqual([]);
  },
);

const TINY = sample(50_000, 1_000_000);

/** More than a turn ever takes: what a chunk of 64 KiB can hold of the smallest frames. */
const MOST_A_TURN = 20_000;

test.for(SURFACES)(
  "a million tiny messages in one chunk leave others their turn, at $name [B21]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    peer.sendBytes(repeated(peer, frame(TEXT), TINY));
    let most = 0;
    for (let before = 0; before < TINY; before = seen.log.length) {
      before = seen.log.length;
      await turn();
      most = Math.max(most, seen.log.length - before);
    }
    expect(new Set(seen.log)).toEqual(new Set(['text ""']));
    expect(most).toBeLessThan(MOST_A_TURN);
  },
);
