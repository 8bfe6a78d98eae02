import { describe, expect, it } from "vitest";
import { WebSocket } from "../../../src/node/websocket/websocket.js";
import { FakeClock } from "../../support/clock.js";
import { memoryPeer, StubServer } from "../../support/stub-server.js";
import { connecting, event, logOf, opened } from "../../support/websocket-peer.js";
import { PING } from "../../support/wire-frame.js";
import { valuesOf } from "../../support/wire-handshake.js";

/** What the constructor throws; a socket that it makes is given up. */
function thrownBy(...parameters: ConstructorParameters<typeof WebSocket>): unknown {
  try {
    new WebSocket(...parameters).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("the constructor", () => {
  it.each([
    ["ws://h", "ws://h/"],
    ["http://h", "ws://h/"],
    ["HTTPS://H:443/a b?c", "wss://h/a%20b?c"],
    ["wss://h:8443/x", "wss://h:8443/x"],
  ])("takes %s as %s [WHATWG-01]", (given, url) => {
    const { createConnection } = memoryPeer();
    const socket = new WebSocket(given, { createConnection });
    expect(socket.url).toBe(url);
    expect(new WebSocket(new URL(given), { createConnection }).url).toBe(url);
    socket.close();
  });

  it.each(["", "/relative", "h", "ftp://h", "ws://h/#f", "ws://h/#", "ws://", "ws://%zz/"])(
    "throws a SyntaxError for the URL %j [WHATWG-01]",
    (url) => {
      const error = thrownBy(url);
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toHaveProperty("name", "SyntaxError");
    },
  );

  it.each([
    [["a", "a"]],
    [["chat", "v2", "Chat"]],
    ["a b"],
    [["a b"]],
    [["a", ""]],
    [""],
    [["é"]],
    [{ protocols: "," }],
  ])("throws a SyntaxError for the subprotocols %j [WHATWG-02]", (protocols) => {
    const error = thrownBy("ws://h/", protocols);
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toHaveProperty("name", "SyntaxError");
  });

  it("throws what connect rejects with for other options", () => {
    expect(thrownBy("ws://h/", { headers: { Upgrade: "h2c" } })).toBeInstanceOf(TypeError);
    expect(thrownBy("ws://h/", { maxMessageBytes: -1 })).toBeInstanceOf(RangeError);
  });

  it.each([
    ["one subprotocol", "chat"],
    ["a list", ["chat", "v2"]],
    ["a Set", new Set(["chat", "v2"])],
    [
      "options",
      { protocols: ["chat", "v2"], headers: { "X-A": "b" }, origin: "https://a.example" },
    ],
  ])("takes %s", async (_case, protocols) => {
    await using server = await StubServer.start();
    const socket = new WebSocket(`ws://${server.authority}/`, protocols);
    const head = await (await server.next()).accept(["Sec-WebSocket-Protocol: chat"]);
    await event(socket, "open");
    expect(socket.protocol).toBe("chat");
    const [offered] = valuesOf(head, "sec-websocket-protocol");
    expect(offered).toBe(typeof protocols === "string" ? "chat" : "chat, v2");
    if ("headers" in Object(protocols)) {
      expect(valuesOf(head, "x-a")).toEqual(["b"]);
      expect(valuesOf(head, "origin")).toEqual(["https://a.example"]);
    }
    socket.close();
  });

  it("returns a socket that is connecting, and later failures are events [WHATWG-03]", async () => {
    const server = await StubServer.start();
    const { authority } = server;
    await server[Symbol.asyncDispose]();
    const socket = new WebSocket(`ws://${authority}/`);
    expect(socket.readyState).toBe(WebSocket.CONNECTING);
    const log = logOf(socket);
    await event(socket, "close");
    expect(log).toEqual(["error", ["close", 1006, "", false]]);
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });

  it("tells why in the error event", async () => {
    const { socket, peer } = connecting();
    const failed = event(socket, "error");
    await peer.answer(["HTTP/1.1 403 Forbidden", "Content-Length: 2"], "no");
    const { error, message, type } = await failed;
    expect(type).toBe("error");
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: 403 });
    expect(message).toContain("403");
  });

  it("has the constants on the class and on each socket", () => {
    const { socket } = connecting();
    expect(Object.prototype.toString.call(socket)).toBe("[object WebSocket]");
    const names = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] as const;
    for (const [value, name] of names.entries()) {
      expect(WebSocket[name]).toBe(value);
      expect(socket[name]).toBe(value);
      for (const holder of [WebSocket, WebSocket.prototype]) {
        const descriptor = Object.getOwnPropertyDescriptor(holder, name);
        expect(descriptor).toEqual({
          value,
          enumerable: true,
          writable: false,
          configurable: false,
        });
      }
    }
    socket.close();
  });

  it("keeps the connection alive with pings, as its options say", async () => {
    const clock = new FakeClock();
    const { socket, peer, log } = await opened({
      clock,
      pingIntervalMs: 1_000,
      pongTimeoutMs: 500,
    });
    clock.advance(1_000);
    expect(await peer.frame()).toMatchObject({ opcode: PING });
    clock.advance(500);
    await event(socket, "close");
    expect(log).toEqual(["open", "error", ["close", 1006, "", false]]);
  });
});

