// Opening handshakes that come in pieces, or with more behind them.
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { RequestHeadReader } from "../../src/protocol/index.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually } from "../support/raw-peer.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { acceptance, memoryPeer } from "../support/stub-server.js";
import { test } from "../support/universal.js";
import { shown } from "../support/witness.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  SCRIPT_KEY,
  TEXT,
} from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";

const WAYS = WAYS_IN.flatMap((wayIn) =>
  (["listener", "loop"] as const).map((reading) => ({ wayIn, reading })),
);

const READINGS = ["listener", "loop"] as const;

test.for(WAYS_IN)(
  "a handshake that comes byte by byte is accepted, by way of an %s [A05]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn, "listener");
    const client = world.use(await RawClient.connect(under));
    for (const byte of upgradeRequest()) {
      client.send(Uint8Array.of(byte));
      await turn();
    }
    expect((await client.head()).startLine).toContain("101");
  },
);

test.for(READINGS)(
  "a response that comes byte by byte opens a client, with a %s [A05]",
  async (reading, { world }) => {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { createConnection, clock: world.clock });
    const bytes = concat([acceptance(await peer.head()), encodeFrame(frame(TEXT, "1"))]);
    await peer.trickle(bytes);
    const seen = world.watch(await opening, reading);
    await eventually(() => seen.log.length > 0);
    expect(seen.log).toEqual(['text "1"']);
  },
);

/** CPU µs to read a head of so many bytes, one at a time: the best of a few. */
function costOfHead(bytes: number): number {
  const head = upgradeRequest("/", { "x-filler": "x".repeat(bytes) });
  const costs = Array.from({ length: 5 }, () => {
    const reader = new RequestHeadReader({ maxHeaderBytes: Infinity });
    const before = process.cpuUsage();
    for (let i = 0; i < head.length; i++) reader.push(head.subarray(i, i + 1));
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...costs);
}

test("a head of eight times the bytes, one at a time, takes no more than some eight times the work [A05]", () => {
  costOfHead(4_000); // the code gets warm
  expect(costOfHead(64_000) / costOfHead(8_000)).toBeLessThan(24);
});

test.for(WAYS)(
  "three messages in the segment of the request come in order, by way of an $wayIn, to a $reading [A06]",
  async ({ wayIn, reading }, { world }) => {
    const under = await world.serve({}, wayIn, reading);
    const frames = [frame(TEXT, "1"), frame(BINARY, "2"), frame(TEXT, "3")];
    const bytes = frames.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY }));
    world.use(await RawClient.send(under, concat([upgradeRequest(), ...bytes])));
    await eventually(() => world.witnesses[0]?.log.length === 3);
    expect(world.witnesses[0]?.log).toEqual(['text "1"', "binary 32", 'text "3"']);
  },
);

test.for(READINGS)(
  "messages and a Close frame in the segment of the 101 come in order, to a %s behind await [A07]",
  async (reading, { world }) => {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { createConnection, clock: world.clock });
    const last = frame(CLOSE, closePayload(4000, "bye"));
    await peer.accept([], [frame(TEXT, "1"), frame(BINARY, "2"), frame(TEXT, "3"), last]);
    peer.end();
    const seen = world.watch(await opening, reading);
    await eventually(() => seen.closes.length === 1);
    expect(seen.log).toEqual(['text "1"', "binary 32", 'text "3"']);
    expect(seen.info).toMatchObject({ code: 4000, reason: "bye", wasClean: true });
  },
);

test("listeners that are added a turn late get all that came with the 101, then close [A07]", async ({
  world,
}) => {
  const { peer, createConnection } = memoryPeer();
  const opening = connect("ws://h/", { createConnection, clock: world.clock });
  await peer.accept([], [frame(TEXT, "1"), frame(TEXT, "2"), frame(CLOSE)]);
  peer.end();
  const connection = await opening;
  await turn();
  const log: string[] = [];
  connection.on("message", (message) => log.push(shown(message)));
  connection.on("close", ({ code }) => log.push(`close ${code}`));
  await connection.closed;
  expect(log).toEqual(['text "1"', 'text "2"', "close 1005"]);
});

test("a 101 with a message behind it does the same wherever it is cut in two [A08]", async ({
  world,
}) => {
  for (let at = 1, length = 2; at < length; at++) {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { createConnection, clock: world.clock });
    const response = acceptance(await peer.head());
    const bytes = concat([response, encodeFrame(frame(TEXT, "1"))]);
    length = bytes.length;
    peer.write(bytes.subarray(0, at));
    await turn();
    peer.write(bytes.subarray(at));
    const seen = world.watch(await opening, "listener");
    await eventually(() => seen.log.length === 1);
    expect(seen.log).toEqual(['text "1"']);
    seen.connection.terminate();
  }
});
