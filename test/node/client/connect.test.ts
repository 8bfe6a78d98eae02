import { describe, expect, it } from "vitest";
import { connect } from "../../../src/node/client/connect.js";
import type { WebSocketConnection } from "../../../src/node/connection/connection.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { acceptance, StubServer } from "../../support/stub-server.js";
import { valuesOf } from "../../support/wire-handshake.js";
import {
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  hex,
  TEXT,
  utf8,
} from "../../support/wire-frame.js";

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