describe("the handshake", () => {
  it("does not follow redirects [WHATWG-04]", async () => {
    const { socket, peer, log } = connecting();
    await peer.answer(["HTTP/1.1 302 Found", "Location: /there", "Content-Length: 0"]);
    await event(socket, "close");
    expect(log).toEqual(["error", ["close", 1006, "", false]]);
  });

  it.each(["followRedirects", "onHandlerError", "signal", "subprotocols", "textAs", "zeroCopy"])(
    "has no option %s: that is decided by WHATWG [WHATWG-04]",
    (name) => {
      const init: object = { [name]: true };
      const why = new RegExp(`^WebSocket has no option "${name}": use `);
      expect(() => new WebSocket("ws://127.0.0.1:9/", init)).toThrow(why);
    },
  );

  it("fails as in browsers when the server picked none of the subprotocols, and says so [WHATWG-05]", async () => {
    const { socket, peer, log } = connecting({ protocols: ["chat", "s3cret"] });
    const failed = event(socket, "error");
    await peer.accept();
    await event(socket, "close");
    expect(log).toEqual(["error", ["close", 1006, "", false]]);
    const { error, message } = await failed;
    expect(error).toMatchObject({ name: "HandshakeError", code: "SUBPROTOCOL_NOT_PICKED" });
    expect(message).toMatch(/none of the 2 offered was picked/);
    expect(message).not.toMatch(/chat|s3cret/);
    await peer.ended();
    expect(peer.bytes).toHaveLength(0); // no Close frame: there never was a connection
  });

  it("opens without a subprotocol when none was offered and none picked [WHATWG-05]", async () => {
    const { socket } = await opened({ protocols: [] });
    expect(socket.protocol).toBe("");
    socket.close();
  });

  it("fails when the server picked another subprotocol [WHATWG-05]", async () => {
    const { socket, peer, log } = connecting({ protocols: ["chat"] });
    await peer.accept(["Sec-WebSocket-Protocol: other"]);
    await event(socket, "close");
    expect(log).toEqual(["error", ["close", 1006, "", false]]);
  });

  it("sets protocol and extensions before open is told [WHATWG-06]", async () => {
    const { socket, peer } = connecting({ protocols: ["chat"] });
    expect([socket.protocol, socket.extensions]).toEqual(["", ""]);
    const seen = event(socket, "open").then(() => 0);
    socket.onopen = function onopen(): void {
      expect(this.readyState).toBe(WebSocket.OPEN);
      expect([this.protocol, this.extensions]).toEqual(["chat", "permessage-deflate"]);
    };
    const deflate = "Sec-WebSocket-Extensions: permessage-deflate";
    await peer.accept(["Sec-WebSocket-Protocol: chat", deflate]);
    await seen;
    expect.assertions(3);
    socket.close();
  });
});
