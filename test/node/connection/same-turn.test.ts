// A lone message waits for no batch: it is written in the turn of the event loop in which it is sent.
import { once } from "node:events";
import { connect as dial, createServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { prepareMessage } from "../../../src/protocol/index.js";
import { NO_DEFLATE_LIMITS, over, type PeerOptions, settle } from "../../support/raw-peer.js";
import { encodeFrame, frame, SCRIPT_KEY, TEXT } from "../../support/wire-frame.js";
import { MemorySocket } from "../../support/wire-memory.js";
import { turn } from "../../support/wire-signal.js";

type Act = (connection: WebSocketConnection) => unknown;

// oxfmt-ignore
const ACTS: readonly [name: string, act: Act, options?: PeerOptions][] = [
  ["a text",                     (one) => one.send("alone")],
  ["bytes",                      (one) => one.send(Uint8Array.of(1, 2, 3))],
  ["an empty message",           (one) => one.send("")],
  ["more than is ever gathered", (one) => one.send("x".repeat(70_000))],
  ["a compressed text",          (one) => one.send("again and ".repeat(20)), { deflate: NO_DEFLATE_LIMITS }],
  ["a prepared message",         (one) => one.send(prepareMessage("again and ".repeat(20))), { deflate: NO_DEFLATE_LIMITS }],
  ["a ping",                     (one) => one.ping()],
  ["a pong",                     (one) => one.pong()],
  ["a Close frame",              (one) => one.close(1000)],
];

/** Where an application may send. */
const PLACES: Readonly<Record<string, () => Promise<unknown>>> = {
  "a timer": () => new Promise((resolve) => setTimeout(resolve, 0)),
  "an immediate": turn,
  "a promise": () => turn().then(() => Promise.resolve()),
  "a tick": () => turn().then(() => new Promise((resolve) => process.nextTick(resolve))),
};

const listener = createServer();
const peers: Duplex[] = [];

afterAll(() => {
  for (const peer of peers) peer.destroy();
  listener.close();
});

/** Two ends of a TCP connection. */
async function tcpPair(): Promise<[ours: Socket, theirs: Socket]> {
  if (!listener.listening) await once(listener.listen(0, "127.0.0.1"), "listening");
  const address = listener.address();
  const theirs = dial(typeof address === "object" && address ? address.port : 0, "127.0.0.1");
  const [ours] = await once(listener, "connection");
  if (!(ours instanceof Socket)) throw new Error("no socket came");
  return [ours, theirs];
}

const TRANSPORTS: Readonly<Record<string, () => Promise<[ours: Duplex, theirs: Duplex]>>> = {
  memory: () => Promise.resolve(MemorySocket.pair()),
  TCP: tcpPair,
};

describe.each(Object.entries(TRANSPORTS))("over %s", (_name, pair) => {
  interface Observed {
    readonly connection: WebSocketConnection;
    readonly peer: Duplex;
    /** How often the transport has been written to. */
    readonly writes: () => number;
  }

  async function observed(options: PeerOptions = {}): Promise<Observed> {
    const [transport, peer] = await pair();
    peers.push(peer.resume().on("error", () => {}));
    let count = 0;
    const write = transport._write.bind(transport);
    transport._write = (chunk, encoding, done) => {
      count++;
      write(chunk, encoding, done);
    };
    const connection = over(transport, undefined, options);
    await settle();
    return { connection, peer, writes: () => count };
  }

  for (const role of ["server", "client"] as const) {
    it.each(ACTS)(`%s of a ${role} is written before anything else happens`, async (...row) => {
      const [, act, options = {}] = row;
      const { connection, writes } = await observed({ role, ...options });
      const next = turn();
      act(connection);
      await next;
      expect(writes()).toBe(1);
    });
  }

  it.each(Object.entries(PLACES))("so it is from %s", async (_place, arrive) => {
    const { connection, writes } = await observed();
    await arrive();
    const next = turn();
    connection.send("alone");
    await next;
    expect(writes()).toBe(1);
  });

  it("so it is one message after the other", async () => {
    const { connection, writes } = await observed();
    for (let i = 1; i <= 10; i++) {
      const next = turn();
      connection.send("alone");
      await next;
      expect(writes()).toBe(i);
    }
  });

  it("so it is for each member of a broadcast", async () => {
    const members: Observed[] = [];
    for (let i = 0; i < 20; i++) members.push(await observed());
    const next = turn();
    for (const { connection } of members) connection.send("all");
    await next;
    expect(members.map(({ writes }) => writes())).toEqual(members.map(() => 1));
  });

  it("so it is for who is written to in another's handler, and for the answer", async () => {
    const [one, other] = [await observed(), await observed()];
    const heard = new Promise<void>((resolve) => {
      one.connection.on("message", (message) => {
        other.connection.send(message);
        one.connection.send(message);
        setImmediate(resolve);
      });
    });
    one.peer.write(encodeFrame(frame(TEXT, "hello"), { maskingKey: SCRIPT_KEY }));
    await heard;
    expect([one.writes(), other.writes()]).toEqual([1, 1]);
  });

  it("an answer does not wait for those to what else has come", async () => {
    const { connection, peer, writes } = await observed();
    let release = (): void => {};
    const answered = new Promise<void>((resolve) => {
      connection.on("message", async (message) => {
        connection.send(message);
        setImmediate(resolve);
        await new Promise<void>((resume) => (release = resume));
      });
    });
    const question = encodeFrame(frame(TEXT, "hello"), { maskingKey: SCRIPT_KEY });
    peer.write(Buffer.concat([question, question, question]));
    await answered;
    expect(writes()).toBe(1);
    release();
  });
});

it("the operating system has it at once", async () => {
  const [socket, peer] = await tcpPair();
  peers.push(peer.resume());
  const connection = over(socket, undefined);
  await settle();
  const next = turn();
  connection.send("alone");
  expect(socket.bytesWritten).toBe(0);
  await next;
  expect(socket.bytesWritten - socket.writableLength).toBe(2 + "alone".length);
});

it("from 64 KiB on nothing is gathered: the operating system has it when it is sent", async () => {
  const [socket, peer] = await tcpPair();
  peers.push(peer.resume());
  const connection = over(socket, undefined);
  await settle();
  connection.send("x".repeat(60_000));
  expect(socket.bytesWritten).toBe(0);
  connection.send("x".repeat(6_000));
  expect(socket.bytesWritten).toBeGreaterThan(66_000);
});
