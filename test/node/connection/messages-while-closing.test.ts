// What becomes of messages that come after close() and before the peer's Close frame.
import { describe, expect, it, vi } from "vitest";
import { ReadyState, WebSocket } from "../../../src/index.js";
import { type PeerOptions, connectedPair, RawPeer, settle } from "../../support/raw-peer.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  PONG,
  TEXT,
} from "../../support/wire-frame.js";

/** A connection that wants them, with a listener that notes what comes; `close()` has been called. */
async function closing(options: PeerOptions = {}) {
  const peer = new RawPeer({ messagesWhileClosing: "deliver", ...options });
  const { connection } = peer;
  const log: string[] = [];
  connection.on("message", (message) => log.push(message.toString().slice(0, 10)));
  connection.on("close", ({ code }) => log.push(`close ${code}`));
  await settle();
  connection.close(1000);
  expect(await peer.next()).toMatchObject({ opcode: CLOSE });
  return { peer, connection, log };
}

describe('with "deliver"', () => {
  it.each(["client", "server"] as const)(
    "a %s gets them up to the peer's Close frame",
    async (role) => {
      const { peer, connection, log } = await closing({ role });
      peer.send(frame(TEXT, "answer"), frame(BINARY, "bytes"));
      await settle();
      expect(connection.send("question")).toBe("closed");
      peer.send(frame(TEXT, "last"), frame(CLOSE, closePayload(1000)), frame(TEXT, "too late"));
      peer.socket.end();
      expect(await connection.closed).toMatchObject({
        code: 1000,
        wasClean: true,
        error: undefined,
      });
      expect(log).toEqual(["answer", "bytes", "last", "close 1000"]);
    },
  );

  it("a loop gets them, too, and the answers to all that was sent before close() arrive", async () => {
    const { client, server } = connectedPair({ messagesWhileClosing: "deliver" });
    server.on("message", (message) => server.send(`re: ${message.toString()}`));
    for (let i = 0; i < 5; i++) client.send(`${i}`);
    client.close(1000);
    const answers: string[] = [];
    for await (const message of client) answers.push(message.toString());
    expect(answers).toEqual(["re: 0", "re: 1", "re: 2", "re: 3", "re: 4"]);
  });

  it("a broken rule is told in CloseInfo, and ends it", async () => {
    const { peer, connection } = await closing();
    peer.send(frame(CONTINUATION, "of nothing"));
    await peer.ended();
    peer.socket.end();
    expect(await connection.closed).toMatchObject({
      code: 1006,
      error: expect.objectContaining({ code: "CONTINUATION_UNEXPECTED" }),
      sent: { code: 1000 },
    });
  });

  it("closeTimeoutMs holds although messages keep coming", async () => {
    const { peer, connection, log } = await closing({ closeTimeoutMs: 500 });
    for (let i = 0; i < 10; i++) {
      peer.message(`${i}`);
      await settle();
      peer.clock.advance(49);
    }
    peer.clock.advance(10);
    expect(await connection.closed).toMatchObject({ code: 1006, error: { code: "CLOSE_TIMEOUT" } });
    expect(log).toHaveLength(11);
  });

  it("no more than maxQueuedBytes wait for a listener: then the peer waits, and its Close frame", async () => {
    const peer = new RawPeer({ messagesWhileClosing: "deliver", maxQueuedBytes: 10_000 });
    const { connection } = peer;
    const got: string[] = [];
    connection.on("message", (message) => got.push(message.toString().slice(0, 2)));
    await settle();
    connection.pause();
    connection.close(1000);
    const paused = vi.spyOn(peer.transport, "pause");
    for (let i = 10; i < 50; i++) peer.message(`${i}`.padEnd(5_000));
    peer.send(frame(CLOSE, closePayload(1000)));
    await vi.waitFor(() => expect(paused).toHaveBeenCalled());
    await settle();
    expect(connection.readyState).toBe(ReadyState.CLOSING);
    expect(peer.transport.readableLength).toBeGreaterThan(0);
    expect(got).toEqual([]);

    connection.resume();
    peer.socket.end();
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(got).toEqual(Array.from({ length: 40 }, (_, i) => `${i + 10}`));
  });

  it("a connection that is paused still hears the peer's Close frame behind a few messages", async () => {
    const { peer, connection, log } = await closing();
    connection.pause();
    peer.send(frame(TEXT, "waits"), frame(CLOSE, closePayload(1000)));
    await peer.ended();
    peer.socket.end();
    connection.resume();
    await connection.closed;
    expect(log).toEqual(["waits", "close 1000"]);
  });
});

describe('with "drop"', () => {
  it("none is delivered while the Close frame waits for what was sent before, and pings are answered", async () => {
    const peer = new RawPeer();
    const { connection } = peer;
    const message = vi.fn();
    connection.on("message", message);
    let finish = (): void => {};
    const rest = new Promise<void>((resolve) => (finish = resolve));
    void connection.sendStream(
      (async function* () {
        yield "a";
        await rest;
      })(),
    );
    connection.close(1000);
    expect(await peer.next()).toMatchObject({ opcode: TEXT, fin: false });
    peer.send(frame(TEXT, "late"), frame(9, "ping"));
    expect(await peer.next()).toMatchObject({ opcode: PONG });
    finish();
    expect(await peer.next()).toMatchObject({ opcode: CONTINUATION, fin: true });
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    peer.send(frame(TEXT, "later"), frame(CLOSE, closePayload(1000)));
    peer.socket.end();
    await connection.closed;
    expect(message).not.toHaveBeenCalled();
  });

  it("goes on reading for the peer's Close frame while its own waits, though nobody takes messages", async () => {
    const peer = new RawPeer({ maxQueuedBytes: 10 });
    const { connection } = peer;
    connection.pause();
    void connection.sendStream({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    });
    peer.message("fills what may wait");
    await settle();
    connection.close(1000);
    peer.send(frame(TEXT, "more"), frame(CLOSE, closePayload(4000)));
    await peer.ended();
    peer.socket.end();
    connection.terminate();
    expect(await connection.closed).toMatchObject({ code: 4000 });
  });
});

describe("the option", () => {
  it("has two values", () => {
    // @ts-expect-error: what a caller without types may do
    expect(() => new RawPeer({ messagesWhileClosing: "keep" })).toThrow(
      new TypeError('messagesWhileClosing must be "drop" or "deliver"'),
    );
  });

  it("is none of a WebSocket, which drops them as browsers do", () => {
    // @ts-expect-error: the same
    expect(() => new WebSocket("ws://127.0.0.1:1/", { messagesWhileClosing: "deliver" })).toThrow(
      /has no option "messagesWhileClosing": use connect\(\), a WebSocket drops them/,
    );
  });
});
