import { describe, expect, it } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { BINARY, frame, hex, PING, PONG, TEXT, utf8 } from "../../support/wire-frame.js";

describe("ping", () => {
  it("resolves with the round-trip time", async () => {
    const peer = new RawPeer();
    const pong = peer.connection.ping();
    const ping = await peer.next();
    expect(ping).toMatchObject({ opcode: PING, fin: true });
    peer.clock.advance(25);
    peer.send(frame(PONG, ping.payload));
    expect(await pong).toBe(25);
  });

  it("takes a pong for later ones as an answer to those before, and none for another payload", async () => {
    const peer = new RawPeer();
    const first = peer.connection.ping("1");
    const second = peer.connection.ping("2");
    peer.send(frame(PONG, "2"));
    expect(await Promise.all([first, second])).toEqual([0, 0]);

    let isAnswered = false;
    const third = peer.connection.ping("3").then(() => (isAnswered = true));
    peer.send(frame(PONG, "?"));
    await settle();
    expect(isAnswered).toBe(false);
    peer.send(frame(PONG, "3"));
    await third;
  });

  it("rejects when the connection ends, on a closed one and for a long payload, harmlessly", async () => {
    const peer = new RawPeer();
    const waiting = peer.connection.ping();
    void peer.connection.ping();
    peer.connection.terminate();
    const rejectsWith = (why: string) =>
      expect.objectContaining({
        name: "TransportError",
        code: "PING_UNANSWERED",
        message: `no pong came: the connection ${why}`,
      });
    await expect(waiting).rejects.toEqual(rejectsWith("ended before it"));
    await expect(peer.connection.ping()).rejects.toEqual(rejectsWith("is not open"));
    await expect(new RawPeer().connection.ping("x".repeat(126))).rejects.toThrow(RangeError);
  });

  it("and pong of the peer are events; a pong goes out unasked [6455-5.5-18]", async () => {
    const peer = new RawPeer();
    const seen: string[] = [];
    peer.connection.on("ping", (payload) => seen.push(`ping ${payload.toString()}`));
    peer.connection.on("pong", (payload) => seen.push(`pong ${payload.toString()}`));
    peer.connection.pong("unasked");
    peer.send(frame(PING, "a"), frame(PONG, "b"));
    expect(await peer.next()).toMatchObject({ opcode: PONG, payload: utf8("unasked") });
    expect(await peer.next()).toMatchObject({ opcode: PONG, payload: utf8("a") });
    expect(seen).toEqual(["ping a", "pong b"]);
  });
});

describe("roundTripMs", () => {
  it("is how long the last pong took, whoever had sent the ping", async () => {
    const peer = new RawPeer();
    expect(peer.connection.roundTripMs).toBeUndefined();
    peer.clock.advance(30_000); // the keepalive's
    await peer.next();
    peer.clock.advance(7);
    peer.send(frame(PONG), frame(PONG));
    await settle();
    expect(peer.connection.roundTripMs).toBe(7);

    const pong = peer.connection.ping();
    const { payload } = await peer.next();
    peer.clock.advance(25);
    peer.send(frame(PONG), frame(PONG, payload));
    await pong;
    expect(peer.connection.roundTripMs).toBe(25);
  });
});

describe("keepalive", () => {
  function pausedPeer(): RawPeer {
    const peer = new RawPeer();
    peer.connection.on("message", () => peer.connection.pause());
    return peer;
  }

  it("pings at each interval while anything is heard", async () => {
    const peer = new RawPeer();
    for (let i = 0; i < 3; i++) {
      peer.clock.advance(30_000);
      const ping = await peer.next();
      expect(ping).toMatchObject({ opcode: PING, payload: hex("") });
      peer.send(frame(PONG, ping.payload));
      await settle();
      peer.clock.advance(15_001);
    }
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });

  it("ends a silent connection with 1006 after ping interval and pong timeout", async () => {
    const peer = new RawPeer();
    peer.clock.advance(30_000 + 14_999);
    await settle();
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    peer.clock.advance(2);
    expect(await peer.connection.closed).toMatchObject({
      code: 1006,
      wasClean: false,
      error: expect.objectContaining({
        code: "PONG_TIMEOUT",
        message: expect.stringContaining(" pongTimeoutMs 15000 "),
      }),
    });
    expect(peer.clock.timers).toBe(0);
  });

  it("pings on when another connection ends that waits for its pong", async () => {
    const one = new RawPeer();
    const { clock } = one;
    clock.advance(10_000);
    const others = [new RawPeer({ clock }), new RawPeer({ clock })];
    clock.advance(20_000);
    expect(await one.next()).toMatchObject({ opcode: PING });
    one.connection.terminate();
    await one.connection.closed;
    clock.advance(10_000);
    for (const other of others) expect(await other.next()).toMatchObject({ opcode: PING });
  });

  it("ends a silent peer while reading is paused, too [E03]", async () => {
    const peer = pausedPeer();
    peer.send(frame(TEXT, "a"), frame(TEXT, "b"));
    await settle();
    peer.clock.advance(44_999);
    await settle();
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    peer.clock.advance(2);
    await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
  });

  it("lets a peer that answers live, however long reading is paused", async () => {
    const peer = pausedPeer();
    const texts: string[] = [];
    peer.connection.on("message", (text) => void texts.push(String(text)));
    peer.send(frame(TEXT, "a"), frame(TEXT, "b"));
    await settle();
    for (let i = 0; i < 1_000; i++) {
      peer.clock.advance(30_000);
      await peer.next();
      peer.send(frame(PONG));
      await settle();
      expect(peer.transport.isPaused()).toBe(true);
      peer.clock.advance(15_000);
    }
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    expect(texts).toEqual(["a"]);
  });

  it("does not blame a peer whose pong lies behind more than it reads ahead", async () => {
    const peer = pausedPeer();
    for (let i = 0; i < 100; i++) peer.send(frame(BINARY, Buffer.alloc(10_000)));
    await settle();
    const unread = () => peer.transport.readableLength + peer.socket.writableLength;
    const before = unread();
    for (let i = 0; i < 50; i++) {
      peer.clock.advance(30_000);
      await settle();
      peer.clock.advance(15_000);
      await settle();
    }
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
    expect(before - unread()).toBeLessThan(150_000);
  });

  it("does blame a peer that reads nothing of what it is sent", async () => {
    const peer = new RawPeer({ maxBufferedBytes: 10_000, maxQueuedBytes: 10_000 }, false);
    peer.connection.on("message", (message) => peer.connection.send(message));
    for (let i = 0; i < 50; i++) peer.send(frame(BINARY, Buffer.alloc(10_000)));
    await settle();
    expect(peer.transport.isPaused()).toBe(true);
    peer.clock.advance(100_000);
    expect(await peer.connection.closed).toMatchObject({ code: 1006 });
  });

  it("is off with Infinity", async () => {
    const peer = new RawPeer({ pingIntervalMs: Infinity });
    peer.clock.advance(10_000_000);
    await settle();
    expect(peer.frames).toEqual([]);
    expect(peer.connection.readyState).toBe(ReadyState.OPEN);
  });
});
