/** Compression that leaves the main thread, as a connection and its peer see it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Job, JobQueue } from "../../../src/node/deflate-zlib.js";
import type { PerMessageDeflateOptions } from "../../../src/node/deflate.js";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import {
  connectedPair,
  eventually,
  NO_DEFLATE_LIMITS,
  RawPeer,
  settle,
} from "../../support/raw-peer.js";
import { BINARY, CLOSE, closePayload, frame, PING, PONG } from "../../support/wire-frame.js";

/** All messages go to zlib on another thread. */
const OFF_THREAD: PerMessageDeflateOptions = {
  thresholdBytes: 0,
  zlibMessageBytes: 0,
  zlibPayloadBytes: 0,
  offThreadBytes: 0,
};
const BIG: Buffer = Buffer.from(CORPORA.json(seeded(1), 100_000));

/** A peer whose codec works as `perMessageDeflate` says. */
const peerWith = (perMessageDeflate: PerMessageDeflateOptions = OFF_THREAD): RawPeer =>
  new RawPeer({ deflate: NO_DEFLATE_LIMITS, perMessageDeflate });

/** The message as the first one of a connection, compressed. */
const compressed = (message: Uint8Array) =>
  frame(BINARY, new Compressor({ windowBits: 15, contextTakeover: true }).compress(message), {
    rsv: 4,
  });

/** Jobs that wait until they are told to run. */
function holdJobs() {
  const waiting: Job[] = [];
  let ended = 0;
  vi.spyOn(JobQueue.prototype, "add").mockImplementation((job) => {
    waiting.push(job);
  });
  return {
    waiting,
    /** Runs the jobs there are, to their end. */
    run: async () => {
      const due = ended + waiting.length;
      for (const job of waiting.splice(0)) job(() => (ended += 1));
      await eventually(() => ended === due);
      await settle();
    },
  };
}

afterEach(() => vi.restoreAllMocks());

describe("compressing off the main thread", () => {
  it("keeps messages in order, whichever codec each of them goes through", async () => {
    const { client, server } = connectedPair({
      deflate: NO_DEFLATE_LIMITS,
      perMessageDeflate: { zlibMessageBytes: 1000, zlibPayloadBytes: 400, offThreadBytes: 1500 },
    });
    const random = seeded(5);
    const sizes = Array.from({ length: 60 }, (_, i) => (i % 4 === 0 ? 20 : random() * 6000));
    const messages = sizes.map((size) => Buffer.from(CORPORA.json(random, size)));
    server.on("message", (message) => {
      server.send(message);
    });
    const got: Buffer[] = [];
    client.on("message", (message) => got.push(Buffer.from(message)));
    for (const message of messages) client.send(message);
    await eventually(() => got.length === messages.length);

    expect(got.every((message, i) => message.equals(messages[i]!))).toBe(true);
    client.close(1000);
    expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it("counts what waits for it, and lets pongs by", async () => {
    const jobs = holdJobs();
    const peer = peerWith();
    peer.connection.send(BIG);
    peer.connection.send(BIG);
    expect(jobs.waiting).toHaveLength(1);
    expect(peer.connection.bufferedAmount).toBeGreaterThanOrEqual(2 * BIG.length);
    peer.send(frame(PING, "?"));
    expect(await peer.next()).toMatchObject({ opcode: PONG });

    await jobs.run();
    expect(await peer.next()).toMatchObject({ opcode: BINARY, rsv: 4 });
    await jobs.run();
    expect(await peer.next()).toMatchObject({ opcode: BINARY, rsv: 4 });
    expect(peer.connection.bufferedAmount).toBe(0);
  });

  it("is finished before the Close frame goes out", async () => {
    const jobs = holdJobs();
    const peer = peerWith();
    peer.connection.send(BIG);
    peer.connection.close(1000, "done");
    await settle();
    expect(peer.frames).toEqual([]);
    expect(peer.connection.send("too late")).toBe("closed");

    await jobs.run();
    expect(await peer.next()).toMatchObject({ opcode: BINARY });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(1000, "done") });
    peer.send(frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(peer.clock.timers).toBe(0);
  });

  it("is finished before the peer's Close frame is answered", async () => {
    const jobs = holdJobs();
    const peer = peerWith();
    peer.connection.send(BIG);
    peer.send(frame(CLOSE, closePayload(1001)));
    await settle();
    expect(peer.frames).toEqual([]);

    await jobs.run();
    expect(await peer.next()).toMatchObject({ opcode: BINARY });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(1001) });
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1001, wasClean: true });
  });

  it.each([
    ["terminate", (peer: RawPeer) => peer.connection.terminate()],
    ["the peer's reset", (peer: RawPeer) => peer.socket.resetAndDestroy()],
    [
      "the deadline of the closing handshake",
      (peer: RawPeer) => {
        peer.connection.close(1000);
        peer.clock.advance(10_000);
      },
    ],
  ])("is forgotten after %s: nothing more is written, started or held", async (_what, end) => {
    const jobs = holdJobs();
    const peer = peerWith();
    peer.connection.send(BIG);
    peer.connection.send("waits behind it");
    end(peer);
    expect(await peer.connection.closed).toMatchObject({ code: 1006, wasClean: false });
    expect(peer.connection.bufferedAmount).toBe(BIG.length); // as long as zlib holds it
    const write = vi.spyOn(peer.transport, "write");

    await jobs.run();
    expect(jobs.waiting).toEqual([]);
    expect(write).not.toHaveBeenCalled();
    expect([peer.connection.bufferedAmount, peer.connection.readyState]).toEqual([
      0,
      ReadyState.CLOSED,
    ]);
    expect(peer.clock.timers).toBe(0);
  });
});

