// When listeners are called: in the turn in which they were added, and never before the call that adds them returns.
import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, over, RawPeer, settle } from "../../support/raw-peer.js";
import { startServer, WAYS_IN } from "../../support/server-under-test.js";
import { memoryPeer } from "../../support/stub-server.js";
import {
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  PING,
  PONG,
  SCRIPT_KEY,
  TEXT,
} from "../../support/wire-frame.js";

/** Notes what `connection` tells, and that adding the listeners is over. */
function logOf(connection: WebSocketConnection, log: string[] = []): string[] {
  connection.on("message", (message) => log.push(`message ${message.toString()}`));
  log.push("on returned");
  connection.on("ping", (payload) => log.push(`ping ${payload.toString()}`));
  connection.on("pong", (payload) => log.push(`pong ${payload.toString()}`));
  connection.on("close", ({ code }) => log.push(`close ${code}`));
  return log;
}

const EARLY = [
  frame(PING, "1"),
  frame(TEXT, "2"),
  frame(PONG, "3"),
  frame(CLOSE, closePayload(1000)),
];
const EARLY_LOG = ["on returned", "ping 1", "message 2", "pong 3", "close 1000"];

describe("a listener", () => {
  type Called = () => void;
  /** Gets a connection at which a message waits. @returns The call that lets it go on. */
  type Prepare = (one: WebSocketConnection, called: Called) => () => unknown;

  // oxfmt-ignore
  const CALLS: readonly [name: string, prepare: Prepare][] = [
    ["on",                   (one, called) => () => one.on("message", called)],
    ["once",                 (one, called) => () => one.once("message", called)],
    ["resume",               (one, called) => paused(one, called, () => one.resume())],
    ["messageGuard",         (one, called) => () => (one.messageGuard = () => (called(), true))],
    ["next of an iterator",  (one, called) => iterated(one, called, (iterator) => iterator.next())],
    ["return of an iterator", (one, called) => iterated(one, called, (iterator) => iterator.return?.())],
  ];

  function paused(one: WebSocketConnection, called: Called, call: () => void): () => void {
    one.pause();
    one.on("message", called);
    return call;
  }

  /** Messages go to an iterator when it asks, and then to listeners, too. */
  function iterated(
    one: WebSocketConnection,
    called: Called,
    call: (iterator: AsyncIterableIterator<unknown>) => unknown,
  ): () => unknown {
    const iterator = one[Symbol.asyncIterator]();
    one.on("message", called);
    return () => call(iterator);
  }

  it.each([10, 70_000, 1_000_000])(
    "is not called inside send, whose %i bytes are answered at once by an end in this process",
    async (length) => {
      const [here, there] = duplexPair();
      const [client, server] = [over(here, undefined, { role: "client" }), over(there, undefined)];
      const log: string[] = [];
      server.on("message", (message) => {
        log.push("asked");
        server.send(message);
        log.push("answered");
      });
      client.on("message", () => log.push("heard"));
      await settle();
      client.send(Buffer.alloc(length), { compress: false });
      log.push("sent");
      await eventually(() => log.length === 4);
      expect(log).toEqual(["sent", "asked", "answered", "heard"]);
    },
  );

  it.each(CALLS)("is not called inside %s, but in a microtask", async (_name, prepare) => {
    const peer = new RawPeer();
    const log: string[] = [];
    peer.message("1");
    await settle();
    const call = prepare(peer.connection, () => void log.push("called"));
    await settle();
    expect(log).toEqual([]);
    call();
    log.push("returned");
    await Promise.resolve();
    expect(log).toEqual(["returned", "called"]);
  });
});

describe("what came with the opening handshake reaches listeners of the same turn, in order", () => {
  const request = concat([
    upgradeRequest(),
    ...EARLY.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY })),
  ]);

  it.each(WAYS_IN)("at a server, by %s", async (wayIn) => {
    await using served = await startServer({}, wayIn);
    const log: string[] = [];
    served.server.on("connection", (connection) => logOf(connection, log));
    using client = await RawClient.send(served, request);
    await client.ended();
    client.socket.end();
    await eventually(() => log.length === EARLY_LOG.length);
    expect(log).toEqual(EARLY_LOG);
  });

  it("at a server that has to wait for authenticate, also behind promises", async () => {
    await using served = await startServer({
      authenticate: async () => {
        await settle();
        return true;
      },
    });
    const log: string[] = [];
    served.server.on("connection", async (connection) => {
      for (let i = 0; i < 10; i++) await Promise.resolve();
      logOf(connection, log);
    });
    using client = await RawClient.send(served, request);
    await client.ended();
    client.socket.end();
    await eventually(() => log.length === EARLY_LOG.length);
    expect(log).toEqual(EARLY_LOG);
  });

  it("at a client", async () => {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://test.example/", { createConnection });
    await peer.accept([], EARLY);
    peer.end();
    const log = logOf(await opening);
    await eventually(() => log.length === EARLY_LOG.length);
    expect(log).toEqual(EARLY_LOG);
  });

  it("also when only pings are listened for, and messages later", async () => {
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://test.example/", { createConnection });
    await peer.accept([], [frame(PING, "1"), frame(TEXT, "2")]);
    const connection = await opening;
    const log: string[] = [];
    connection.on("ping", (payload) => log.push(`ping ${payload.toString()}`));
    await eventually(() => log.length === 1);
    connection.on("message", (message) => log.push(`message ${message.toString()}`));
    await eventually(() => log.length === 2);
    expect(log).toEqual(["ping 1", "message 2"]);
    connection.terminate();
  });

  it("at a connection of one's own making", async () => {
    const received = concat(EARLY.map((one) => encodeFrame(one, { maskingKey: SCRIPT_KEY })));
    const peer = new RawPeer({ received });
    const log = logOf(peer.connection);
    peer.socket.end();
    await eventually(() => log.length === EARLY_LOG.length);
    expect(log).toEqual(EARLY_LOG);
  });

  it("so does what comes by itself before that turn is over", async () => {
    const [ours, theirs] = duplexPair();
    const connection = over(ours, undefined);
    for (const one of EARLY.slice(0, 2)) theirs.write(encodeFrame(one, { maskingKey: SCRIPT_KEY }));
    for (let i = 0; i < 20; i++) await new Promise<void>((done) => process.nextTick(done));
    const log: string[] = [];
    connection.on("ping", (payload) => log.push(`ping ${payload.toString()}`));
    connection.on("message", (message) => log.push(`message ${message.toString()}`));
    await settle();
    expect(log).toEqual(["ping 1", "message 2"]);
  });
});
