import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "../../../src/node/websocket/websocket.js";
import { FakeClock } from "../../support/clock.js";
import { settle } from "../../support/raw-peer.js";
import { StubServer } from "../../support/stub-server.js";
import { connecting, event, logOf, opened } from "../../support/websocket-peer.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
} from "../../support/wire-frame.js";

describe("events", () => {
  it("are open, then messages, in order, also when they came with the response", async () => {
    const frames = [frame(TEXT, "one"), frame(TEXT, "two"), frame(CLOSE, closePayload(4001, "x"))];
    const { socket, peer, log } = await opened({}, [], frames);
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", "one", "two", ["close", 4001, "x", true]]);
  });

  it("after a failure are error, then an unclean close [WHATWG-07]", async () => {
    for (const wrong of [frame(TEXT, hex("ff")), frame(CONTINUATION, ""), frame(3, "")]) {
      const { socket, peer, log } = await opened();
      peer.send(wrong);
      peer.end();
      await event(socket, "close");
      expect(log).toEqual(["open", "error", ["close", 1006, "", false]]);
    }
  });

  it("after a reset are error, then an unclean close [WHATWG-07]", async () => {
    await using server = await StubServer.start();
    const socket = new WebSocket(`ws://${server.authority}/`);
    const log = logOf(socket);
    const peer = await server.next();
    await peer.accept();
    await event(socket, "open");
    peer.reset();
    await event(socket, "close");
    expect(log).toEqual(["open", "error", ["close", 1006, "", false]]);
  });

  it("after a clean close are no more than that [WHATWG-08]", async () => {
    const { socket, peer, log } = await opened();
    peer.send(frame(CLOSE, closePayload(4001, "bye")));
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", ["close", 4001, "bye", true]]);
  });

  it("have no message that came when the socket was not open [WHATWG-09]", async () => {
    const { socket, peer, log } = await opened();
    socket.close();
    peer.send(frame(TEXT, "too late"));
    peer.send(frame(CLOSE));
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", ["close", 1005, "", true]]);
  });

  it("have no message behind the one whose listener closed the socket [WHATWG-09]", async () => {
    const { socket, peer, log } = await opened();
    socket.onmessage = () => socket.close();
    peer.send(frame(TEXT, "one"), frame(TEXT, "two"), frame(CLOSE));
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", "one", ["close", 1005, "", true]]);
  });

  it("end with close [WHATWG-10]", async () => {
    const clock = new FakeClock();
    const { socket, peer, log } = await opened({ clock });
    peer.send(frame(CLOSE, closePayload(1000)));
    peer.end();
    await event(socket, "close");
    const count = log.length;
    socket.close();
    socket.send("late");
    clock.advance(1_000_000);
    await settle();
    expect(log).toHaveLength(count);
    expect(clock.timers).toBe(0);
  });

  it("do not tell of pings and pongs, which are answered all the same [WHATWG-24]", async () => {
    const { socket, peer, log } = await opened();
    peer.send(frame(PONG, "unasked"), frame(PING, "hello?"));
    expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: utf8("hello?") });
    expect(log).toEqual(["open"]);
    socket.close();
  });

  it("come one by one, so that whoever awaits each misses none", async () => {
    const frames = Array.from({ length: 50 }, (_, i) => frame(TEXT, String(i)));
    const { socket, peer } = connecting();
    await peer.accept([], frames);
    await event(socket, "open");
    const got: unknown[] = [];
    for (let i = 0; i < 50; i++) {
      got.push((await event(socket, "message")).data);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(got).toEqual(frames.map((_, i) => String(i)));
    socket.close();
  });

  it("carry the origin of the URL, and come as the types they should have", async () => {
    const { socket, peer } = await opened();
    const message = event(socket, "message");
    peer.send(frame(TEXT, "hi"));
    expect(await message).toBeInstanceOf(MessageEvent);
    expect((await message).origin).toBe("ws://test.example");
    expect((await message).target).toBe(socket);
    socket.close();
  });

  it("whose listener throws are the process's business, and the next ones come", async () => {
    const { socket, peer, log } = await opened();
    const uncaught = vi.fn();
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", uncaught);
    socket.onmessage = () => {
      throw new Error("of the listener");
    };
    peer.send(frame(TEXT, "one"), frame(TEXT, "two"));
    while (log.length < 3) await turn();
    await turn();
    process.removeListener("uncaughtException", uncaught);
    for (const other of others) process.on("uncaughtException", other);
    expect(log).toEqual(["open", "one", "two"]);
    expect(uncaught).toHaveBeenCalledTimes(2);
    expect(uncaught.mock.calls[0]?.[0]).toEqual(new Error("of the listener"));
    socket.close();
  });
});

describe("binaryType", () => {
  it("is blob until it is set, and counts from the next message on [WHATWG-23]", async () => {
    const { socket, peer, log } = await opened();
    expect(socket.binaryType).toBe("blob");
    peer.send(frame(BINARY, hex("01 02")));
    while (log.length < 2) await turn();
    socket.binaryType = "arraybuffer";
    peer.send(frame(BINARY, hex("03")));
    while (log.length < 3) await turn();
    const [, blob, buffer] = log;
    if (!(blob instanceof Blob)) throw new Error("no Blob");
    expect(new Uint8Array(await blob.arrayBuffer())).toEqual(hex("01 02"));
    expect(buffer).toEqual(hex("03").buffer);
    socket.close();
  });

  it("ignores what it cannot be", async () => {
    const { socket } = await opened();
    Reflect.set(socket, "binaryType", "nodebuffer");
    expect(socket.binaryType).toBe("blob");
    socket.close();
  });
});
