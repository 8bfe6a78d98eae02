// The end of a manager: its servers end with it, in one step and in time; and the end of its connections alone.
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { ConnectionManager, MemoryBroker } from "../../src/manager/index.js";
import { WebSocketServer } from "../../src/node/server/server.js";
import { ReadyState } from "../../src/protocol/index.js";
import { FakeClock } from "../support/clock.js";
import { settle as settleCluster } from "../support/cluster.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { answerTo, portOf, RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, RawPeer, settle } from "../support/raw-peer.js";
import { startServer, WAYS_IN } from "../support/server-under-test.js";
import { CLOSE, closePayload, frame, TEXT } from "../support/wire-frame.js";

async function open(to: { readonly port: number }): Promise<RawClient> {
  const client = await RawClient.send(to, upgradeRequest());
  await client.head();
  return client;
}

/** Answers the server's Close frame, and goes. */
async function leave(client: RawClient): Promise<Uint8Array> {
  const { opcode, payload } = await client.frame();
  expect(opcode).toBe(CLOSE);
  client.sendFrames(frame(CLOSE, payload));
  await client.ended();
  client.socket.end();
  return payload;
}

describe.each(WAYS_IN)("the shutdown of a manager of a server by way of an %s", (wayIn) => {
  it("is the shutdown of the server: no request gets to a listener any more", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock }, wayIn);
    const manager = new ConnectionManager({ server: under.server, clock });
    let count = 0;
    under.server.on("connection", () => count++);
    using client = await open(under);
    await eventually(() => manager.size === 1);
    using late = await RawClient.send(under, "GET / HTTP/1.1\r\n");
    await eventually(() => late.socket.bytesWritten > 0);
    const done = manager.shutdown({ code: 1012, reason: "update" });
    late.send("Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    late.send("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

    expect((await late.answer()).httpStatus).toBe(503);
    late.socket.end();
    expect(await leave(client)).toEqual(closePayload(1012, "update"));
    await done;
    expect([count, manager.size, under.server.connections.size]).toEqual([1, 0, 0]);
    expect(clock.timers).toBe(0);
  });

  it("lets a listener at work answer first", async () => {
    await using under = await startServer({}, wayIn);
    const manager = new ConnectionManager({ server: under.server });
    let answer = (): void => {};
    manager.on("message", async (connection) => {
      await new Promise<void>((resolve) => (answer = resolve));
      connection.send("answer");
    });
    using client = await open(under);
    client.sendFrames(frame(TEXT, "question"));
    await eventually(() => Array.from(manager.connections).some(({ isHandling }) => isHandling));
    const done = manager.shutdown();
    await settle();
    answer();

    expect(Buffer.from((await client.frame()).payload).toString()).toBe("answer");
    expect(await leave(client)).toEqual(closePayload(1001));
    await done;
  });

  it("cuts at the deadline who does not answer", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock, closeTimeoutMs: 60_000 }, wayIn);
    const manager = new ConnectionManager({ server: under.server, clock });
    using dead = await open(under);
    await eventually(() => manager.size === 1);
    const done = manager.shutdown({ deadlineMs: 500 });
    await dead.frame();
    clock.advance(499);
    await settle();
    expect(manager.size).toBe(1);
    clock.advance(1);

    await done;
    expect([manager.size, under.server.connections.size, clock.timers]).toEqual([0, 0, 0]);
  });
});

