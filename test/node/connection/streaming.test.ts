import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/ready-state.js";
import { RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, TEXT } from "../../support/wire-frame.js";

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

  it("is cut by close, with no frame of data after the Close frame [6455-6-01]", async () => {
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
    expect(await done).toBe("closed");
    connection.send("no");
    await settle();
    expect(peer.frames.map((one) => one.opcode)).toEqual([TEXT, CLOSE]);
    await expect(connection.sendStream(["x"])).resolves.toBe("closed");
  });
});
