// How much may wait for a peer that does not read: on a server there is an end to it, on a client there is none.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { type PeerOptions, eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { opened } from "../../support/websocket-peer.js";
import { BINARY, CLOSE, TEXT } from "../../support/wire-frame.js";

const LIMIT = 10_000;
const HARD_STOP = 16 * LIMIT;

/** A peer that does not read, and the warnings of this process. */
function stalled(options: PeerOptions = {}) {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  return { peer: new RawPeer({ maxBufferedBytes: LIMIT, ...options }, false), warn };
}

describe("a server", () => {
  it("lets go at sixteen times maxBufferedBytes: close with 1013", async () => {
    const { peer } = stalled();
    const { connection, clock } = peer;
    let before = 0;
    for (let i = 0; i < 100 && connection.send(Buffer.alloc(5_000)) !== "closed"; i++) {
      before = connection.bufferedAmount;
      expect(before).toBeLessThan(170_000);
    }
    const reason = `the peer reads too slowly: ${before + 5_000} bytes wait for it, over 16 times maxBufferedBytes 10000`;
    expect(connection.readyState).toBe(ReadyState.CLOSING);
    await settle();
    clock.advance(10_000);
    expect(await connection.closed).toMatchObject({
      code: 1006,
      wasClean: false,
      error: {
        code: "BUFFER_OVERFLOW",
        message: reason,
        option: "maxBufferedBytes",
        limit: 10_000,
      },
      sent: { code: 1013, reason },
    });
  });

  it('closes with 1013 under the policy "close"', async () => {
    const peer = new RawPeer({ maxBufferedBytes: 10_000, bufferPolicy: "close" }, false);
    peer.connection.send(Buffer.alloc(200_000));
    const bytes = peer.connection.bufferedAmount + "more".length;
    expect(peer.connection.send("more")).toBe("closed");
    expect(peer.connection.readyState).toBe(ReadyState.CLOSING);
    await settle();
    peer.clock.advance(10_000);
    const { sent } = await peer.connection.closed;
    expect(sent?.reason).toBe(
      `the peer reads too slowly: ${bytes} bytes wait for it, over maxBufferedBytes 10000`,
    );
  });

  it("lets a message go out that is larger by itself, and what comes behind it, while nothing else waited", async () => {
    const { peer, warn } = stalled();
    const { connection } = peer;
    expect(connection.send(Buffer.alloc(3 * HARD_STOP))).toBe("buffered");
    expect(connection.send("a word")).toBe("buffered");
    expect(connection.send(Buffer.alloc(HARD_STOP / 2))).toBe("buffered");
    peer.read();
    for (const opcode of [BINARY, TEXT, BINARY]) expect((await peer.next()).opcode).toBe(opcode);
    expect(warn).not.toHaveBeenCalled();
  });

  it("lets no second one go out, nor more than the hard stop behind it", async () => {
    for (const length of [3 * HARD_STOP, HARD_STOP + 1]) {
      const { peer } = stalled();
      const { connection } = peer;
      connection.send(Buffer.alloc(3 * HARD_STOP));
      expect(connection.send(Buffer.alloc(length))).toBe("closed");
      expect(connection.readyState).toBe(ReadyState.CLOSING);
    }
  });

  it("counts a large message no longer as one once it is out", async () => {
    const { peer } = stalled();
    const { connection } = peer;
    connection.send(Buffer.alloc(3 * HARD_STOP));
    peer.read();
    await eventually(() => connection.bufferedAmount === 0);
    peer.socket.pause();
    for (let i = 0; i < 20; i++) connection.send(Buffer.alloc(HARD_STOP / 10));
    expect(connection.readyState).toBe(ReadyState.CLOSING);
  });

  it.each(["wait", "close", "dropNewest", "dropOldest"] as const)(
    "counts Blobs, too, under the policy %s",
    async (bufferPolicy) => {
      const { peer } = stalled({ bufferPolicy });
      const { connection } = peer;
      const statuses = Array.from({ length: 50 }, () =>
        connection.send(new Blob([Buffer.alloc(LIMIT)])),
      );
      const count = bufferPolicy === "wait" ? 16 : 2;
      const last = bufferPolicy.startsWith("drop") ? "dropped" : "closed";
      expect(statuses.indexOf(last)).toBe(count);
      expect(connection.droppedMessages).toBe(last === "dropped" ? 50 - count : 0);
      await settle();
    },
  );

  it("warns once of the hard stop, with the option and what to do", () => {
    const { peer, warn } = stalled();
    peer.connection.send(Buffer.alloc(HARD_STOP / 2));
    expect(peer.connection.send(Buffer.alloc(HARD_STOP))).toBe("closed");
    const waiting = HARD_STOP * 1.5 + 10; // the header of a frame of that length
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      `A WebSocketServer closes a connection: the peer reads too slowly: ${waiting} bytes wait for it, over 16 times maxBufferedBytes 10000. Wait for drained() when send() returns "buffered", or set bufferPolicy, or a larger maxBufferedBytes.`,
      expect.objectContaining({ type: "PlainsocketWarning", code: "BUFFER_OVERFLOW" }),
    );
  });

  it('does not warn under the policy "close", which somebody has asked for', () => {
    const { peer, warn } = stalled({ bufferPolicy: "close" });
    peer.connection.send(Buffer.alloc(HARD_STOP));
    expect(peer.connection.send("x")).toBe("closed");
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("a client", () => {
  it("sends however much waits, and all of it arrives", async () => {
    const { peer, warn } = stalled({ role: "client" });
    const { connection } = peer;
    for (let i = 0; i < 40; i++) expect(connection.send(Buffer.alloc(LIMIT * 2))).toBe("buffered");
    expect(connection.send(Buffer.alloc(40 * HARD_STOP))).toBe("buffered");
    expect(connection.send("done")).toBe("buffered");
    peer.read();
    for (let i = 0; i < 41; i++) expect((await peer.next()).opcode).toBe(BINARY);
    expect((await peer.next()).opcode).toBe(TEXT);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([
    ["40 messages", Array.from({ length: 40 }, () => LIMIT * 2)],
    ["one large message", [40 * HARD_STOP]],
  ])("of WHATWG sends %s and a word behind", async (_what, lengths) => {
    const { socket, peer } = await opened({ maxBufferedBytes: LIMIT });
    peer.socket.pause();
    for (const length of lengths) socket.send(new Uint8Array(length));
    socket.send("done");
    expect(socket.readyState).toBe(socket.OPEN);
    peer.socket.resume();
    for (const length of lengths) expect((await peer.frame()).payload).toHaveLength(length);
    expect((await peer.frame()).opcode).toBe(TEXT);
    socket.close();
    expect((await peer.frame()).opcode).toBe(CLOSE);
  });

  it("keeps to the policy that somebody has asked for", () => {
    const { peer } = stalled({ role: "client", bufferPolicy: "close" });
    peer.connection.send(Buffer.alloc(HARD_STOP));
    expect(peer.connection.send("x")).toBe("closed");
  });
});
