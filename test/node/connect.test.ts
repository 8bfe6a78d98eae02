import { describe, expect, it } from "vitest";
import { connect } from "../../src/node/connect.js";
import type { WebSocketConnection } from "../../src/node/connection.js";
import { WebSocketServer } from "../../src/node/server.js";
import { acceptance, StubServer } from "../support/stub-server.js";
import { type Head, valuesOf } from "../support/wire-handshake.js";
import {
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  hex,
  TEXT,
  utf8,
} from "../support/wire-frame.js";

/** Connects once, and gives what the server saw. */
async function requestFor(
  target: string,
  options: Parameters<typeof connect>[1] = {},
): Promise<Head> {
  await using server = await StubServer.start();
  const opening = connect(`ws://${server.authority}${target}`, options);
  const head = await (await server.next()).accept();
  (await opening).terminate();
  return head;
}

describe("the request", () => {
  it("is a GET of HTTP/1.1 with the fields of the opening handshake [6455-4.1-09] [6455-4.1-10] [6455-4.1-11] [6455-4.1-14] [6455-4.1-15] [6455-4.1-18]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/chat`, { perMessageDeflate: false });
    const peer = await server.next();
    const head = await peer.accept();

    expect(head.startLine).toBe("GET /chat HTTP/1.1");
    expect(head.fields.map(([name]) => name)).toEqual([
      "host",
      "upgrade",
      "connection",
      "sec-websocket-key",
      "sec-websocket-version",
    ]);
    expect(valuesOf(head, "upgrade")).toEqual(["websocket"]);
    expect(valuesOf(head, "connection")).toEqual(["Upgrade"]);
    expect(valuesOf(head, "sec-websocket-version")).toEqual(["13"]);
    expect(valuesOf(head, "host")).toEqual([server.authority]);
    (await opening).terminate();
  });

  it.each([
    ["", "/"],
    ["?x=1", "/?x=1"],
    ["/a/b?x=1&y=%23", "/a/b?x=1&y=%23"],
    ["/sp ace/ü", "/sp%20ace/%C3%BC"],
    ["/100%?discount=100%&x=%zz", "/100%?discount=100%&x=%zz"],
  ])("for %j asks for %j [6455-3-04] [6455-3-06] [6455-4.1-12]", async (given, target) => {
    expect((await requestFor(given)).startLine).toBe(`GET ${target} HTTP/1.1`);
  });

  it("has a key of 16 random bytes that no other attempt has [6455-4.1-16]", async () => {
    await using server = await StubServer.start();
    const keys = new Set<string>();
    for (let i = 0; i < 100; i++) {
      const opening = connect(`ws://${server.authority}/`);
      const values = valuesOf(await (await server.next()).accept(), "sec-websocket-key");
      (await opening).terminate();
      expect(values).toHaveLength(1);
      const [key = ""] = values;
      expect(key).toHaveLength(24);
      expect(Buffer.from(key, "base64")).toHaveLength(16);
      keys.add(key);
    }
    expect(keys.size).toBe(100);
  });

  it("has an Origin only when one is given, and then unchanged [6455-4.1-17]", async () => {
    expect(valuesOf(await requestFor("/"), "origin")).toEqual([]);
    const origin = "https://App.example:8443";
    expect(valuesOf(await requestFor("/", { origin }), "origin")).toEqual([origin]);
  });

  it("has the fields of the application, and user information as Basic Authorization [6455-4.1-21]", async () => {
    await using server = await StubServer.start();
    const headers = new Map([["Cookie", "a=1; b=2"]]);
    const opening = connect(`ws://J%C3%B6rg:se%3Acret@${server.authority}/`, { headers });
    const head = await (await server.next()).accept();
    (await opening).terminate();
    expect(valuesOf(head, "cookie")).toEqual(["a=1; b=2"]);
    const credentials = Buffer.from("Jörg:se:cret").toString("base64");
    expect(valuesOf(head, "authorization")).toEqual([`Basic ${credentials}`]);
    expect(head.startLine).toBe("GET / HTTP/1.1");
  });

  it("sends a field several times when it has several values", async () => {
    const head = await requestFor("/", { headers: { "X-Tag": ["one", "two"], "X-Other": "3" } });
    expect(valuesOf(head, "x-tag")).toEqual(["one", "two"]);
    expect(valuesOf(head, "x-other")).toEqual(["3"]);
  });

  it("reads header fields that can be read once only", async () => {
    function* once(): Generator<[string, string]> {
      yield ["X-Once", "yes"];
    }
    expect(valuesOf(await requestFor("/", { headers: once() }), "x-once")).toEqual(["yes"]);
  });

  it("offers permessage-deflate unless it is switched off [6455-4.1-20]", async () => {
    const named = "sec-websocket-extensions";
    const offered = valuesOf(await requestFor("/"), named);
    expect(offered).toHaveLength(1);
    expect(offered[0]).toMatch(/^permessage-deflate(;|$)/);
    const perMessageDeflate = { serverNoContextTakeover: true };
    const [offer] = valuesOf(await requestFor("/", { perMessageDeflate }), named);
    expect(offer).toContain("server_no_context_takeover");
    expect(valuesOf(await requestFor("/", { perMessageDeflate: false }), named)).toEqual([]);
  });

  it("offers permessage-deflate by its bare name to servers that refuse windows, and compresses", async () => {
    await using server = await StubServer.start();
    const perMessageDeflate = { offerWindowBits: false };
    const opening = connect(`ws://${server.authority}/`, { perMessageDeflate });
    const peer = await server.next();
    const head = await peer.accept(["Sec-WebSocket-Extensions: permessage-deflate"]);
    expect(valuesOf(head, "sec-websocket-extensions")).toEqual(["permessage-deflate"]);
    const connection = await opening;
    connection.send("a".repeat(1_000));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, rsv: 4 });
    connection.terminate();
  });

  it("goes out before anything else, and nothing before the response [6455-4.1-22]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const head = await peer.head();
    expect(head.rest).toHaveLength(0);
    expect(peer.bytes).toHaveLength(0);
    peer.write(acceptance(head));
    (await opening).terminate();
  });
});

