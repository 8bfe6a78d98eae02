// A close that lets listeners at work answer first.
import { describe, expect, it } from "vitest";
import { LastWork, type LastWorkOwner } from "../../../src/node/connection/last-work.js";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { FakeClock } from "../../support/clock.js";
import { eventually, type PeerOptions, RawPeer, settle } from "../../support/raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";

interface Scene {
  readonly peer: RawPeer;
  /** What was begun and what was done. */
  readonly log: string[];
  /** Lets the listener that has worked longest answer. */
  readonly finish: () => void;
}

/** A connection whose listener is at work on the first of two messages. */
async function atWork(options: PeerOptions = {}): Promise<Scene> {
  const peer = new RawPeer(options);
  const log: string[] = [];
  const gates: (() => void)[] = [];
  peer.connection.on("message", async (message) => {
    log.push(`begin ${message.toString()}`);
    await new Promise<void>((open) => gates.push(open));
    log.push(peer.connection.send(`answer ${message.toString()}`));
  });
  peer.send(frame(TEXT, "1"), frame(TEXT, "2"));
  await eventually(() => log.length === 1);
  await settle();
  return { peer, log, finish: () => gates.shift()?.() };
}

/** The frames that the peer has got: messages as their text, Close frames as their code. */
function framesOf(peer: RawPeer): (string | number)[] {
  return peer.frames.map(({ opcode, payload }) => {
    const bytes = Buffer.from(payload);
    return opcode === CLOSE ? bytes.readUInt16BE() : bytes.toString();
  });
}

describe("close with waitForHandlerMs", () => {
  it("sends the answer that a listener is at work on, then the Close frame, and gives it no other message", async () => {
    const { peer, log, finish } = await atWork();
    peer.connection.close(4001, "later", { waitForHandlerMs: 5_000 });
    peer.message("3");
    await settle();
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    expect(framesOf(peer)).toEqual([]);
    finish();
    await eventually(() => peer.frames.length === 2);
    expect(framesOf(peer)).toEqual(["answer 1", 4001]);
    expect(log.slice(0, 2)).toEqual(["begin 1", "sent"]);
    expect(peer.connection.readyState).toBe(ReadyState.CLOSING);
    await settle();
    finish(); // what had been read before is delivered as with any close
    await settle();
    expect(log).toEqual(["begin 1", "sent", "begin 2", "closed"]);
  });

  it("sends it when time is up, and by then whoever is at work is too late", async () => {
    const { peer, log, finish } = await atWork();
    peer.connection.close(4001, "", { waitForHandlerMs: 5_000 });
    peer.clock.advance(4_999);
    await settle();
    expect(framesOf(peer)).toEqual([]);
    peer.clock.advance(1);
    await eventually(() => peer.frames.length === 1);
    expect(framesOf(peer)).toEqual([4001]);
    finish();
    await settle();
    expect(log).toEqual(["begin 1", "closed", "begin 2"]);
  });

  it("waits for the guard, for the body of a loop, and for listeners of stopping", async () => {
    let open = (): void => {};
    const gate = (): Promise<boolean> =>
      new Promise((done) => {
        open = () => done(true);
      });
    // oxfmt-ignore
    const WORKERS: readonly ((peer: RawPeer) => unknown)[] = [
      ({ connection }) => (connection.messageGuard = gate),
      async ({ connection }) => { for await (const _ of connection) await gate(); },
      ({ connection }) => connection.on("stopping", gate),
    ];
    for (const work of WORKERS) {
      const peer = new RawPeer();
      void work(peer);
      peer.message("1");
      await settle();
      peer.connection.close(4001, "", { waitForHandlerMs: Infinity });
      await settle();
      expect(framesOf(peer)).toEqual([]);
      open();
      await eventually(() => peer.frames.length === 1);
      expect(framesOf(peer)).toEqual([4001]);
    }
  });

  it("waits for nobody when nobody is at work, nor in the listener that calls it before it awaits", async () => {
    const idle = new RawPeer();
    idle.connection.close(4001, "", { waitForHandlerMs: Infinity });
    expect(idle.connection.readyState).toBe(ReadyState.CLOSING);

    const peer = new RawPeer();
    peer.connection.on("message", async () => {
      peer.connection.close(4001, "", { waitForHandlerMs: Infinity });
      await peer.connection.closed;
    });
    peer.message("1");
    await eventually(() => peer.frames.length === 1);
    expect(framesOf(peer)).toEqual([4001]);
  });

  it("gives way to a plain close, and takes no second one of its kind", async () => {
    const { peer } = await atWork();
    peer.connection.close(4001, "", { waitForHandlerMs: 5_000 });
    peer.connection.close(4002, "", { waitForHandlerMs: 1 });
    peer.clock.advance(1);
    await settle();
    expect(framesOf(peer)).toEqual([]);
    peer.connection.close(4003);
    await eventually(() => peer.frames.length === 1);
    expect(framesOf(peer)).toEqual([4003]);
    peer.clock.advance(5_000);
    await settle();
    expect(framesOf(peer)).toEqual([4003]);
  });

  it("is over when the transport ends: nothing is left to wait for, and what waits is delivered", async () => {
    const { peer, log, finish } = await atWork();
    const closes: number[] = [];
    peer.connection.on("close", ({ code }) => closes.push(code));
    peer.connection.close(4001, "", { waitForHandlerMs: 5_000 });
    peer.transport.destroy();
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
    finish();
    await settle();
    finish();
    await settle();
    expect(log).toEqual(["begin 1", "closed", "begin 2", "closed"]);
    expect(peer.clock.timers).toBe(0);
    expect(closes).toEqual([1006]);
  });

  it("checks its options before anything is done", async () => {
    const { peer, finish } = await atWork();
    expect(() => peer.connection.close(1000, "", { waitForHandlerMs: -1 })).toThrow(RangeError);
    // @ts-expect-error: no such option
    expect(() => peer.connection.close(1000, "", { wait: 1 })).toThrow('no option "wait"');
    finish();
    await eventually(() => peer.frames.length === 1);
    expect(framesOf(peer)).toEqual(["answer 1"]);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });
});

