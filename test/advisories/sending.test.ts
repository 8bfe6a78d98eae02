// Weaknesses of others in what they send, hold and remember.
import { expect, vi } from "vitest";
import { defineContract } from "../../src/contract/index.js";
import { ConnectionManager } from "../../src/manager/index.js";
import {
  acceptDeflateOffer,
  deflateOffers,
  judgeDeflateResponse,
} from "../../src/protocol/index.js";
import { FakeConnection, settled } from "../support/contract-pair.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { retainedBytes } from "../support/retained-bytes.js";
import { ENDS, test } from "../support/universal.js";
import {
  BINARY,
  concat,
  CONTINUATION,
  encodeFrame,
  frame,
  hex,
  SCRIPT_KEY,
  TEXT,
} from "../support/wire-frame.js";

/** As a program without types would. */
function call(connection: object, name: string, ...values: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(connection, name);
  if (typeof method !== "function") throw new Error(`no method ${name}`);
  return Reflect.apply(method, connection, values);
}

test.for(ENDS)("CVE-2016-10518: a number is no payload, at $name", async (surface, { world }) => {
  const { peer, seen } = world.peer(surface);
  const { connection } = seen;
  for (const bad of [100, 1e9, null, {}, true]) {
    expect(() => call(connection, "send", bad)).toThrow(TypeError);
    expect(() => call(connection, "pong", bad)).toThrow(TypeError);
    expect(() => call(connection, "close", 1000, bad)).toThrow(TypeError);
    const ping = (): unknown => call(connection, "ping", bad);
    await expect((async () => ping())()).rejects.toThrow(TypeError);
  }
  connection.send("end");
  expect((await peer.next()).payload).toEqual(new Uint8Array(Buffer.from("end")));
});

test.for(ENDS)(
  "CVE-2026-45736 ws #1600: a view of any kind is sent as its bytes, at $name",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    const memory = new ArrayBuffer(64);
    new Uint8Array(memory).forEach((_, i, bytes) => (bytes[i] = i));
    const views = [
      new Int8Array(memory, 8, 2),
      new Uint16Array(memory, 8, 2),
      new Float32Array(memory, 8, 2),
      new BigInt64Array(memory, 8, 2),
      new DataView(memory, 8, 2),
    ];
    for (const view of views) {
      seen.connection.send(view);
      const expected = Array.from({ length: view.byteLength }, (_, i) => 8 + i);
      expect(Array.from((await peer.next()).payload)).toEqual(expected);
    }
    expect(() => call(seen.connection, "close", 1000, new Float32Array(20))).toThrow(TypeError);
  },
);

test("WS-2017-0107 GHSA-w67g-5rqw-f597: masking keys do not come from Math.random, and differ", async ({
  world,
}) => {
  const random = vi.spyOn(Math, "random");
  const { peer, seen } = world.peer({ role: "client", reading: "listener" });
  const keys = new Set<string>();
  for (let i = 0; i < 500; i++) {
    seen.connection.send("x");
    keys.add(Buffer.from((await peer.next()).maskingKey ?? []).toString("hex"));
  }
  expect(random).not.toHaveBeenCalled();
  expect(keys.size).toBeGreaterThan(498);
  random.mockRestore();
});

test.for(ENDS)(
  "ws 060b6cad: masking leaves the caller's bytes alone, at $name",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    for (const length of [3, 100, 5_000, 100_000]) {
      const bytes = Buffer.alloc(length, 7);
      seen.connection.send(bytes);
      await peer.next();
      expect(new Set(bytes)).toEqual(new Set([7]));
    }
  },
);

test("ws 8.21.3: each offer of windows and each configuration fit together", () => {
  const sizes = [undefined, 8, 9, 12, 15];
  for (const offered of sizes) {
    for (const configured of sizes) {
      const config = offered === undefined ? {} : { clientMaxWindowBits: offered };
      const server = configured === undefined ? {} : { clientMaxWindowBits: configured };
      const accepted = acceptDeflateOffer(deflateOffers([config]), server);
      if (accepted === undefined) throw new Error("declined");
      const agreed = judgeDeflateResponse([accepted.response], [config]);
      expect(agreed?.clientMaxWindowBits ?? 15).toBeLessThanOrEqual(
        Math.min(offered ?? 15, configured ?? 15),
      );
    }
  }
});

test.for(ENDS)(
  "CVE-2026-123817 CVE-2026-48779: a frame byte by byte costs its size, at $name",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    const size = 30_000;
    const bytes = peer.encode(frame(BINARY, Buffer.alloc(size)));
    const before = retainedBytes();
    for (const byte of bytes.subarray(0, -1)) peer.sendBytes(Uint8Array.of(byte));
    await eventually(() => seen.connection.traffic.received.transportBytes >= bytes.length - 1);
    await settle();
    expect(retainedBytes() - before).toBeLessThan(40 * size);
    peer.sendBytes(bytes.subarray(-1));
    await eventually(() => seen.log.length === 1);
    expect(seen.log).toEqual([`binary of ${size}`]);
  },
);

