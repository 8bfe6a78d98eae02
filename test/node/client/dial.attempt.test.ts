import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import { HandshakeError } from "../../../src/protocol/index.js";
import { FakeClock } from "../../support/clock.js";
import { settle } from "../../support/raw-peer.js";
import { acceptance, memoryPeer, StubServer } from "../../support/stub-server.js";
import { frame, TEXT } from "../../support/wire-frame.js";

const REASON = new Error("the user went elsewhere");

/** What a promise rejects with. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("it did not reject");
    },
    (reason: unknown) => reason,
  );
}

async function expectAborted(opening: Promise<unknown>): Promise<void> {
  const error = await rejectionOf(opening);
  expect(error).toBeInstanceOf(HandshakeError);
  expect(error).toMatchObject({ code: "ABORTED", cause: REASON });
}

describe("a signal that aborts", () => {
  it("before the call: opens no socket", async () => {
    let calls = 0;
    const { createConnection } = memoryPeer();
    const counted = (): ReturnType<typeof createConnection> => {
      calls++;
      return createConnection();
    };
    const signal = AbortSignal.abort(REASON);
    await expectAborted(connect("ws://h/", { signal, createConnection: counted }));
    expect(calls).toBe(0);
  });

  it("counts by its shape: jsdom and libraries have AbortSignals of their own", async () => {
    const listeners: (() => void)[] = [];
    const signal = {
      aborted: false,
      reason: REASON,
      addEventListener: (_type: string, listener: () => void) => listeners.push(listener),
      removeEventListener: () => {},
    };
    const { createConnection } = memoryPeer();
    // @ts-expect-error -- less than an AbortSignal
    const opening = connect("ws://h/", { signal, createConnection });
    await settle();
    for (const listener of listeners) listener();
    await expectAborted(opening);
  });

  it("while the name is looked up: never connects", async () => {
    await using server = await StubServer.start();
    const abort = new AbortController();
    const opening = connect(`ws://localhost:${server.port}/`, { signal: abort.signal });
    abort.abort(REASON);
    await expectAborted(opening);

    // This one begins later, so it would come second.
    const other = connect(`ws://localhost:${server.port}/`);
    await (await server.next()).accept();
    expect(server.connections).toBe(1);
    (await other).terminate();
  });

  it("while TCP connects: leaves nothing open", async () => {
    await using server = await StubServer.start();
    const abort = new AbortController();
    const opening = connect(`ws://${server.authority}/`, { signal: abort.signal });
    abort.abort(REASON);
    await expectAborted(opening);
    await server.deserted();
  });

  it("while TLS shakes hands: leaves nothing open", async () => {
    await using server = await StubServer.start();
    const abort = new AbortController();
    const opening = connect(`wss://${server.authority}/`, { signal: abort.signal });
    const peer = await server.next();
    abort.abort(REASON);
    await expectAborted(opening);
    await peer.ended();
    await server.deserted();
  });

  it("after the request: leaves nothing open", async () => {
    await using server = await StubServer.start();
    const abort = new AbortController();
    const opening = connect(`ws://${server.authority}/`, { signal: abort.signal });
    await (await server.next()).head();
    abort.abort(REASON);
    await expectAborted(opening);
    await server.deserted();
  });

  it("with the response in flight: does not open", async () => {
    await using server = await StubServer.start();
    const abort = new AbortController();
    const opening = connect(`ws://${server.authority}/`, { signal: abort.signal });
    await (await server.next()).accept([], [frame(TEXT, "too late")]);
    abort.abort(REASON);
    await expectAborted(opening);
    await server.deserted();
  });

  it("in the middle of the response: does not open", async () => {
    const { peer, createConnection } = memoryPeer();
    const abort = new AbortController();
    const opening = connect("ws://h/", { signal: abort.signal, createConnection });
    const bytes = acceptance(await peer.head());
    peer.write(bytes.subarray(0, 40));
    await settle();
    abort.abort(REASON);
    peer.write(bytes.subarray(40));
    await expectAborted(opening);
    await peer.ended();
  });

  it("while the body of a refusal comes: does not wait for it", async () => {
    const { peer, createConnection } = memoryPeer();
    const abort = new AbortController();
    const opening = connect("ws://h/", { signal: abort.signal, createConnection });
    await peer.answer(["HTTP/1.1 500 Oops"], "it is");
    await settle();
    abort.abort(REASON);
    await expectAborted(opening);
    await peer.ended();
  });

  it("while a connection of one's own is made: destroys it when it comes", async () => {
    const { peer, createConnection } = memoryPeer();
    const abort = new AbortController();
    let arrive = (): void => {};
    const later = new Promise<ReturnType<typeof createConnection>>((resolve) => {
      arrive = () => resolve(createConnection());
    });
    const signal = abort.signal;
    const opening = connect("ws://h/", { signal, createConnection: () => later });
    abort.abort(REASON);
    await expectAborted(opening);
    arrive();
    await peer.ended();
    expect(peer.bytes).toHaveLength(0);
  });

  it("once the connection is open: has no effect, and is listened to no longer", async () => {
    const { peer, createConnection } = memoryPeer();
    const abort = new AbortController();
    const opening = connect("ws://h/", { signal: abort.signal, createConnection });
    await peer.accept();
    const connection = await opening;
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    abort.abort(REASON);
    connection.send("still here");
    expect(await peer.frame()).toMatchObject({ opcode: TEXT });
    connection.terminate();
  });

  it("is listened to no longer after a failure", async () => {
    const { peer, createConnection } = memoryPeer();
    const abort = new AbortController();
    const opening = connect("ws://h/", { signal: abort.signal, createConnection });
    await peer.answer(["HTTP/1.1 404 Not Found", "Content-Length: 0"]);
    await rejectionOf(opening);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});

describe("an attempt that takes too long", () => {
  it("fails once when a server never answers, and leaves nothing open", async () => {
    await using server = await StubServer.start();
    const clock = new FakeClock();
    const log: unknown[] = [];
    const opening = connect(`ws://${server.authority}/`, { clock, handshakeTimeoutMs: 500 });
    opening.catch((error: unknown) => log.push(error));
    await (await server.next()).head();
    clock.advance(499);
    await settle();
    expect(log).toEqual([]);
    clock.advance(1);
    await server.deserted();
    clock.advance(10_000);
    expect(log).toEqual([expect.objectContaining({ code: "TIMEOUT" })]);
    expect(clock.timers).toBe(0);
  });

  it("has ten seconds unless told otherwise, however the response trickles", async () => {
    const clock = new FakeClock();
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { clock, createConnection });
    const failed = rejectionOf(opening);
    const bytes = acceptance(await peer.head());
    for (let second = 0; second < 10; second++) {
      expect(peer.isClosed).toBe(false);
      peer.write(bytes.subarray(second, second + 1));
      await settle();
      clock.advance(1_000);
    }
    expect(await failed).toMatchObject({
      code: "TIMEOUT",
      message: expect.stringMatching(/^ws:\/\/h\/: .*: handshakeTimeoutMs is 10000 \(/),
    });
    await peer.ended();
  });

  it("may take for ever when told so", async () => {
    const clock = new FakeClock();
    const { peer, createConnection } = memoryPeer();
    const handshakeTimeoutMs = Infinity;
    const opening = connect("ws://h/", { clock, createConnection, handshakeTimeoutMs });
    const head = await peer.head();
    clock.advance(1e12);
    peer.write(acceptance(head));
    (await opening).terminate();
  });

  it("fails while TLS shakes hands", async () => {
    await using server = await StubServer.start();
    const clock = new FakeClock();
    const failed = rejectionOf(connect(`wss://${server.authority}/`, { clock }));
    await server.next();
    clock.advance(10_000);
    expect(await failed).toMatchObject({ code: "TIMEOUT" });
    await server.deserted();
  });

  it("has no timer left once the connection is open", async () => {
    const clock = new FakeClock();
    const { peer, createConnection } = memoryPeer();
    const opening = connect("ws://h/", { clock, createConnection, pingIntervalMs: Infinity });
    await peer.accept();
    const connection = await opening;
    expect(clock.timers).toBe(0);
    clock.advance(100_000);
    connection.send("still here");
    expect(await peer.frame()).toMatchObject({ opcode: TEXT });
    connection.terminate();
  });
});
