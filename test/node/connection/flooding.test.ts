import { randomBytes } from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";
import { expect, it, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { eventually, NO_DEFLATE_LIMITS, RawPeer, settle } from "../../support/raw-peer.js";
import {
  closePayload,
  BINARY,
  CONTINUATION,
  frame,
  PING,
  PONG,
  TEXT,
} from "../../support/wire-frame.js";
import { turn } from "../../support/wire-signal.js";

function repeated(bytes: Uint8Array, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => bytes));
}

it("a flood of pings from a peer that never reads leaves no pile of pongs", async () => {
  const peer = new RawPeer({}, false);
  const pings = repeated(peer.encode(frame(PING, "x".repeat(125))), 1_000);
  for (let i = 0; i < 100; i++) {
    peer.sendBytes(pings);
    await turn();
    expect(peer.connection.bufferedAmount).toBeLessThan(400_000);
  }
  expect(peer.connection.readyState).toBe(ReadyState.OPEN);
});

it("a flood of pongs leaves nothing", async () => {
  const peer = new RawPeer();
  const pongs = repeated(peer.encode(frame(PONG, "x".repeat(125))), 1_000);
  for (let i = 0; i < 50; i++) {
    peer.sendBytes(pongs);
    await turn();
  }
  await settle();
  expect(peer.frames).toEqual([]);
  expect(peer.connection.bufferedAmount).toBe(0);
});

it("what comes while a message is decompressed elsewhere waits outside, past maxQueuedBytes", async () => {
  const limits = { maxMessageBytes: 8_000_000, maxQueuedBytes: 100_000 };
  const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS, ...limits });
  const got: number[] = [];
  peer.connection.on("message", (message) => got.push(message.length));
  const large = deflateRawSync(randomBytes(4_000_000), { finishFlush: constants.Z_SYNC_FLUSH });
  peer.send(frame(BINARY, large.subarray(0, -4), { rsv: 4 }));
  for (let i = 0; i < 100; i++) peer.send(frame(BINARY, "x".repeat(60_000)));
  let wasPaused = false;
  await eventually(() => {
    wasPaused ||= got.length === 0 && peer.transport.isPaused();
    return got.length === 101;
  });
  expect(wasPaused).toBe(true);
});

it("a million tiny messages in one chunk leave others their turn, and come in order", async () => {
  const peer = new RawPeer();
  let count = 0;
  let turns = 0;
  peer.connection.on("message", () => count++);
  const ticker = setInterval(() => turns++, 0);
  peer.sendBytes(repeated(peer.encode(frame(TEXT, "")), 1_000_000));
  await eventually(() => count === 1_000_000);
  clearInterval(ticker);
  expect(turns).toBeGreaterThan(5);
});

const TOO_MANY = "message of 501 fragments or more is over maxFragments 500";
const TOO_BIG = "message of 101000 bytes or more is over maxMessageBytes 100000";

it.each([
  ["empty fragments", "", "FRAGMENTS_TOO_MANY", 1008, TOO_MANY],
  ["fragments of one byte", "x", "FRAGMENTS_TOO_MANY", 1008, TOO_MANY],
  ["fragments that add up", "x".repeat(1_000), "MESSAGE_TOO_BIG", 1009, TOO_BIG],
])("endless %s end the connection", async (_name, payload, code, closeCode, reason) => {
  const peer = new RawPeer({ maxFragments: 500, maxMessageBytes: 100_000 });
  peer.send(frame(BINARY, payload, { fin: false }));
  const more = repeated(peer.encode(frame(CONTINUATION, payload, { fin: false })), 50);
  for (let i = 0; i < 20; i++) peer.sendBytes(more);
  const close = await peer.next();
  expect(close.payload).toEqual(closePayload(closeCode, reason));
  peer.socket.end();
  expect((await peer.connection.closed).error).toMatchObject({ code });
});

it("a handler that closes, terminates, pauses or sends inside an event meets no second event inside the first", async () => {
  for (const act of ["close", "terminate", "pause", "ping"] as const) {
    const peer = new RawPeer();
    const inside = vi.fn<() => void>();
    let depth = 0;
    const listener = (): void => {
      if (depth > 0) inside();
      depth++;
      void peer.connection[act]();
      peer.connection.send("x");
      depth--;
    };
    peer.connection.on("message", listener).on("ping", listener).on("pong", listener);
    peer.send(frame(TEXT, "1"), frame(PING), frame(PONG), frame(TEXT, "2"));
    await settle();
    expect(inside).not.toHaveBeenCalled();
  }
});