it("a plain close waits for no listener, and tells it that its answer goes nowhere", async () => {
  const { peer, log, finish } = await atWork();
  peer.connection.close(4001);
  await eventually(() => peer.frames.length === 1);
  expect(framesOf(peer)).toEqual([4001]);
  finish();
  await settle();
  expect(log.slice(0, 2)).toEqual(["begin 1", "closed"]);
});

it("isHandling tells of a loop whose body is at work, until it asks for more or is left", async () => {
  const peer = new RawPeer();
  const loop = peer.connection[Symbol.asyncIterator]();
  peer.message("1");
  peer.message("2");
  await loop.next();
  expect(peer.connection.isHandling).toBe(true);
  await loop.next();
  expect(peer.connection.isHandling).toBe(true);
  void loop.next();
  expect(peer.connection.isHandling).toBe(false);
  peer.message("3");
  await settle();
  expect(peer.connection.isHandling).toBe(true);
  await loop.return?.();
  expect(peer.connection.isHandling).toBe(false);
  peer.send(frame(CLOSE, closePayload(1000)));
});

describe("LastWork", () => {
  it("stops the delivery, asks its owner to get ready, and closes when nobody is at work", async () => {
    const log: string[] = [];
    const clock = new FakeClock();
    let finish = (): void => {};
    const incoming = {
      isHandling: true,
      stop: () => log.push("stop"),
      start: () => log.push("start"),
    };
    const owner: LastWorkOwner = {
      incoming,
      close: (code, reason) => void log.push(`close ${code} ${reason}`),
      askToStop: () => {
        log.push("ask");
        return new Promise((resolve) => (finish = resolve));
      },
    };
    const work = new LastWork(owner, { clock, waitMs: 100, code: 4000, reason: "bye" });
    expect(log).toEqual(["stop"]);
    await settle();
    expect(log).toEqual(["stop", "ask"]);
    incoming.isHandling = false;
    work.check();
    expect(log).toHaveLength(2);
    finish();
    await settle();
    expect(log[2]).toBe("close 4000 bye");
    work.end();
    expect(log[3]).toBe("start");
    expect(clock.timers).toBe(0);
  });
});
