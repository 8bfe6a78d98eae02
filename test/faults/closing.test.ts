// Closing handshakes that do not go as they should, and the end of a server.
import { expect } from "vitest";
import type { WebSocketConnection } from "../../src/node/index.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { WAYS_IN } from "../support/server-under-test.js";
import { openTcpEnd, type Remote, TCP_ENDS } from "../support/tcp-end.js";
import { crossed, sample, SURFACES, test } from "../support/universal.js";
import { BINARY, CLOSE, closePayload, CONTINUATION, frame, TEXT } from "../support/wire-frame.js";
import { turn } from "../support/wire-signal.js";

const READINGS = ["listener", "loop"] as const;

const bye = frame(CLOSE, closePayload(1000));

const DEAF: readonly [string, (remote: Remote) => void][] = [
  ["never answers the Close frame", () => {}],
  ["answers it and never ends TCP", (remote) => remote.send(bye)],
  ["sends on", (remote) => remote.send(frame(TEXT, "on"))],
];

test.for(crossed(TCP_ENDS, crossed(READINGS, DEAF)))(
  "a peer of a %s with a %s that %s [E04]",
  async ([end, reading, what, act], { world }) => {
    const { seen, remote } = await openTcpEnd(world, end, reading, { closeTimeoutMs: 5_000 });
    seen.connection.close(1000);
    for (let i = 0; i < 5; i++) {
      if (i === 0 || what === "sends on") act(remote);
      await settle();
      expect(seen.closes).toEqual([]);
      world.clock.advance(i < 4 ? 1_000 : 999);
    }
    await settle();
    expect(seen.closes).toEqual([]);
    if (what === "sends on") act(remote);
    world.clock.advance(1);
    await eventually(() => seen.closes.length === 1);
    expect(seen.info.code).toBe(what === "answers it and never ends TCP" ? 1000 : 1006);
    expect(seen.log).toEqual([]);
  },
);

test.for(SURFACES)(
  "messages behind the peer's Close frame, and behind ours, at $name [E06]",
  async (surface, { world }) => {
    const after = world.peer(surface);
    after.peer.send(frame(TEXT, "1"), bye, frame(TEXT, "late"), frame(TEXT, "", { rsv: 7 }));
    after.peer.socket.end();
    await eventually(() => after.seen.closes.length === 1);
    expect([after.seen.log, after.seen.end]).toEqual([['text "1"'], "1000"]);

    for (const messagesWhileClosing of ["drop", "deliver"] as const) {
      const { peer, seen } = world.peer(surface, { messagesWhileClosing });
      seen.connection.close(1000);
      await peer.next();
      peer.send(frame(TEXT, "answer"), bye, frame(TEXT, "late"));
      peer.socket.end();
      await eventually(() => seen.closes.length === 1);
      expect(seen.log).toEqual(messagesWhileClosing === "drop" ? [] : ['text "answer"']);
      expect(seen.end).toBe("1000");
    }
  },
);

test.for(SURFACES)("a flood behind our Close frame, at $name [E06]", async (surface, { world }) => {
  for (const messagesWhileClosing of ["drop", "deliver"] as const) {
    const { peer, seen } = world.peer(
      { ...surface, reading: "nobody" },
      { messagesWhileClosing, maxQueuedBytes: 100_000 },
    );
    let goOn = (): void => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    if (messagesWhileClosing === "deliver") seen.connection.on("message", () => gate);
    seen.connection.close(1000);
    for (let i = 0; i < 100; i++) peer.send(frame(BINARY, new Uint8Array(20_000)));
    await settle();
    if (messagesWhileClosing === "deliver")
      expect(peer.socket.writableLength).toBeGreaterThan(1_000_000);
    world.clock.advance(10_000);
    seen.connection.terminate();
    await eventually(() => peer.transport.destroyed);
    goOn();
    await eventually(() => seen.closes.length === 1);
  }
});