describe("an open connection", () => {
  it("has the subprotocol that the server picked, of those in order of preference [6455-4.1-19]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`, { subprotocols: ["v2.chat", "v1.chat"] });
    const head = await (await server.next()).accept(["Sec-WebSocket-Protocol: v1.chat"]);
    expect(valuesOf(head, "sec-websocket-protocol")).toEqual(["v2.chat, v1.chat"]);
    const connection = await opening;
    expect(connection.subprotocol).toBe("v1.chat");
    expect(connection.extensions).toBe("");
    connection.terminate();
  });

  it("has none when the server picked none", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`, { subprotocols: ["chat"] });
    await (await server.next()).accept();
    const connection = await opening;
    expect(connection.subprotocol).toBe("");
    connection.terminate();
  });

  it("tells how the server answered, interim responses aside", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const head = await peer.head();
    peer.write("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n");
    const cookies = ["Set-Cookie: lb=7; Path=/", "set-cookie: other=1"];
    peer.write(acceptance(head, [...cookies, "X-Request-Id: abc-123"]));
    const connection = await opening;
    expect(connection.response?.httpStatus).toBe(101);
    const { headers } = connection.response ?? {};
    expect(headers?.getAll("Set-Cookie")).toEqual(["lb=7; Path=/", "other=1"]);
    expect(headers?.get("x-request-id")).toBe("abc-123");
    expect(headers?.get("x-early")).toBeUndefined();
    connection.terminate();
    await connection.closed;
    expect(connection.response?.headers.get("x-request-id")).toBe("abc-123");
  });

  it("of a server has no response", async () => {
    await using server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await server.listening();
    const accepted = new Promise<WebSocketConnection>((resolve) => {
      server.on("connection", resolve);
    });
    const connection = await connect(server.url);
    expect((await accepted).response).toBeUndefined();
    expect(connection.response?.headers.get("upgrade")).toBe("websocket");
    connection.terminate();
  });

  it("sends and receives, masked one way only", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    await peer.accept();
    const connection = await opening;
    const received = new Promise((resolve) => {
      connection.on("message", resolve);
    });
    connection.send("hello");
    expect(await peer.frame()).toMatchObject({
      opcode: TEXT,
      payload: utf8("hello"),
      maskingKey: expect.any(Uint8Array),
    });
    peer.send(frame(TEXT, "world"));
    expect(await received).toBe("world");
    connection.terminate();
  });

  it("compresses when the server accepts permessage-deflate", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    await peer.accept(["Sec-WebSocket-Extensions: permessage-deflate"]);
    const connection = await opening;
    expect(connection.extensions).toBe("permessage-deflate");
    const received = new Promise((resolve) => {
      connection.on("message", resolve);
    });
    // RFC 7692 §7.2.3.1: "Hello"
    peer.send(frame(TEXT, hex("f2 48 cd c9 c9 07 00"), { rsv: 4 }));
    expect(await received).toBe("Hello");
    connection.send("a".repeat(1_000));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, rsv: 4 });
    connection.terminate();
  });

  it("accepts names and tokens in any case, and fields it does not know [6455-4.1-30]", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const text = Buffer.from(acceptance(await peer.head(), ["__proto__: x", "Constructor: y"]));
    peer.write(
      text
        .toString("latin1")
        .replace("Upgrade: websocket", "uPGRADE:WebSocket")
        .replace("Connection: Upgrade", "CONNECTION: keep-alive, UPGRADE")
        .replace("Sec-WebSocket-Accept", "sec-websocket-ACCEPT"),
    );
    (await opening).terminate();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("gets, in order, what came in one segment with the response, also when listened to later", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const close = frame(CLOSE, closePayload(4001, "that is all"));
    await peer.accept([], [frame(TEXT, "one"), frame(TEXT, "two"), close]);
    peer.end();
    const connection = await opening;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const log: unknown[] = [];
    connection.on("message", (message) => log.push(message));
    connection.on("close", ({ code, reason }) => log.push([code, reason]));
    await connection.closed;
    expect(log).toEqual(["one", "two", [4001, "that is all"]]);
  });

  it("opens however the response is cut", { timeout: 60_000 }, async () => {
    await using server = await StubServer.start();
    let length = 2;
    for (let at = 1; at < length; at++) {
      const opening = connect(`ws://${server.authority}/`);
      const peer = await server.next();
      const bytes = concat([acceptance(await peer.head()), encodeFrame(frame(TEXT, "hello"))]);
      ({ length } = bytes);
      peer.write(bytes.subarray(0, at));
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      peer.write(bytes.subarray(at));
      const connection = await opening;
      const first = await connection[Symbol.asyncIterator]().next();
      expect(first.value).toBe("hello");
      connection.terminate();
    }
    expect(length).toBeGreaterThan(130);
  });

  it("opens when each byte of the response comes alone", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    await peer.trickle(acceptance(await peer.head()));
    (await opening).terminate();
  });

  it("does not mind an interim response before the response", async () => {
    await using server = await StubServer.start();
    const opening = connect(`ws://${server.authority}/`);
    const peer = await server.next();
    const head = await peer.head();
    peer.write("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
    peer.write(acceptance(head));
    (await opening).terminate();
  });
});
