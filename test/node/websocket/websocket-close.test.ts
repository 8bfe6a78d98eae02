import { describe, expect, it } from "vitest";
import { WebSocket } from "../../../src/node/websocket/websocket.js";
import { settle } from "../../support/raw-peer.js";
import { acceptance, StubPeer, StubServer } from "../../support/stub-server.js";
import { connecting, event, logOf, opened } from "../../support/websocket-peer.js";
import { CLOSE, closePayload, frame, TEXT, utf8 } from "../../support/wire-frame.js";
import { MemorySocket } from "../../support/wire-memory.js";

const FAILED = ["error", ["close", 1006, "", false]];

describe("the arguments of close", () => {
  it.each([1001, 2999, 5000, 0, 999, 1005, 1006, 1015, 65_536, -1, Number.NaN, Infinity])(
    "may not be the code %d: InvalidAccessError [WHATWG-17]",
    async (code) => {
      const { socket } = await opened();
      expect(() => socket.close(code)).toThrow(
        expect.objectContaining({ constructor: DOMException, name: "InvalidAccessError" }),
      );
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close();
    },
  );

  it.each([
    [1000, 1000],
    [3000, 3000],
    [4999, 4999],
    [999.6, 1000],
    [3000.5, 3000],
    [3001.5, 3002],
  ])("may be the code %d, which is sent as %d [WHATWG-17]", async (given, sent) => {
    const { socket, peer } = await opened();
    socket.close(given);
    expect(await peer.frame()).toMatchObject({ opcode: CLOSE, payload: closePayload(sent) });
    peer.end();
  });

  it("may be a reason of 123 bytes, and not of 124 [WHATWG-18]", async () => {
    const { socket, peer } = await opened();
    const longest = `${"é".repeat(61)}x`;
    for (const code of [1000, undefined]) {
      expect(() => socket.close(code, `${longest}x`)).toThrow(
        expect.objectContaining({ constructor: DOMException, name: "SyntaxError" }),
      );
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.close(1000, longest);
    const { payload } = await peer.frame();
    expect(payload).toEqual(closePayload(1000, longest));
    expect(payload).toHaveLength(125);
    peer.end();
  });

  it("are checked in any state, the code first", async () => {
    const { socket, peer } = connecting();
    expect(() => socket.close(1, "x".repeat(200))).toThrow(
      expect.objectContaining({ name: "InvalidAccessError" }),
    );
    await peer.accept();
    await event(socket, "open");
    peer.send(frame(CLOSE));
    peer.end();
    await event(socket, "close");
    expect(() => socket.close(1)).toThrow(expect.objectContaining({ name: "InvalidAccessError" }));
  });

  it("may be absent: an empty Close frame [WHATWG-19]", async () => {
    const { socket, peer } = await opened();
    socket.close();
    const sent = await peer.frame();
    expect(sent).toMatchObject({ opcode: CLOSE, fin: true, maskingKey: expect.anything() });
    expect(sent.payload).toHaveLength(0);
    peer.end();
  });

  it("may be a reason without a code, which is 1000 then [WHATWG-19]", async () => {
    const { socket, peer } = await opened();
    socket.close(undefined, "bye");
    expect((await peer.frame()).payload).toEqual(closePayload(1000, "bye"));
    peer.end();
  });
});

describe("close", () => {
  it("when open closes behind the messages that were sent [WHATWG-22]", async () => {
    const { socket, peer, log } = await opened();
    for (let i = 0; i < 10; i++) socket.send(String(i));
    socket.close(4000, "done");
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    for (let i = 0; i < 10; i++) {
      expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: utf8(String(i)) });
    }
    expect((await peer.frame()).payload).toEqual(closePayload(4000, "done"));
    peer.send(frame(CLOSE, closePayload(4000, "done")));
    peer.end();
    await event(socket, "close");
    expect(socket.readyState).toBe(WebSocket.CLOSED);
    expect(log).toEqual(["open", ["close", 4000, "done", true]]);
  });

  it("sends one Close frame however often it is called [WHATWG-20]", async () => {
    const { socket, peer } = await opened();
    socket.close(3001);
    socket.close(3002);
    socket.close();
    peer.send(frame(CLOSE, closePayload(3001)));
    peer.end();
    await event(socket, "close");
    socket.close();
    await peer.ended();
    expect((await peer.frame()).payload).toEqual(closePayload(3001));
    expect(peer.bytes).toHaveLength(0);
  });

  it("is closing from when the peer has closed", async () => {
    const { socket, peer } = await opened();
    peer.send(frame(CLOSE, closePayload(1001)));
    await peer.frame();
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    peer.end();
    await event(socket, "close");
  });

  it("right behind the constructor fails the connection [WHATWG-21]", async () => {
    await using server = await StubServer.start();
    const socket = new WebSocket(`ws://${server.authority}/`);
    const log = logOf(socket);
    socket.close();
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    expect(log).toEqual([]);
    await event(socket, "close");
    expect(log).toEqual(FAILED);
    await server.deserted();
    await settle();
    expect(log).toEqual(FAILED);
  });

  it("while TLS shakes hands fails the connection and tears it down [WHATWG-21]", async () => {
    await using server = await StubServer.start();
    const socket = new WebSocket(`wss://${server.authority}/`);
    const log = logOf(socket);
    const peer = await server.next();
    await peer.arrived(1);
    socket.close();
    await event(socket, "close");
    await server.deserted();
    expect(log).toEqual(FAILED);
  });

  it("with the response in flight fails the connection, and it never opens [WHATWG-21]", async () => {
    const { socket, peer, log } = connecting();
    await peer.accept([], [frame(TEXT, "too late")]);
    socket.close(1000, "changed my mind");
    await event(socket, "close");
    await peer.ended();
    await settle();
    expect(log).toEqual(FAILED);
  });

  it("between the response and open fails the connection all the same [WHATWG-21]", async () => {
    const [ours, theirs] = MemorySocket.pair();
    const socket = new WebSocket("ws://h/", { createConnection: () => ours });
    const log = logOf(socket);
    const peer = new StubPeer(theirs);
    const head = await peer.head();
    ours.once("data", () => socket.close()); // behind the listener that reads the response
    peer.write(acceptance(head));
    await event(socket, "close");
    await peer.ended();
    await settle();
    expect(log).toEqual(FAILED);
    expect(peer.bytes).toHaveLength(0);
  });

  it("in the open listener closes as in any other", async () => {
    const { socket, peer, log } = connecting();
    socket.onopen = () => socket.close(4000);
    await peer.accept([], [frame(TEXT, "one")]);
    expect((await peer.frame()).payload).toEqual(closePayload(4000));
    peer.send(frame(CLOSE, closePayload(4000)));
    peer.end();
    await event(socket, "close");
    expect(log).toEqual(["open", ["close", 4000, "", true]]);
  });
});