test("CVE-2026-62389: many unfinished messages cost what was sent, and end in time", async ({
  world,
}) => {
  const under = await world.serve({ pingIntervalMs: Infinity });
  const payload = concat([
    encodeFrame(frame(BINARY, "x", { fin: false }), { maskingKey: SCRIPT_KEY }),
    ...Array.from({ length: 16_000 }, () =>
      encodeFrame(frame(CONTINUATION, "x", { fin: false }), { maskingKey: SCRIPT_KEY }),
    ),
  ]);
  const before = retainedBytes();
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => RawClient.send(under, concat([upgradeRequest(), payload]))),
  );
  for (const client of clients) world.use(client);
  const arrived = (): number =>
    [...under.server.connections].filter(
      ({ traffic }) => traffic.received.transportBytes >= payload.length,
    ).length;
  await eventually(() => arrived() === clients.length);
  expect((retainedBytes() - before) / clients.length).toBeLessThan(3 * payload.length);
  await settle(); // what has arrived is read in several turns
  world.clock.advance(60_001);
  for (const client of clients) {
    await client.head();
    expect((await client.frame()).payload.subarray(0, 2)).toEqual(hex("03f0"));
  }
});

test.for(ENDS)(
  "CVE-2024-23672: a peer that never answers Close and goes on is cut off, at $name",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    seen.connection.close(1000);
    for (let i = 0; i < 20; i++) {
      peer.message("more");
      await settle();
      world.clock.advance(501);
    }
    await eventually(() => seen.closes.length === 1);
    expect(seen.end).toMatch(/^1006 CLOSE_TIMEOUT/);
  },
);

test.for(["open", "closing", "paused"])(
  "CVE-2017-2670: a reset while %s ends it, and the loop is idle",
  async (state, { world }) => {
    const { peer, seen } = world.peer({ role: "server", reading: "listener" });
    if (state === "closing") seen.connection.close(1000);
    if (state === "paused") seen.connection.pause();
    peer.sendBytes(peer.encode(frame(TEXT, "x")).subarray(0, 4));
    await settle();
    peer.socket.resetAndDestroy();
    seen.connection.resume();
    await eventually(() => seen.closes.length === 1);
    await world.idle();
  },
);

test("websockets 17.0.1: a paused receiver stops reading a flood", async ({ world }) => {
  const { peer, seen } = world.peer({ role: "server", reading: "listener" });
  seen.connection.pause();
  for (let i = 0; i < 100; i++) peer.send(frame(BINARY, Buffer.alloc(65_536)));
  await settle();
  expect(seen.connection.traffic.received.transportBytes).toBeLessThan(2 << 20);
  seen.connection.resume();
  await eventually(() => seen.log.length === 100);
});

test("CVE-2017-16031: ids have 128 bits at least, and differ", async ({ world }) => {
  const under = await world.serve();
  const manager = new ConnectionManager({ server: under.server, clock: world.clock });
  const ids: string[] = [];
  manager.on("connection", (_, id) => void ids.push(id));
  for (let i = 0; i < 20; i++)
    await world.use(await RawClient.send(under, upgradeRequest())).head();
  await eventually(() => ids.length === 20);
  expect(new Set(ids).size).toBe(20);
  for (const id of ids) expect(id.length * 6).toBeGreaterThanOrEqual(126);
});

test("CVE-2026-33151 CVE-2026-69185: a batch has its cap", async () => {
  const { connection, handled } = served();
  const batch = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, () => ({ type: "say", data: 1 })));
  connection.receive(batch(256));
  await settled();
  expect(handled).toHaveLength(256);
  connection.receive(batch(257));
  await settled();
  expect(handled).toHaveLength(256);
  expect(connection.takeSent()).toEqual([{ error: expect.any(Object) }]);
});

test.for([
  `{"type":{"toString":1}}`,
  `{"type":["say"]}`,
  `{"type":null}`,
  `{"type":"__proto__","data":1}`,
  `{"type":"say","id":{}}`,
])("CVE-2023-32695 CVE-2022-2421: %s is an error reply", async (message) => {
  const { connection, handled } = served();
  connection.receive(message);
  await settled();
  expect(handled).toEqual([]);
  expect(connection.takeSent()).toEqual([{ error: expect.any(Object) }]);
});

function served(): { connection: FakeConnection; handled: unknown[] } {
  const connection = new FakeConnection();
  const handled: unknown[] = [];
  const isNumber = (value: unknown): value is number => typeof value === "number";
  const contract = defineContract({ fromClient: { say: isNumber }, batch: true });
  contract.serve(connection, { handlers: { say: (data) => void handled.push(data) } });
  return { connection, handled };
}
