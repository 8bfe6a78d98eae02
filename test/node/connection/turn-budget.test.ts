// What connections may decompress in one turn of the event loop, all of them together.
import { AsyncLocalStorage } from "node:async_hooks";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { eventually, NO_DEFLATE_LIMITS, RawPeer, settle } from "../../support/raw-peer.js";
import { BINARY, frame, TEXT, type WireFrame } from "../../support/wire-frame.js";
import { turn } from "../../support/wire-signal.js";

const BYTES_A_TURN = 256 * 1024;

/** One that becomes `length` bytes. */
function compressed(length: number): WireFrame {
  const payload = deflateRawSync(Buffer.alloc(length), { finishFlush: constants.Z_SYNC_FLUSH });
  return frame(BINARY, payload.subarray(0, -4), { rsv: 4 });
}

interface Taken {
  readonly by: number;
  readonly length: number;
}

/** Lets each peer send its frames in one piece. Returns what listeners took, turn by turn, until they took `count`. */
async function takenByTurn(
  peers: readonly RawPeer[],
  frames: readonly WireFrame[],
  count: number,
): Promise<Taken[][]> {
  const turns: Taken[][] = [];
  let now: Taken[] = [];
  for (const [by, peer] of peers.entries()) {
    peer.connection.on("message", (message) => now.push({ by, length: message.length }));
  }
  await settle();
  for (const peer of peers) peer.send(...frames);
  for (let all = 0; all < count; all += now.length) {
    now = [];
    turns.push(now);
    await turn();
  }
  return turns;
}

function compressingPeers(count: number): RawPeer[] {
  return Array.from({ length: count }, () => new RawPeer({ deflate: NO_DEFLATE_LIMITS }));
}

function bytesOf(taken: readonly Taken[]): number {
  return taken.reduce((sum, { length }) => sum + length, 0);
}

describe("the budget of a turn [M06]", () => {
  it.each([
    [1, 62, 1_048_576],
    [20, 10, 1_048_576],
    [1, 200, 10_000],
    [20, 40, 10_000],
  ])(
    "%i peers with %i messages of %i B stay within it",
    async (peerCount, messageCount, length) => {
      const peers = compressingPeers(peerCount);
      const frames = Array.from({ length: messageCount }, () => compressed(length));
      const turns = await takenByTurn(peers, frames, peerCount * messageCount);
      // The budget can be spent once by what arrives, and once more right behind, when it begins anew.
      const limit = 2 * (BYTES_A_TURN + length);
      for (const taken of turns) expect(bytesOf(taken)).toBeLessThan(limit);
      expect(turns.flat().length).toBe(peerCount * messageCount);
      expect(bytesOf(turns.flat())).toBe(peerCount * messageCount * length);
    },
  );

  it("serves peers in turn", async () => {
    const peers = compressingPeers(5);
    const frames = Array.from({ length: 4 }, () => compressed(BYTES_A_TURN));
    const turns = await takenByTurn(peers, frames, 20);
    const counts = [0, 0, 0, 0, 0];
    for (const { by } of turns.flat()) {
      counts[by] = (counts[by] ?? 0) + 1;
      // The first one has had a message before the others came.
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    }
    expect(counts).toEqual([4, 4, 4, 4, 4]);
  });

  it("holds back no connection without compression", async () => {
    const busy = new RawPeer({ deflate: NO_DEFLATE_LIMITS });
    const plain = new RawPeer();
    const taken: string[] = [];
    busy.connection.on("message", () => {
      taken.push("busy");
      plain.send(frame(TEXT, "x"));
    });
    plain.connection.on("message", () => taken.push("plain"));
    await settle();
    busy.send(...Array.from({ length: 20 }, () => compressed(BYTES_A_TURN)));
    await eventually(() => taken.length === 40);
    expect(taken).toEqual(Array.from({ length: 20 }, () => ["busy", "plain"]).flat());
  });

  it("is charged with messages that turn out too large", async () => {
    const peers = compressingPeers(20);
    const ended: number[] = [];
    const perTurn: number[] = [];
    for (const peer of peers) peer.connection.on("close", () => ended.push(1));
    await settle();
    for (const peer of peers) peer.send(compressed(4_000_000));
    while (peers.some((peer) => peer.frames.length === 0)) {
      const before = peers.filter((peer) => peer.connection.readyState !== 1).length;
      await turn();
      perTurn.push(peers.filter((peer) => peer.connection.readyState !== 1).length - before);
    }
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(2);
  });

  it("goes on for others when a connection has ended meanwhile", async () => {
    const [gone, other] = compressingPeers(2);
    if (gone === undefined || other === undefined) throw new Error("no peers");
    let count = 0;
    gone.connection.on("message", () => gone.connection.terminate());
    other.connection.on("message", () => count++);
    await settle();
    for (const peer of [gone, other])
      peer.send(...Array.from({ length: 8 }, () => compressed(BYTES_A_TURN)));
    await eventually(() => count === 8);
    expect((await gone.connection.closed).error).toMatchObject({ code: "TERMINATED" });
  });

  it("calls listeners in the asynchronous context of their own connection", async () => {
    const storage = new AsyncLocalStorage<number>();
    const seen: Array<readonly [number, number | undefined]> = [];
    const peers: RawPeer[] = [];
    for (let i = 0; i < 3; i++) {
      storage.run(i, () => {
        const peer = new RawPeer({ deflate: NO_DEFLATE_LIMITS });
        peer.connection.on("message", () => seen.push([i, storage.getStore()]));
        peers.push(peer);
      });
    }
    await settle();
    for (const [i, peer] of peers.entries()) {
      storage.run(i, () => peer.send(...Array.from({ length: 5 }, () => compressed(BYTES_A_TURN))));
    }
    await eventually(() => seen.length === 15);
    for (const [connection, context] of seen) expect(context).toBe(connection);
  });
});
