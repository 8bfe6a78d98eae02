// What close waits for, and what it does not: listeners at work, pause(), messages that are dropped.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/node/index.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { ended, LAST, listen } from "../../support/ended-peer.js";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";

async function loop(
  messages: AsyncIterable<Message>,
  work: (message: Message) => Promise<void>,
): Promise<void> {
  for await (const message of messages) await work(message);
}

describe("close waits", () => {
  it("for the listener that is at work, also when it was there for one message", async () => {
    const peer = new RawPeer();
    const log = listen(peer.connection, ["close"]);
    let finish = (): void => {};
    peer.connection.once("message", async () => {
      await new Promise<void>((done) => (finish = done));
      log.push("done");
    });
    peer.send(...LAST);
    peer.socket.end();
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    await settle();
    expect(log).toEqual([]);
    finish();
    await settle();
    expect(log).toEqual(["done", "close 4000 1"]);
  });

  /** Two messages wait, the delivery is paused, and the connection is cut. */
  async function pausedAndCut(): Promise<{ peer: RawPeer; log: string[] }> {
    const peer = new RawPeer();
    const log = listen(peer.connection, ["close"]);
    peer.send(...LAST.slice(0, 2));
    await settle();
    peer.connection.pause();
    peer.transport.destroy();
    await settle();
    expect(log).toEqual([]);
    return { peer, log };
  }

  it("behind pause() until resume(): whoever pauses will take the messages", async () => {
    const { peer, log } = await pausedAndCut();
    listen(peer.connection, ["message"], log);
    await settle();
    expect(log).toEqual([]);
    peer.connection.resume();
    await settle();
    expect(log).toEqual(["1", "2", "close 1006 0"]);
  });

  it.each(["resume", "terminate"] as const)(
    "behind pause() no longer when %s drops the messages, because nobody takes them",
    async (act) => {
      const { peer, log } = await pausedAndCut();
      peer.connection[act]();
      expect(log).toEqual([]);
      await settle();
      expect(log).toEqual(["close 1006 2"]);
    },
  );

  it("for nothing when nothing waits, paused or not", async () => {
    const peer = new RawPeer();
    peer.connection.pause();
    const log = listen(peer.connection, ["message", "close"]);
    peer.transport.destroy();
    await eventually(() => log.length > 0);
    expect(log).toEqual(["close 1006 0"]);
  });

  it("for what the peer has kept waiting by not reading, now that it cannot read any more", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 1_000 }, false);
    const log = listen(peer.connection, ["close"]);
    peer.connection.on("message", (message) => {
      log.push(message.toString());
      peer.connection.send("x".repeat(500_000));
    });
    peer.send(...LAST);
    await eventually(() => log.length === 1);
    await settle();
    expect(log).toEqual(["1"]);
    peer.transport.destroy();
    await eventually(() => log.length === 3);
    expect(log).toEqual(["1", "2", "close 4000 0"]);
  });
});

describe("terminate", () => {
  it("drops what waits and says how much that was", async () => {
    const peer = new RawPeer();
    peer.send(...LAST.slice(0, 2));
    await settle();
    const log = listen(peer.connection, ["close"]);
    peer.connection.terminate();
    await settle();
    expect(log).toEqual(["close 1006 2"]);
  });

  it("changes nothing of how it has ended", async () => {
    const { connection } = await ended();
    connection.terminate();
    expect(await connection.closed).toMatchObject({
      code: 4000,
      error: undefined,
      wasClean: true,
      unreadMessages: 2,
    });
  });
});

describe("a list of who is there, kept by message and close", () => {
  // oxfmt-ignore
  const ENDS: readonly [name: string, end: (peer: RawPeer) => unknown][] = [
    ["the peer closes",     (peer) => peer.send(frame(CLOSE, closePayload(1000)))],
    ["its process ends",    (peer) => peer.socket.end()],
    ["it is cut",           (peer) => peer.transport.destroy(new Error("reset"))],
    ["we terminate",        (peer) => peer.connection.terminate()],
  ];

  it.each(ENDS)(
    "is empty when %s, however long whoever keeps it looks something up",
    async (_, end) => {
      for (let turns = 0; turns < 12; turns++) {
        const peer = new RawPeer();
        const present = new Set<unknown>();
        let isGone = false;
        void (async () => {
          for (let i = 0; i < turns; i++) await turn();
          peer.connection.on("message", async (message) => {
            await turn();
            present.add(message);
          });
          peer.connection.on("close", () => {
            isGone = true;
            present.clear();
          });
        })();
        peer.send(frame(TEXT, "ann"));
        await turn();
        end(peer);
        peer.socket.end();
        await eventually(() => isGone);
        await settle();
        expect([...present]).toEqual([]);
      }
    },
  );
});

describe("a listener that may never end", () => {
  it.each(["a listener", "a loop"])("is waited for anew for each message: %s", async (consumer) => {
    const peer = new RawPeer();
    const log = listen(peer.connection, ["close"]);
    let finish: () => void = () => {};
    const work = async (message: Message): Promise<void> => {
      log.push(`begin ${message.toString()}`);
      await new Promise<void>((done) => (finish = done));
    };
    if (consumer === "a listener") peer.connection.on("message", work);
    else void loop(peer.connection, work);
    peer.send(...["1", "2", "3"].map((text) => frame(TEXT, text)));
    peer.socket.end();
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    for (let i = 0; i < 2; i++) {
      await settle();
      peer.clock.advance(9_000);
      finish();
    }
    await settle();
    peer.clock.advance(9_999);
    // Nothing waits behind the last turn of a loop, so `close` does not wait for it.
    if (consumer === "a listener") expect(log).toEqual(["begin 1", "begin 2", "begin 3"]);
    finish();
    await settle();
    expect(log.toSorted()).toEqual(["begin 1", "begin 2", "begin 3", "close 1006 0"]);
    expect(peer.clock.timers).toBe(0);
  });

  it("leaves messages behind, which are counted and dropped", async () => {
    const peer = new RawPeer();
    const log = listen(peer.connection, ["close"]);
    peer.connection.on("message", () => new Promise<void>(() => {}));
    peer.send(...["1", "2", "3"].map((text) => frame(TEXT, text)));
    peer.socket.end();
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    peer.clock.advance(10_000);
    await settle();
    expect(log).toEqual(["close 1006 2"]);
  });
});