describe("the shutdown of a manager", () => {
  it("sends what waits for its batch first", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({ server: under.server });
    using client = await open(under);
    await eventually(() => manager.size === 1);
    manager.broadcast("last words", { batchMs: 60_000 });
    const done = manager.shutdown();

    expect(Buffer.from((await client.frame()).payload).toString()).toBe("last words");
    expect(await leave(client)).toEqual(closePayload(1001));
    await done;
  });

  it("stops all servers before it returns, however long the clients of one take", async () => {
    await using one = await startServer();
    await using two = await startServer();
    const manager = new ConnectionManager({ server: one.server, servers: [two.server] });
    using slow = await open(one);
    const done = manager.shutdown();

    expect([one.server.address(), two.server.address()]).toEqual([undefined, undefined]);
    for (const under of [one, two]) {
      await expect(RawClient.connect(under)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
    await leave(slow);
    await done;
  });

  it("leaves an http server to the application", async () => {
    const httpServer = createServer((_request, response) => response.end("still here"));
    const server = new WebSocketServer({ server: httpServer });
    const manager = new ConnectionManager({ server });
    httpServer.listen(0, "127.0.0.1");
    await server.listening();
    const to = { port: portOf(httpServer) };
    using client = await open(to);
    const done = manager.shutdown();
    await leave(client);
    await done;

    const request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    expect(await answerTo(to, request)).toMatchObject({ httpStatus: 200, body: "still here" });
    httpServer.close();
  });

  it("closes those that were given to it, before and from now on", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const peer = peers.add();
    const done = manager.shutdown({ code: 4001, reason: "over" });
    const late = new RawPeer();
    expect(manager.add(late.connection)).toBeUndefined();
    await eventually(() => closeOf(peer) !== undefined && closeOf(late) !== undefined);
    expect([closeOf(peer), closeOf(late)]).toEqual(["4001 over", "4001 over"]);
    peer.socket.destroy();
    await done;

    const last = new RawPeer();
    expect(manager.add(last.connection)).toBeUndefined();
    await eventually(() => closeOf(last) !== undefined);
    expect([closeOf(last), manager.size, peers.clock.timers]).toEqual(["4001 over", 0, 0]);
  });

  it.each(["shutdown", "closeAll"] as const)(
    "lets listeners at work answer before %s closes what was given to it",
    async (how) => {
      const peers = new ManagedPeers();
      const peer = peers.add();
      let finish = (): void => {};
      peers.manager.on("message", async (connection) => {
        await new Promise<void>((done) => (finish = done));
        connection.send("answer");
      });
      peer.message("question");
      await eventually(() => peer.connection.isHandling);
      const done = peers.manager[how]();
      await settle();
      expect(peer.frames).toEqual([]);
      finish();
      await eventually(() => closeOf(peer) !== undefined);
      expect(textsOf(peer)).toEqual(["answer"]);
      peer.socket.destroy();
      await done;
      expect(peers.clock.timers).toBe(0);
    },
  );

  it("cuts those that were given to it at the deadline, though a listener hangs", async () => {
    const peers = new ManagedPeers();
    const peer = peers.add();
    peers.manager.on("message", () => new Promise(() => {}));
    peer.send(frame(TEXT, "work"));
    await eventually(() => peer.connection.isHandling);
    const done = peers.manager.shutdown({ deadlineMs: 2_000 });
    peers.clock.advance(2_000);
    await done;
    expect(peer.connection.readyState).toBe(ReadyState.CLOSED);
  });

  it("happens once: whoever asks again gets the same promise, and the first options count", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({ server: under.server });
    using client = await open(under);
    await eventually(() => manager.size === 1);
    const first = manager.shutdown({ code: 1012 });
    expect(manager.shutdown({ code: 4000 })).toBe(first);
    expect(await leave(client)).toEqual(closePayload(1012));
    await first;
    await manager[Symbol.asyncDispose]();
    expect(manager.shutdown()).toBe(first);
  });

  it.each([{ code: 1005 }, { reason: "x".repeat(124) }, { deadlineMs: -1 }])(
    "does nothing with %o, and says so at once",
    async (options) => {
      await using under = await startServer();
      const manager = new ConnectionManager({ server: under.server });
      expect(() => manager.shutdown(options)).toThrow(RangeError);
      using client = await open(under);
      await eventually(() => manager.size === 1);
      const done = manager.shutdown();
      expect(await leave(client)).toEqual(closePayload(1001));
      await done;
    },
  );

  it("keeps to its own deadline where a server was told another before", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock, closeTimeoutMs: Infinity });
    const manager = new ConnectionManager({ server: under.server, clock });
    using dead = await open(under);
    await eventually(() => manager.size === 1);
    const longer = under.server.shutdown({ deadlineMs: 60_000 });
    const done = manager.shutdown({ deadlineMs: 1_000 });
    await dead.frame();
    clock.advance(1_000);
    await Promise.all([longer, done]);
  });

  it("leaves the cluster last: others see its members go, and then the manager", async () => {
    const broker = new MemoryBroker();
    const clock = new FakeClock();
    const here = new ConnectionManager({ broker, clock });
    const elsewhere = new ConnectionManager({ broker, clock });
    const seen: string[] = [];
    elsewhere.on("cluster", ({ type }) => seen.push(type));
    const [peer, other] = [new RawPeer({ clock }), new RawPeer({ clock })];
    here.add(peer.connection);
    elsewhere.add(other.connection);
    void elsewhere.room("lobby").join(other.connection);
    await settleCluster();
    void here.room("lobby").join(peer.connection);
    await settleCluster();
    seen.length = 0;
    const done = here.shutdown();
    await eventually(() => closeOf(peer) !== undefined);
    peer.socket.destroy();
    await done;
    await settleCluster();

    expect(seen).toEqual(["presence", "nodeLeft"]);
    expect(elsewhere.room("lobby").presence({ scope: "cluster" })).toHaveLength(1);
    const end = elsewhere.shutdown({ deadlineMs: 0 });
    clock.advance(0);
    await end;
  });

  it("comes with `await using`", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await server.listening();
    const port = portOf(server);
    {
      await using manager = new ConnectionManager({ server });
      expect(manager.size).toBe(0);
    }
    await expect(RawClient.connect({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