describe("decompressing off the main thread", () => {
  it("holds back what came behind it, the Close frame too", async () => {
    const jobs = holdJobs();
    const peer = peerWith();
    const got: (string | Buffer)[] = [];
    peer.connection.on("message", (message) => got.push(message));
    peer.send(compressed(BIG), frame(1, "behind"), frame(CLOSE, closePayload(1000)));
    await settle();
    expect(jobs.waiting).toHaveLength(1);
    expect([got, peer.frames]).toEqual([[], []]);

    await jobs.run();
    expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: closePayload(1000) });
    expect(got).toEqual([BIG, "behind"]);
    peer.socket.end();
    expect(await peer.connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  it.each([
    ["a FIN", (peer: RawPeer) => peer.socket.end()],
    ["a reset", (peer: RawPeer) => peer.socket.resetAndDestroy()],
  ])("is finished when %s comes behind the message", async (_what, end) => {
    const jobs = holdJobs();
    const peer = peerWith();
    const got: (string | Buffer)[] = [];
    peer.connection.on("message", (message) => got.push(message));
    peer.send(compressed(BIG), frame(1, "behind"));
    await eventually(() => jobs.waiting.length === 1);
    end(peer);
    await settle();
    expect(got).toEqual([]);

    await jobs.run();
    expect(await peer.connection.closed).toMatchObject({ code: 1006, wasClean: false });
    expect(got).toEqual([BIG, "behind"]);
    expect(peer.clock.timers).toBe(0);
  });

  it("is forgotten after terminate, whether it would succeed or not", async () => {
    const broken = frame(BINARY, new Uint8Array(100).fill(0xff), { rsv: 4 });
    for (const message of [compressed(BIG), broken]) {
      const jobs = holdJobs();
      const peer = peerWith();
      const seen = vi.fn<() => void>();
      peer.connection.on("message", seen);
      peer.send(message, frame(1, "behind"));
      await eventually(() => jobs.waiting.length === 1);
      peer.connection.terminate();
      expect(await peer.connection.closed).toMatchObject({
        code: 1006,
        wasClean: false,
        error: { code: "TERMINATED" },
      });

      await jobs.run();
      expect(seen).not.toHaveBeenCalled();
      expect(peer.frames).toEqual([]);
      expect(peer.clock.timers).toBe(0);
    }
  });

  it("answers what is broken with 1007, and what is too long with 1009", async () => {
    const broken = frame(BINARY, new Uint8Array(100).fill(0xff), { rsv: 4 });
    const long = compressed(new Uint8Array(2 ** 20 + 1));
    for (const [message, code] of [
      [broken, 1007],
      [long, 1009],
    ] as const) {
      const peer = peerWith();
      peer.send(message);
      const { opcode, payload } = await peer.next();
      expect([opcode, Buffer.from(payload).readUInt16BE()]).toEqual([CLOSE, code]);
      peer.socket.end();
      await peer.connection.closed;
    }
  });
});

it("sets no timer for half a message that is read behind the end of the transport", async () => {
  const jobs = holdJobs();
  const peer = peerWith();
  const messages: number[] = [];
  peer.connection.on("message", ({ length }) => void messages.push(length));
  peer.send(compressed(BIG), frame(BINARY, "half", { fin: false }));
  await eventually(() => jobs.waiting.length === 1);
  peer.socket.resetAndDestroy();
  await eventually(() => peer.transport.destroyed);
  await settle();
  await jobs.run();
  expect(messages).toEqual([BIG.length]);
  expect(peer.connection.readyState).toBe(ReadyState.CLOSED);
  expect(peer.clock.timers).toBe(0);
});
