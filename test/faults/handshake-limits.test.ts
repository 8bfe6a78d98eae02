// Opening handshakes that are slow, large or many.
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { once } from "node:events";
import { expect } from "vitest";
import { ConnectionManager } from "../../src/manager/index.js";
import { WebSocketServer } from "../../src/node/index.js";
import {
  type Address,
  answerTo,
  RawClient,
  statusOf,
  upgradeRequest,
} from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { retainedBytes } from "../support/retained-bytes.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { sample, test, type World } from "../support/universal.js";
import { goAway, WAYS_OUT, WISH_HOOKS } from "../support/ways-out.js";
import { headBytes, parseHead } from "../support/wire-handshake.js";
import { listen } from "../support/wire-transport.js";

/** Connects so many clients, which send `bytes`. */
async function crowd(
  world: World,
  to: Address,
  count: number,
  bytes: Uint8Array | string = "",
): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.connect(to)));
  for (const client of clients) world.use(client).send(bytes);
  return clients;
}

/** What half a handshake may hold: the socket of Node at both ends, and less than a head. */
const PENDING_BYTES = 32_768;

test("500 clients that send a byte of their head every 5 seconds are ended in time, and others come in meanwhile [A01]", async ({
  world,
}) => {
  const under = await world.serve();
  const before = retainedBytes();
  const slow = await crowd(world, under, sample(50, 500));
  await eventually(() => world.clock.timers === slow.length);
  const head = upgradeRequest();
  for (let i = 0; i < 2; i++) {
    for (const client of slow) client.send(head.subarray(i, i + 1));
    await settle();
    world.clock.advance(4_999);
  }
  expect(await statusOf(under, upgradeRequest())).toBe(101);
  expect((retainedBytes() - before) / slow.length).toBeLessThan(PENDING_BYTES);
  expect(slow.filter(({ hasEnded }) => hasEnded)).toEqual([]);
  world.clock.advance(2);
  for (const client of slow) expect((await client.answer()).httpStatus).toBe(408);
});

test("a client that connects and says nothing gets 408 when time is up [A02]", async ({
  world,
}) => {
  const under = await world.serve();
  const [client] = await crowd(world, under, 1);
  await eventually(() => world.clock.timers === 1);
  world.clock.advance(9_999);
  await settle();
  expect(client?.hasEnded).toBe(false);
  world.clock.advance(1);
  expect((await client?.answer())?.httpStatus).toBe(408);
});

test.for(WAYS_IN)(
  "a head over the limit is refused before all of it is there, by way of an %s [A03]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    const start = Buffer.from(upgradeRequest()).toString("latin1").slice(0, -2);
    for (const rest of [
      `X-Large: ${"x".repeat(20_000)}`,
      "X-Small: some bytes\r\n".repeat(1_000),
    ]) {
      const client = world.use(await RawClient.send(under, start + rest)); // and the rest never comes
      expect((await client.answer()).httpStatus).toBe(431);
    }
    expect(under.errors).toEqual([]);
  },
);

const MANY_FIELDS = headBytes([
  "GET / HTTP/1.1",
  "Host: localhost",
  ...Array.from({ length: 1_999 }, () => "a:b"),
  "Connection: Upgrade",
  "Upgrade: websocket",
]);

test.for(["own listener", "handleUpgrade"] as const)(
  "2001 header fields with Upgrade behind them get an error, by way of an %s [A04]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn);
    expect([400, 426, 431]).toContain(await statusOf(under, MANY_FIELDS));
    expect(under.errors).toEqual([]);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  },
);

test("2001 header fields with Upgrade behind them are a request that an http server answers itself [A04]", async ({
  world,
}) => {
  const server = createServer((_, response) => response.writeHead(426).end());
  const ours = new WebSocketServer({ server, clock: world.clock });
  ours.on("connection", (connection) => void world.watch(connection));
  const port = await listen(server);
  world.defer(() => server.close());
  world.defer(() => ours.shutdown());
  const client = world.use(await RawClient.send({ port }, MANY_FIELDS));
  expect((await client.head()).startLine).toContain("426");
  expect(await statusOf({ port }, upgradeRequest())).toBe(101);
});

test.for(WAYS_IN)(
  "who is there when the server closes gets 503, by way of an %s [A28]",
  async (wayIn, { world }) => {
    const under = await world.serve({ authenticate: () => new Promise<true>(() => {}) }, wayIn);
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    await settle();
    const closing = under.server.shutdown({ deadlineMs: 5_000 });
    expect((await client.answer()).httpStatus).toBe(503);
    client.socket.destroy();
    await closing;
  },
);

test("an upgrade on an http server that outlives the closing server gets 503 [A28]", async ({
  world,
}) => {
  const under = await world.serve({ closeTimeoutMs: 1_000 }, "http server");
  const first = world.use(await RawClient.send(under, upgradeRequest()));
  await first.head();
  const closing = under.server.shutdown({ deadlineMs: 5_000 }); // the first one does not answer
  expect(await statusOf(under, upgradeRequest())).toBe(503);
  first.socket.destroy();
  await closing;
});

test.for(WAYS_IN)(
  "all of a crowd that comes at once are let in, or refused with 503, by way of an %s [A29]",
  async (wayIn, { world }) => {
    const count = sample(150, 5_000);
    const under = await world.serve({ maxConnections: count / 2 }, wayIn);
    const clients = await crowd(world, under, count, upgradeRequest());
    const statuses = await Promise.all(
      clients.map(async (client) => (await client.head()).startLine.split(" ")[1]),
    );
    const counted = (status: string): number => statuses.filter((one) => one === status).length;
    expect([counted("101"), counted("503")]).toEqual([count / 2, count / 2]);
    expect(under.server.connections.size).toBe(count / 2);
  },
);

test.for(WAYS_IN)(
  "the client over maxConnections gets 503, by way of an %s [A38]",
  async (wayIn, { world }) => {
    const under = await world.serve({ maxConnections: 1 }, wayIn);
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    await client.head();
    expect(await statusOf(under, upgradeRequest())).toBe(503);
  },
);

test.for(WAYS_OUT)(
  "%s frees the place of the server and of the address [A38]",
  async (way, { world }) => {
    const { clock } = world;
    const under = await world.serve<unknown>({ maxConnections: 1, ...WISH_HOOKS });
    const manager = new ConnectionManager({
      server: under.server,
      maxConnectionsPerAddress: 1,
      clock,
    });
    const [what] = way;
    const client = world.use(await RawClient.send(under, upgradeRequest("/", { "x-wish": what })));
    await goAway(client, clock, way);
    const next = world.use(await RawClient.send(under, upgradeRequest()));
    expect((await next.head()).startLine).toContain("101");
    expect((await answerTo(under, upgradeRequest())).httpStatus).toBe(503);
    next.socket.destroy();
    await eventually(() => manager.size === 0);
  },
);

test("the client over maxConnectionsPerAddress gets 429, and other addresses come in [A38]", async ({
  world,
}) => {
  const under = await world.serve();
  const manager = new ConnectionManager({
    server: under.server,
    maxConnectionsPerAddress: 1,
    clock: world.clock,
  });
  const first = world.use(await RawClient.send(under, upgradeRequest()));
  await first.head();
  expect(await statusOf(under, upgradeRequest())).toBe(429);
  const socket = createConnection({
    port: under.port,
    host: "127.0.0.1",
    localAddress: "127.0.0.2",
  });
  world.defer(() => socket.destroy());
  socket.write(upgradeRequest());
  const [bytes] = await once(socket, "data");
  expect(parseHead(bytes)?.startLine).toContain("101");
  expect(manager.size).toBe(2);
});
