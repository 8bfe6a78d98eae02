// Transports that end, reset, go silent, are destroyed, or fail in the midst of a write.
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { connectedPair, eventually, settle } from "../support/raw-peer.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { openTcpEnd, type Remote, TCP_ENDS } from "../support/tcp-end.js";
import { TcpProxy } from "../support/tcp-proxy.js";
import { crossed, ENDS, test } from "../support/universal.js";
import { frame, TEXT } from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";
import type { Witness } from "../support/witness.js";

const READINGS = [["listener"], ["loop"]] as const;

const MOMENTS: readonly [string, (remote: Remote) => void][] = [
  ["when idle", () => {}],
  ["in a header", (remote) => remote.sendBytes(Uint8Array.of(0x81))],
  ["in a frame", (remote) => remote.sendBytes(remote.encode(frame(TEXT, "whole")).subarray(0, -2))],
  ["in a message", (remote) => remote.send(frame(TEXT, "a", { fin: false }))],
  ["behind a message", (remote) => remote.send(frame(TEXT, "a"))],
];

test.for(crossed(TCP_ENDS, crossed(["listener", "loop"] as const, MOMENTS)))(
  "an end without a Close frame at a %s with a %s, %s [E01]",
  async ([end, reading, when, act], { world }) => {
    const { seen, remote } = await openTcpEnd(world, end, reading);
    act(remote);
    remote.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect(seen.info).toMatchObject({ code: 1006, wasClean: false, received: undefined });
    expect(seen.log).toEqual(when === "behind a message" ? ['text "a"'] : []);
  },
);

const LARGE = Buffer.alloc(8_000_000, "some text ");

const WORK: readonly [string, (seen: Witness) => unknown][] = [
  ["when idle", () => {}],
  ["while we write", ({ connection }) => connection.send(LARGE, { compress: false })],
  ["while we compress", ({ connection }) => [1, 2, 3].map(() => connection.send(LARGE))],
  ["while we stream", ({ connection }) => void connection.sendStream(endless()).catch(() => {})],
  ["while we close", ({ connection }) => connection.close(1000)],
];

function* endless(): Generator<string> {
  for (;;) yield "x".repeat(10_000);
}

test.for(crossed(TCP_ENDS, crossed(["listener", "loop"] as const, WORK)))(
  "a reset at a %s with a %s, %s [E02]",
  async ([end, reading, , work], { world }) => {
    const { seen, remote } = await openTcpEnd(world, end, reading);
    remote.socket.pause();
    work(seen);
    await turn();
    remote.sendBytes(Uint8Array.of(0x81)); // and in the midst of a frame
    remote.reset();
    await eventually(() => seen.closes.length === 1);
    expect(seen.info).toMatchObject({ code: 1006, wasClean: false });
    expect(seen.connection.send("late")).toBe("closed");
  },
);

test.for(WAYS_IN)("a reset during the upgrade, by way of an %s [E02]", async (wayIn, { world }) => {
  let asked = 0;
  const authenticate = (): Promise<true> => (asked++, new Promise(() => {}));
  const under = await world.serve<true>({ authenticate }, wayIn);
  for (const bytes of [upgradeRequest().subarray(0, 20), upgradeRequest()]) {
    using client = await RawClient.send(under, bytes);
    await settle();
    client.socket.resetAndDestroy();
    await settle();
  }
  await eventually(() => asked === 1);
  await eventually(() => world.clock.timers === 0);
  expect([world.witnesses, under.errors, under.refused]).toEqual([[], [], []]);
});

test.for(READINGS)(
  "packets that vanish between both ends, with a %s [E03]",
  async ([reading], { world }) => {
    const under = await world.serve({}, "own listener", reading);
    const proxy = await TcpProxy.listen();
    world.defer(() => proxy.close());
    proxy.target = { port: under.port, host: "127.0.0.1" };
    const client = world.watch(
      await connect(`ws://127.0.0.1:${proxy.port}/`, { clock: world.clock }),
      reading,
    );
    await eventually(() => world.witnesses.length === 2);
    client.connection.send("1");
    const server = world.witnesses.find((one) => one !== client);
    await eventually(() => server?.log.length === 1);
    proxy.silence();
    world.clock.advance(30_000);
    await settle();
    world.clock.advance(14_999);
    await settle();
    expect([client.closes, server?.closes]).toEqual([[], []]);
    world.clock.advance(1);
    await eventually(() => client.closes.length + (server?.closes.length ?? 0) === 2);
    expect([client.end, server?.end]).toEqual(["1006 PONG_TIMEOUT", "1006 PONG_TIMEOUT"]);
  },
);

