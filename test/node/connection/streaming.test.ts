import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";

const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

describe("sendStream", () => {
  it("writes each fragment as it is produced, control frames between them [F09] [6455-5.4-06]", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const done = connection.sendStream(
      (async function* () {
        yield "a\ud83d"; // half a character
        await turn();
        void connection.ping("!");
        yield "\ude00b";
        yield Buffer.from("c");
      })(),
    );
    expect(await done).toBe("sent");
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { opcode, fin, payload } = await peer.next();
      seen.push(`${opcode} ${fin} ${text(payload)}`);
    }
    expect(seen).toEqual(["1 false a", "9 true !", "0 false 😀b", "0 false c", "0 true "]);
  });

  it("waits for a peer that reads slowly", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 50_000 }, false);
    let produced = 0;
    const done = peer.connection.sendStream(
      (function* () {
        for (; produced < 100; produced++) yield Buffer.alloc(10_000);
      })(),
    );
    await settle();
    expect(produced).toBeLessThan(20);
    peer.read();
    expect(await done).toBe("sent");
  });

  it("closes with 1011 when the source fails, and rejects with its error", async () => {
    const peer = new RawPeer();
    const failure = new Error("disk");
    const done = peer.connection.sendStream(
      (function* () {
        yield "half";
        throw failure;
      })(),
    );
    await expect(done).rejects.toBe(failure);
    expect(await peer.next()).toMatchObject({ opcode: TEXT, fin: false });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    expect(peer.connection.readyState).toBe(ReadyState.CLOSING);
  });

  it("lets go of a source that hangs when the connection ends", async () => {
    const peer = new RawPeer();
    const returned = vi.fn<() => void>();
    const done = peer.connection.sendStream({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          returned();
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    });
    await settle();
    peer.connection.terminate();
    expect(await done).toBe("closed");
    expect(returned).toHaveBeenCalledTimes(1);
  });

  it("asks for the next fragment only when a large one is out, so that a source may use its buffer again", async () => {
    const peer = new RawPeer({}, false);
    let asked = 0;
    const buffer = Buffer.alloc(200_000); // more than the transport takes at once
    const done = peer.connection.sendStream(
      (function* () {
        for (; asked < 3; asked++) yield buffer.fill(asked);
      })(),
      { type: "binary" },
    );
    await settle();
    expect(asked).toBe(0);
    peer.read();
    expect(await done).toBe("sent");
    for (let i = 0; i < 3; i++) {
      expect(new Set((await peer.next()).payload)).toEqual(new Set([i]));
    }
  });

  it("goes on behind a fragment of more than maxBufferedBytes", async () => {
    const peer = new RawPeer({ role: "client", maxBufferedBytes: 50_000 }, false);
    const done = peer.connection.sendStream([Buffer.alloc(200_000), Buffer.alloc(200_000)]);
    await settle();
    peer.read();
    expect(await done).toBe("sent");
  });

  it("keeps half a character in front of bytes in its place", async () => {
    const peer = new RawPeer();
    await peer.connection.sendStream(["a\ud83d", Uint8Array.of(98), "c"]);
    const got: string[] = [];
    for (let i = 0; i < 4; i++) got.push(text((await peer.next()).payload));
    expect(got).toEqual(["a", "\ufffdb", "c", ""]);
  });

  it("is cut by the peer's Close frame, with no frame of data after our own [6455-6-01]", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const done = connection.sendStream(
      (async function* () {
        yield "a";
        peer.send(frame(CLOSE, closePayload(1000)));
        await eventually(() => connection.readyState !== ReadyState.OPEN);
        yield "b";
      })(),
    );
    expect(await done).toBe("closed");
    connection.send("no");
    await settle();
    expect(peer.frames.map((one) => one.opcode)).toEqual([TEXT, CLOSE]);
    await expect(connection.sendStream(["x"])).resolves.toBe("closed");
  });

  it("comes to its end before close() does, as all that was sent", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const done = connection.sendStream(
      (async function* () {
        yield "a";
        await turn();
        connection.close(1000);
        await turn();
        yield "b";
      })(),
    );
    expect(await done).toBe("sent");
    expect(connection.readyState).toBe(ReadyState.CLOSING);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { opcode, fin, payload } = await peer.next();
      seen.push(`${opcode} ${fin} ${opcode === CLOSE ? "" : text(payload)}`);
    }
    expect(seen).toEqual(["1 false a", "0 false b", "0 true ", "8 true "]);
  });

  it("is given up at closeTimeoutMs when close() waits for a source that never ends", async () => {
    const peer = new RawPeer({ closeTimeoutMs: 500 });
    const { connection, clock } = peer;
    const returned = vi.fn<() => void>();
    const done = connection.sendStream({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          returned();
          throw new Error("an iterator that fails when it is given up");
        },
      }),
    });
    connection.close(1000);
    await settle();
    clock.advance(499);
    expect(returned).not.toHaveBeenCalled();
    clock.advance(1);
    expect(await connection.closed).toMatchObject({
      code: 1006,
      error: expect.objectContaining({ code: "CLOSE_TIMEOUT" }),
    });
    expect(await done).toBe("closed");
    expect(returned).toHaveBeenCalledTimes(1);
  });
});