type Act = (connection: WebSocketConnection) => void;

const ACTS: readonly [string, Act][] = [
  ["close", (connection) => connection.close(1000)],
  ["close with a code", (connection) => connection.close(4000, "again")],
  ["terminate", (connection) => connection.terminate()],
];

test.for(
  crossed(
    TCP_ENDS,
    crossed(
      READINGS,
      crossed(
        ACTS.map(([, act]) => act),
        ACTS,
      ),
    ),
  ),
)(
  "at a %s with a %s, twice to the end [E07]",
  async ([end, reading, first, , second], { world }) => {
    const { seen, remote } = await openTcpEnd(world, end, reading);
    const { connection } = seen;
    connection.on("close", () => {
      first(connection);
      second(connection);
    });
    first(connection);
    second(connection);
    remote.send(bye);
    if (end === "client") remote.socket.end();
    await remote.ended();
    remote.socket.end();
    await eventually(() => seen.closes.length === 1);
    await settle();
  },
);

test.for(SURFACES)(
  "close and terminate inside a listener, at $name [E07]",
  async (surface, { world }) => {
    for (const [, act] of ACTS) {
      const { peer, seen } = world.peer(surface);
      seen.connection
        .on("ping", () => act(seen.connection))
        .on("close", () => act(seen.connection));
      peer.send(frame(9), frame(TEXT, "late"), bye);
      peer.socket.end();
      await eventually(() => seen.closes.length === 1);
      expect(seen.log).toEqual(["ping"]);
    }
  },
);

const PIECE = Buffer.alloc(500_000, 7);

test.for(TCP_ENDS)("10 MB that wait at a %s, then close() [E08]", async (end, { world }) => {
  const { seen, remote } = await openTcpEnd(world, end);
  for (let i = 0; i < 20; i++) seen.connection.send(PIECE, { compress: false });
  seen.connection.close(1000);
  for (let i = 0; i < 20; i++) expect((await remote.frame()).payload.length).toBe(PIECE.length);
  expect(await remote.frame()).toMatchObject({ opcode: CLOSE });
  remote.send(bye);
  if (end !== "client") await remote.ended();
  remote.socket.end();
  await eventually(() => seen.closes.length === 1);
  expect(seen.end).toBe("1000");
});

test.for(TCP_ENDS)(
  "10 MB that a peer of a %s never reads, then close() [E08]",
  async (end, { world }) => {
    const { seen, remote } = await openTcpEnd(world, end);
    remote.socket.pause();
    const told: boolean[] = [];
    for (let i = 0; i < 30; i++) {
      seen.connection.send(PIECE, {
        compress: false,
        onWritten: (error) => void told.push(error === undefined),
      });
    }
    seen.connection.close(1000);
    await settle();
    world.clock.advance(10_000);
    await eventually(() => seen.closes.length === 1);
    expect(seen.end).toBe("1006 CLOSE_TIMEOUT");
    await eventually(() => told.length === 30);
    expect(told.at(-1)).toBe(false);
  },
);

test.for(SURFACES)(
  "a Close frame that comes inside a message, at $name [E09]",
  async (surface, { world }) => {
    const { peer, seen } = world.peer(surface);
    peer.send(frame(TEXT, "a", { fin: false }), frame(CLOSE, closePayload(1001, "away")));
    peer.socket.end();
    await eventually(() => seen.closes.length === 1);
    expect([seen.log, seen.info.code, seen.info.sent?.code]).toEqual([[], 1001, 1001]);
  },
);