test("packets that vanish while this end has paused reading [E03]", async ({ world }) => {
  const under = await world.serve({}, "own listener", "loop");
  const proxy = await TcpProxy.listen();
  world.defer(() => proxy.close());
  proxy.target = { port: under.port, host: "127.0.0.1" };
  const options = { clock: world.clock, pingIntervalMs: Infinity };
  const client = world.watch(await connect(`ws://127.0.0.1:${proxy.port}/`, options), "loop");
  await eventually(() => world.witnesses.length === 2);
  const server = world.witnesses.find((one) => one !== client);
  server?.connection.pause();
  const { transport } = server!.connection;
  for (let i = 0; i < 20; i++) {
    world.clock.advance(30_000);
    await eventually(() => transport.isPaused());
    world.clock.advance(15_000);
    await settle();
    expect(server?.connection.readyState).toBe(1);
  }
  proxy.silence();
  world.clock.advance(30_000);
  await settle();
  world.clock.advance(15_000);
  await eventually(() => server?.connection.readyState === 3);
  server?.connection.resume();
  client.connection.terminate();
  await eventually(() => client.closes.length + (server?.closes.length ?? 0) === 2);
  expect(server?.end).toBe("1006 PONG_TIMEOUT");
});

test.for(crossed(TCP_ENDS, READINGS))(
  "foreign code destroys the socket of a %s with a %s [E13]",
  async ([end, reading], { world }) => {
    for (const error of [undefined, new Error("foreign")]) {
      const { seen, remote } = await openTcpEnd(world, end, reading);
      remote.socket.on("error", () => {});
      seen.connection.send("x");
      seen.connection.transport.destroy(error);
      await eventually(() => seen.closes.length === 1);
      expect(seen.info).toMatchObject({ code: 1006, wasClean: false });
    }
  },
);

test.for(TCP_ENDS)("timeouts of Node's socket do nothing to a %s [E13]", async (end, { world }) => {
  const { seen, remote } = await openTcpEnd(world, end);
  seen.connection.transport.emit("timeout");
  remote.send(frame(TEXT, "1"));
  await eventually(() => seen.log.length === 1);
  expect(seen.closes).toEqual([]);
});

test.for(ENDS)("a write that fails in the midst, at $name [E14]", async (surface, { world }) => {
  const { peer, seen } = world.peer(surface);
  const { transport } = peer;
  const write = transport._write.bind(transport);
  let writes = 0;
  transport._write = (chunk: Uint8Array, encoding, done) => {
    if (++writes < 3) write(chunk, encoding, done);
    else done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  };
  const told: string[] = [];
  for (let i = 0; i < 10; i++) {
    seen.connection.send(Buffer.alloc(100_000), {
      compress: false,
      onWritten: (error) => void told.push(`${i} ${error === undefined ? "out" : "not out"}`),
    });
  }
  await eventually(() => seen.closes.length === 1);
  await settle();
  const out = told.filter((one) => one.endsWith(" out") && !one.endsWith("not out")).length;
  expect(told).toEqual(Array.from({ length: 10 }, (_, i) => `${i} ${i < out ? "out" : "not out"}`));
  expect(out).toBeLessThan(10);
  expect(seen.info).toMatchObject({ code: 1006, error: { cause: { code: "EPIPE" } } });
});

test("both ends close at once [E05]", async ({ world }) => {
  for (let i = 0; i < 20; i++) {
    const pair = connectedPair({ clock: world.clock });
    const [client, server] = [
      world.watch(pair.client, "listener"),
      world.watch(pair.server, "loop"),
    ];
    pair.client.close(1000, "c");
    if (i % 2 === 1) await turn();
    pair.server.close(1000, "s");
    await eventually(() => client.closes.length + server.closes.length === 2);
    expect(client.info).toMatchObject({ code: 1000, wasClean: true, error: undefined });
    expect(server.info).toMatchObject({ code: 1000, wasClean: true, error: undefined });
  }
});
