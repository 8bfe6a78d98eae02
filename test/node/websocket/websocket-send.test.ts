import { describe, expect, it } from "vitest";
import { connecting, event, opened } from "../../support/websocket-peer.js";
import { BINARY, CLOSE, frame, hex, PONG, TEXT, utf8 } from "../../support/wire-frame.js";

describe("send", () => {
  it("throws an InvalidStateError before open [WHATWG-11] [6455-4.1-22]", async () => {
    const { socket, peer } = connecting();
    for (const data of ["text", new Uint8Array(1), new Blob(["x"])]) {
      expect(() => socket.send(data)).toThrow(
        expect.objectContaining({ constructor: DOMException, name: "InvalidStateError" }),
      );
    }
    await peer.accept();
    await event(socket, "open");
    socket.send("now");
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: utf8("now") });
    socket.close();
  });

  it("does not throw when the socket is closing or closed, and only counts the bytes [WHATWG-12]", async () => {
    const { socket, peer } = await opened();
    socket.close();
    socket.send("héllo");
    expect(socket.bufferedAmount).toBe(6);
    peer.send(frame(CLOSE));
    peer.end();
    await event(socket, "close");
    socket.send(new Uint8Array(10));
    socket.send(new Blob(["abc"]));
    expect(socket.bufferedAmount).toBe(19);
    expect(await peer.frame()).toMatchObject({ opcode: CLOSE });
    await peer.ended();
    expect(peer.bytes).toHaveLength(0);
  });

  it("counts what is sent after close() in CONNECTING [WHATWG-12]", async () => {
    const { socket } = connecting();
    socket.close();
    socket.send("abc");
    expect(socket.bufferedAmount).toBe(3);
    await event(socket, "close");
    socket.send("de");
    expect(socket.bufferedAmount).toBe(5);
  });

  it.each([
    ["\ud800", "ef bf bd"],
    ["a\udc00b", "61 ef bf bd 62"],
    ["\u{1f600}", "f0 9f 98 80"],
    ["\ufeffx", "ef bb bf 78"],
  ])("writes %j as UTF-8, lone surrogates as U+FFFD [WHATWG-13]", async (text, bytes) => {
    const { socket, peer } = await opened();
    socket.send(text);
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: hex(bytes) });
    socket.close();
  });

  it.each([
    [1, "1"],
    [null, "null"],
    [undefined, "undefined"],
    [{ a: 1 }, "[object Object]"],
    [[1, 2], "1,2"],
  ])("writes %j as text, as the standard converts it", async (value, text) => {
    const { socket, peer } = await opened();
    // @ts-expect-error: TypeScript would rather have it converted where it is meant
    socket.send(value);
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: utf8(text) });
    socket.close();
  });

  it.each([
    ["an ArrayBuffer", Uint8Array.of(1, 2, 3, 4).buffer, "01 02 03 04"],
    ["a view of a part", hex("00 01 02 03").subarray(1, 3), "01 02"],
    ["a view of wide elements", Uint16Array.of(0x0201, 0x0403).subarray(1), "03 04"],
    ["a DataView", new DataView(Uint8Array.of(0, 1, 2, 3).buffer, 1, 2), "01 02"],
    ["a Float64Array", new Float64Array([1]), "00 00 00 00 00 00 f0 3f"],
    ["a Buffer", Buffer.from("00ff", "hex"), "00 ff"],
    ["an empty buffer", new ArrayBuffer(0), ""],
    ["a Blob", new Blob([hex("01 02"), "a"]), "01 02 61"],
  ])("writes %s as binary [WHATWG-14]", async (_case, data, bytes) => {
    const { socket, peer } = await opened();
    socket.send(data);
    expect(await peer.frame()).toMatchObject({ opcode: BINARY, payload: hex(bytes) });
    socket.close();
  });

  it("keeps the order of the calls although a Blob takes time [WHATWG-14]", async () => {
    const { socket, peer } = await opened();
    socket.send("one");
    socket.send(new Blob(["two"]));
    socket.send("three");
    socket.send(new Blob(["four"]));
    socket.send(hex("05"));
    socket.close(1000);
    const frames = [];
    for (let i = 0; i < 6; i++) frames.push(await peer.frame());
    expect(frames.map(({ payload }) => Buffer.from(payload).toString("latin1"))).toEqual([
      "one",
      "two",
      "three",
      "four",
      "\u0005",
      "\u0003\u00e8",
    ]);
    peer.end();
  });

  it("writes what the bytes were when it was called", async () => {
    for (const lines of [[], ["Sec-WebSocket-Extensions: permessage-deflate"]]) {
      const { socket, peer } = await opened({}, lines);
      const bytes = new Uint8Array(20).fill(7);
      socket.send(new Blob(["first"])); // all that follows has to wait for it
      socket.send(bytes);
      socket.send(bytes.buffer);
      bytes.fill(9);
      await peer.frame();
      for (let i = 0; i < 2; i++) {
        expect((await peer.frame()).payload).toEqual(new Uint8Array(20).fill(7));
      }
      socket.close();
    }
  });

  it("closes the socket when it is told to once too much waits for the peer [WHATWG-16]", async () => {
    const init = { maxBufferedBytes: 50_000, bufferPolicy: "close" } as const;
    const { socket, peer, log } = await opened(init);
    peer.socket.pause();
    const message = "x".repeat(10_000);
    let count = 0;
    while (socket.readyState === socket.OPEN && count < 1_000) {
      socket.send(message);
      count++;
    }
    expect(count).toBeLessThan(1_000);
    expect(socket.readyState).toBe(socket.CLOSING);
    expect(socket.bufferedAmount).toBe(count * message.length);
    peer.socket.resume();
    peer.send(frame(PONG));
    for (let i = 1; i < count; i++) {
      expect((await peer.frame()).payload).toHaveLength(message.length);
    }
    expect(await peer.frame()).toMatchObject({ opcode: CLOSE });
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", "error", ["close", 1006, "", false]]);
  });
});
