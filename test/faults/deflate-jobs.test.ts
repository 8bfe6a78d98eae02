// Compression that is at work elsewhere while something else happens.
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { eventually, NO_DEFLATE_LIMITS, type RawPeer, settle } from "../support/raw-peer.js";
import { retainedBytes } from "../support/retained-bytes.js";
import { crossed, ENDS, sample, type Surface, test, type World } from "../support/universal.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  PING,
  TEXT,
} from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";
import type { Witness } from "../support/witness.js";

/** All that is longer than 1 KB is compressed in other threads. */
const ELSEWHERE = {
  deflate: NO_DEFLATE_LIMITS,
  perMessageDeflate: { zlibMessageBytes: 1_000, offThreadBytes: 1_000 },
};

const LARGE = Buffer.from(randomBytes(15_000).toString("hex"));

type End = { readonly peer: RawPeer; readonly seen: Witness };

const ENDINGS: readonly [string, (end: End) => unknown][] = [
  [
    "close()",
    ({ peer, seen }) => (
      seen.connection.close(1000),
      peer.send(frame(CLOSE, closePayload(1000))),
      peer.socket.end()
    ),
  ],
  ["terminate()", ({ seen }) => seen.connection.terminate()],
  ["a reset", ({ peer }) => peer.socket.resetAndDestroy()],
  ["an end", ({ peer }) => peer.socket.end()],
  ["a broken frame", ({ peer }) => (peer.send(frame(TEXT, "", { rsv: 1 })), peer.socket.end())],
];

test.for(
  crossed(
    ENDS.map((surface) => surface.role),
    ENDINGS,
  ),
)("at a %s, %s with jobs of compression at work [D10]", async ([role, , end], { world }) => {
  for (const jobs of [1, 2, 10, 50]) {
    const { peer, seen } = world.peer({ role, reading: "listener" }, ELSEWHERE);
    const isWritten: boolean[] = [];
    for (let i = 0; i < jobs; i++) {
      seen.connection.send(LARGE, {
        onWritten: (error) => void (isWritten[i] = error === undefined),
      });
    }
    await turn();
    expect(world.zlibJobs).toBeGreaterThan(0);
    await end({ peer, seen });
    await eventually(() => seen.closes.length === 1);
    await world.idle();
    // Some from the front have gone out, and all behind them are told that they have not.
    const written = isWritten.filter(Boolean).length;
    expect(isWritten).toEqual(Array.from({ length: jobs }, (_, i) => i < written));
    expect(peer.frames.filter(({ opcode }) => opcode === BINARY).length).toBeGreaterThanOrEqual(
      written,
    );
  }
});

async function framesTo(peer: RawPeer, last: number): Promise<number[]> {
  const opcodes: number[] = [];
  while (opcodes.at(-1) !== last) opcodes.push((await peer.next()).opcode);
  return opcodes;
}

test.for(ENDS)(
  "large compressed, small plain messages, pings and close, at $name [D11]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface, ELSEWHERE);
    const { connection } = seen;
    const sent: number[] = [];
    for (let i = 0; i < 10; i++) {
      connection.send(LARGE);
      void connection.ping(`${i}`);
      connection.send(`${i}`, { compress: false });
      sent.push(BINARY, TEXT);
    }
    const stream = connection.sendStream(["a", "b", "c"]);
    sent.push(TEXT, CONTINUATION, CONTINUATION, CONTINUATION);
    connection.send(LARGE);
    sent.push(BINARY);
    await stream;
    connection.close(1000);
    const opcodes = await framesTo(peer, CLOSE);
    expect(opcodes.filter((opcode) => opcode < CLOSE).slice(0, 20)).toEqual(sent.slice(0, 20));
    expect(opcodes.filter((opcode) => opcode === PING)).toHaveLength(10);
    const rest = opcodes.filter((opcode) => opcode < CLOSE).slice(20);
    expect(rest.filter((opcode) => opcode !== CONTINUATION)).toEqual([TEXT, BINARY]);
    expect(rest.at(-1)).toBe(BINARY); // behind the last fragment
  },
);

test("many sockets with large compressed messages, and a file that is read meanwhile [D12]", async ({
  world,
}) => {
  const count = sample(20, 1_000);
  const all = Array.from({ length: count }, () =>
    world.peer({ role: "server", reading: "listener" }, ELSEWHERE),
  );
  for (const { seen } of all) for (let i = 0; i < 3; i++) seen.connection.send(LARGE);
  let most = 0;
  let isRead = false;
  let wasReadAtWork = false;
  await turn();
  void readFile(import.meta.filename).then(() => {
    isRead = true;
    wasReadAtWork = world.zlibJobs > 0;
  });
  await eventually(() => {
    most = Math.max(most, world.zlibJobs);
    return isRead && all.every(({ peer }) => peer.frames.length === 3);
  });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(3);
  expect(wasReadAtWork).toBe(true);
});

async function bytesEach(
  world: World,
  surface: Surface,
  count: number,
  options: object,
): Promise<number> {
  const before = retainedBytes();
  const all: End[] = [];
  for (let i = 0; i < count; i++) {
    const end = world.peer(surface, options);
    end.peer.message("hello, hello, hello"); // not fresh, but idle
    end.seen.connection.send("hello, hello, hello, hello, hello");
    await settle();
    all.push(end);
  }
  return (retainedBytes() - before) / all.length;
}

/** What two ends with the default options agree on. */
const DEFAULT_WINDOWS = { ...NO_DEFLATE_LIMITS, serverMaxWindowBits: 12, clientMaxWindowBits: 12 };

/** docs/deflate.md: 16 KiB for what we send and 4 KiB for what we get, and the objects around them. */
const COMPRESSION_BYTES = 26_000;

/** With few connections, what the test runner comes to hold meanwhile shows in one look, but not in the median. */
const LOOKS = sample(3, 1);

test.for(ENDS)(
  "10 000 idle connections with compression, at $name [D13]",
  async (surface, { world }) => {
    const count = sample(30, 10_000);
    await bytesEach(world, surface, 10, { deflate: DEFAULT_WINDOWS });
    const differences: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      const plain = await bytesEach(world, surface, count, {});
      const compressing = await bytesEach(world, surface, count, { deflate: DEFAULT_WINDOWS });
      differences.push(compressing - plain);
    }
    expect(differences.toSorted((a, b) => a - b)[LOOKS >> 1]).toBeLessThan(COMPRESSION_BYTES);
  },
);

test.for(ENDS)(
  "messages that wait for compression count, at $name [D14]",
  async (surface, { world }) => {
    const options = { ...ELSEWHERE, maxBufferedBytes: 40_000, bufferPolicy: "dropNewest" } as const;
    const { peer, seen } = world.peer(surface, options);
    const { connection } = seen;
    const statuses = [1, 2, 3, 4].map(() => connection.send(LARGE));
    expect(world.zlibJobs).toBeGreaterThan(0);
    expect(connection.bufferedAmount).toBeGreaterThanOrEqual(LARGE.length);
    expect(statuses).toContain("dropped");
    expect(connection.droppedMessages).toBeGreaterThan(0);
    await eventually(() => connection.bufferedAmount === 0);
    expect(peer.frames).toHaveLength(4 - connection.droppedMessages);
  },
);
