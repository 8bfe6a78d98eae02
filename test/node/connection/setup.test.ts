import { constants, deflateRawSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { JobQueue, ZlibBulk } from "../../../src/node/deflate-zlib.js";
import type { PerMessageDeflateOptions } from "../../../src/node/deflate.js";
import { resolveConnectionOptions } from "../../../src/node/options.js";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { NO_DEFLATE_LIMITS, RawPeer } from "../../support/raw-peer.js";
import { BINARY, frame } from "../../support/wire-frame.js";

const BIG: Buffer = Buffer.from(CORPORA.json(seeded(1), 100_000));

/** A peer whose codec works as `perMessageDeflate` says. */
const peerWith = (perMessageDeflate: PerMessageDeflateOptions): RawPeer =>
  new RawPeer({ deflate: NO_DEFLATE_LIMITS, perMessageDeflate });

/** A payload of exactly so many bytes: one stored block, and the header of an empty one. */
function storedPayload(length: number): Uint8Array {
  const bytes = length - 6;
  const header = [0, bytes & 255, bytes >> 8, ~bytes & 255, (~bytes >> 8) & 255];
  return Uint8Array.from([...header, ...new Uint8Array(bytes), 0]);
}

afterEach(() => vi.restoreAllMocks());

describe("the options of perMessageDeflate", () => {
  it("say from how many bytes on zlib compresses, and from how many on elsewhere", async () => {
    const deflate = vi.spyOn(ZlibBulk.prototype, "deflate");
    const add = vi.spyOn(JobQueue.prototype, "add");
    const peer = peerWith({ zlibMessageBytes: 1000, offThreadBytes: 2000 });
    const calls: number[][] = [];
    for (const length of [999, 1000, 1999, 2000]) {
      peer.connection.send(BIG.subarray(0, length));
      await peer.next();
      calls.push([deflate.mock.calls.length, add.mock.calls.length]);
    }
    expect(calls).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 1],
    ]);
  });

  it("say from how many bytes on zlib decompresses, and from how many on elsewhere", async () => {
    const inflate = vi.spyOn(ZlibBulk.prototype, "inflate");
    const add = vi.spyOn(JobQueue.prototype, "add");
    const compressor = new Compressor({ windowBits: 15, contextTakeover: true });
    const message = frame(BINARY, compressor.compress(BIG), { rsv: 4 });
    const { length } = message.payload;
    const calls: number[][] = [];
    for (const [zlibPayloadBytes, offThreadBytes] of [
      [length + 1, 0],
      [length, length + 1],
      [length, length],
    ] as const) {
      const peer = peerWith({ zlibPayloadBytes, offThreadBytes });
      const got = new Promise((resolve) => peer.connection.on("message", resolve));
      peer.send(message);
      const inflated = await got;
      expect(Buffer.isBuffer(inflated) && BIG.equals(inflated)).toBe(true);
      calls.push([inflate.mock.calls.length, add.mock.calls.length]);
    }
    expect(calls).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
    ]);
  });

  it.each([
    { options: {}, thresholdBytes: 32 },
    { options: { thresholdBytes: 100 }, thresholdBytes: 100 },
    { options: { thresholdBytes: 1 }, thresholdBytes: 1 },
  ])("say from how many bytes on a message is compressed: %o", async (row) => {
    const peer = peerWith(row.options);
    for (const length of [row.thresholdBytes - 1, row.thresholdBytes]) {
      peer.connection.send(Buffer.alloc(length, "a"));
      const { rsv } = await peer.next();
      expect(rsv).toBe(length < row.thresholdBytes ? 0 : 4);
    }
  });

  it("are, unless they are given, what docs/api.md says", async () => {
    const deflate = vi.spyOn(ZlibBulk.prototype, "deflate");
    const inflate = vi.spyOn(ZlibBulk.prototype, "inflate");
    const add = vi.spyOn(JobQueue.prototype, "add");
    const peer = peerWith({});
    const calls: number[] = [];
    for (const length of [32_767, 32_768, 65_535, 65_536]) {
      peer.connection.send(BIG.subarray(0, length));
      await peer.next();
      calls.push(deflate.mock.calls.length + 10 * add.mock.calls.length);
    }
    expect(calls).toEqual([0, 1, 2, 13]);

    for (const length of [2_047, 2_048]) {
      const got = new Promise((resolve) => peer.connection.once("message", resolve));
      peer.send(frame(BINARY, storedPayload(length), { rsv: 4 }));
      await got;
      calls.push(inflate.mock.calls.length);
    }
    expect(calls.slice(4)).toEqual([0, 1]);
    const alone = peerWith({ zlibMessageBytes: 0 });
    alone.connection.send(BIG.subarray(0, 20_000));
    const { payload } = await alone.next();
    const zlib = { windowBits: 15, level: 6, finishFlush: constants.Z_SYNC_FLUSH };
    const asZlib = deflateRawSync(BIG.subarray(0, 20_000), zlib).subarray(0, -4);
    expect(asZlib.equals(payload)).toBe(true);
  });

  it("say how hard each of the two tries", async () => {
    const sizes: number[] = [];
    for (const options of [
      { level: 1 },
      { level: 9 },
      { zlibMessageBytes: 0, zlibLevel: 1 },
      { zlibMessageBytes: 0, zlibLevel: 9 },
    ]) {
      const peer = peerWith({ zlibMessageBytes: Infinity, ...options });
      peer.connection.send(BIG.subarray(0, 20_000));
      sizes.push((await peer.next()).payload.length);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!);
    expect(sizes[3]).toBeLessThan(sizes[2]!);
  });

  it.each<[string, PerMessageDeflateOptions]>([
    ["level", { level: 0 }],
    ["zlibLevel", { zlibLevel: 10 }],
    ["zlibMessageBytes", { zlibMessageBytes: -1 }],
    ["zlibPayloadBytes", { zlibPayloadBytes: Number.NaN }],
    ["offThreadBytes", { offThreadBytes: -1 }],
  ])("are refused when they make no sense: %s", (name, perMessageDeflate) => {
    const resolve = () => resolveConnectionOptions({ perMessageDeflate }, "server");
    expect(resolve).toThrow(RangeError);
    expect(resolve).toThrow(name);
  });
});