test.for(SURFACES)(
  "a Close frame, ours or the peer's, while a message goes out in fragments, at $name [E09]",
  async (surface, { world }) => {
    for (const whose of ["ours", "theirs"]) {
      const { peer, seen } = world.peer(surface);
      let goOn = (): void => {};
      const gate = new Promise<void>((resolve) => (goOn = resolve));
      async function* source(): AsyncGenerator<string> {
        yield "a";
        await gate;
        yield "b";
      }
      const sending = seen.connection.sendStream(source());
      expect(await peer.next()).toMatchObject({ opcode: TEXT, fin: false });
      if (whose === "ours") seen.connection.close(1000);
      else peer.send(bye);
      await settle();
      goOn();
      await sending;
      if (whose === "ours") peer.send(bye);
      peer.socket.end();
      await eventually(() => seen.closes.length === 1);
      await settle();
      const opcodes = peer.frames.map(({ opcode }) => opcode);
      expect(opcodes.at(-1)).toBe(CLOSE);
      expect(opcodes.slice(0, -1).every((opcode) => opcode === CONTINUATION)).toBe(true);
      expect(seen.info.code).toBe(1000);
    }
  },
);

test.for(WAYS_IN)(
  "a client that ends right behind its Close frame still gets ours, by way of an %s [E10]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn, "listener");
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    await client.head();
    client.sendFrames(frame(TEXT, "1"), bye);
    client.socket.end();
    expect((await client.frame()).payload).toEqual(closePayload(1000));
    await client.ended();
    const [seen] = world.witnesses;
    await eventually(() => seen?.closes.length === 1);
    expect(seen?.info).toMatchObject({ code: 1000, wasClean: true, error: undefined });
    expect([seen?.log, client.error, under.errors]).toEqual([['text "1"'], undefined, []]);
  },
);

test.for(WAYS_IN)(
  "shutdown with 1000 peers, a tenth of them dead, by way of an %s [E11]",
  async (wayIn, { world }) => {
    const under = await world.serve({}, wayIn, "listener");
    const count = sample(40, 1_000);
    const clients = await Promise.all(
      Array.from({ length: count }, () => RawClient.send(under, upgradeRequest())),
    );
    for (const client of clients) await world.use(client).head();
    let resolutions = 0;
    const closing = under.server.shutdown({ deadlineMs: 5_000 });
    void closing.then(() => resolutions++);
    expect(under.server.shutdown({ deadlineMs: 1 })).toBe(closing);
    for (const [i, client] of clients.entries()) {
      expect((await client.frame()).payload).toEqual(closePayload(1001));
      if (i % 10 === 0) continue; // dead
      client.sendFrames(frame(CLOSE, closePayload(1001)));
      await client.ended();
      client.socket.end();
    }
    await eventually(() => under.server.connections.size === count / 10);
    world.clock.advance(4_999);
    await turn();
    expect(resolutions).toBe(0);
    world.clock.advance(1);
    await closing;
    expect(under.server.connections.size).toBe(0);
    const codes = world.witnesses.map(({ info }) => info.code);
    expect([1001, 1006].map((code) => codes.filter((one) => one === code).length)).toEqual([
      count - count / 10,
      count / 10,
    ]);
  },
);

test.for(crossed(WAYS_IN, [["the server"], ["the client"]] as const))(
  "by way of an %s, the server ends TCP first when %s closes [E12]",
  async ([wayIn, who], { world }) => {
    const under = await world.serve({}, wayIn, "listener");
    const client = world.use(await RawClient.send(under, upgradeRequest()));
    await client.head();
    if (who === "the server") world.witnesses[0]?.connection.close(1000);
    client.sendFrames(bye);
    await client.ended(); // and it has not ended its own side
    expect(client.socket.writableEnded).toBe(false);
    client.socket.end();
    await eventually(() => world.witnesses[0]?.closes.length === 1);
  },
);

test("a client waits for the server to end TCP [E12]", async ({ world }) => {
  const { seen, remote } = await openTcpEnd(world, "client");
  seen.connection.close(1000);
  await remote.frame();
  remote.send(bye);
  await settle();
  expect([remote.socket.readableEnded, seen.closes]).toEqual([false, []]);
  remote.socket.end();
  await eventually(() => seen.closes.length === 1);
});
