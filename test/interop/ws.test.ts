import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket as WsClient, WebSocketServer as WsServer } from "ws";
import { connect } from "../../src/node/client/connect.js";
import { WebSocket } from "../../src/node/websocket/websocket.js";
import type { WebSocketConnection } from "../../src/node/connection/connection.js";
import type { WebSocketServer } from "../../src/node/server/server.js";
import { eventually } from "../support/raw-peer.js";
import { event, logOf } from "../support/websocket-peer.js";
import { checkEcho, DEFLATE_VARIANTS, messages, startEcho } from "./messages.js";

const CLOSINGS: readonly (readonly [code: number, reason: string])[] = [
  [1000, ""],
  [1000, "bye"],
  [1001, "going away"],
  [1011, "héllo ✓"],
  [3000, "x".repeat(123)],
  [4999, ""],
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server of ws; `act` gets its end of each connection. */
async function startWs(
  act: (socket: WsClient) => void,
  options: ConstructorParameters<typeof WsServer>[0] = {},
): Promise<string> {
  const server = new WsServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", act);
  await once(server, "listening");
  cleanups.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return `ws://127.0.0.1:${address.port}/`;
}

function echo(socket: WsClient): void {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
}

/** Connects a client of ws to a server of ours, and gives both ends. */
async function join(
  server: WebSocketServer,
  options: ClientOptions = {},
): Promise<{ client: WsClient; connection: WebSocketConnection<undefined> }> {
  const accepted = new Promise<WebSocketConnection<undefined>>((resolve) => {
    server.once("connection", resolve);
  });
  const client = new WsClient(server.url, options);
  cleanups.push(() => client.terminate());
  await once(client, "open");
  return { client, connection: await accepted };
}

async function start(...parameters: Parameters<typeof startEcho>): Promise<WebSocketServer> {
  const server = await startEcho(...parameters);
  cleanups.push(() => server.shutdown({ deadlineMs: 0 }));
  return server;
}

describe("our client and a server of ws", () => {
  it.each(DEFLATE_VARIANTS)("exchange messages of 0 to 1 MiB %s", async (_name, deflate) => {
    const perMessageDeflate = deflate === false ? false : { ...deflate, threshold: 0 };
    const url = await startWs(echo, { perMessageDeflate });
    const agreed = deflate === false ? "" : "permessage-deflate";
    expect(await checkEcho(url, { perMessageDeflate: deflate })).toBe(agreed);
    expect(await checkEcho(url)).toBe(agreed);
  });

  it("exchange messages in fragments, compressed or not", async () => {
    for (const perMessageDeflate of [false, { threshold: 0 }]) {
      const seen: string[] = [];
      const url = await startWs(
        (socket) => {
          socket.on("message", (data) => {
            seen.push(Buffer.isBuffer(data) ? data.toString() : "");
            socket.send("one, ", { fin: false });
            socket.ping("between");
            socket.send("two, ", { fin: false });
            socket.send("", { fin: true });
          });
        },
        { perMessageDeflate },
      );
      const connection = await connect(url);
      const incoming = connection[Symbol.asyncIterator]();
      await connection.sendStream(["a", "", "bc", "d".repeat(70_000)]);
      expect((await incoming.next()).value).toBe("one, two, ");
      expect(seen).toEqual([`abc${"d".repeat(70_000)}`]);
      connection.terminate();
    }
  });

  it("ping each other", async () => {
    const pings: string[] = [];
    const pongs: string[] = [];
    const url = await startWs((socket) => {
      socket.on("ping", (data) => pings.push(data.toString()));
      socket.on("pong", (data) => pongs.push(data.toString()));
      socket.ping("from ws");
    });
    const connection = await connect(url);
    expect(await connection.ping("from us")).toBeGreaterThanOrEqual(0);
    await eventually(() => pongs.length > 0);
    expect([pings, pongs]).toEqual([["from us"], ["from ws"]]);
    connection.terminate();
  });

  it.each(CLOSINGS)("close with %d %j, from either side", async (code, reason) => {
    const seen: unknown[] = [];
    const url = await startWs((socket) => {
      socket.on("close", (received, bytes) => seen.push([received, bytes.toString()]));
      socket.on("message", () => socket.close(code, reason));
    });
    const ours = await connect(url);
    ours.close(code, reason);
    expect(await ours.closed).toMatchObject({ code, reason, wasClean: true });
    const theirs = await connect(url);
    theirs.send("close, please");
    expect(await theirs.closed).toMatchObject({ code, reason, wasClean: true });
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([
      [code, reason],
      [code, reason],
    ]);
  });

  it("agree that no code is 1005, and a cut connection 1006", async () => {
    const seen: unknown[] = [];
    const url = await startWs((socket) => {
      socket.on("close", (code) => seen.push(code));
      socket.on("message", () => socket.terminate());
    });
    const quiet = await connect(url);
    quiet.close();
    expect(await quiet.closed).toMatchObject({ code: 1005, wasClean: true });
    const cut = await connect(url);
    cut.send("cut, please");
    expect(await cut.closed).toMatchObject({ code: 1006, wasClean: false });
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([1005, 1006]);
  });

  it("agree on a subprotocol, and on none", async () => {
    const url = await startWs(echo, { handleProtocols: (offered) => offered.has("b") && "b" });
    const one = await connect(url, { subprotocols: ["a", "b"] });
    expect(one.subprotocol).toBe("b");
    one.terminate();
    const none = await connect(url, { subprotocols: ["a"] });
    expect(none.subprotocol).toBe("");
    none.terminate();
  });

  it("talk through the WebSocket of browsers, too", async () => {
    const socket = new WebSocket(await startWs(echo));
    const log = logOf(socket);
    await event(socket, "open");
    socket.binaryType = "arraybuffer";
    socket.send("héllo");
    socket.send(new Blob([new Uint8Array(70_000)]));
    await eventually(() => log.length === 3);
    socket.close(4000, "done");
    await event(socket, "close");
    expect(log).toEqual(["open", "héllo", new ArrayBuffer(70_000), ["close", 4000, "done", true]]);
  });
});

describe("a client of ws and our server", () => {
  it.each(DEFLATE_VARIANTS)("exchange messages of 0 to 1 MiB %s", async (_name, deflate) => {
    const server = await start({ perMessageDeflate: deflate });
    for (const offer of [
      { threshold: 0 },
      deflate === false ? false : { ...deflate, threshold: 0 },
    ]) {
      const { client, connection } = await join(server, { perMessageDeflate: offer });
      const isAgreed = deflate !== false && offer !== false;
      expect(connection.extensions).toBe(isAgreed ? "permessage-deflate" : "");
      for (const message of messages()) {
        client.send(message);
        const [data, isBinary]: [Buffer, boolean] = await nextMessage(client);
        expect(isBinary).toBe(typeof message !== "string");
        expect(data.equals(Buffer.from(message))).toBe(true);
      }
      client.close(1000);
      await once(client, "close");
    }
  });

  it("exchange messages in fragments, compressed or not", async () => {
    for (const threshold of [0, 1_000_000]) {
      const server = await start();
      const { client, connection } = await join(server, { perMessageDeflate: { threshold } });
      client.send("a", { fin: false });
      client.ping();
      client.send("", { fin: false });
      client.send("b".repeat(70_000), { fin: true });
      expect(String((await nextMessage(client))[0])).toBe(`a${"b".repeat(70_000)}`);
      const arrived = nextMessage(client);
      await connection.sendStream(["one, ", "", "two"]);
      expect(String((await arrived)[0])).toBe("one, two");
    }
  });

  it("ping each other", async () => {
    const server = await start();
    const { client, connection } = await join(server);
    const pings: string[] = [];
    connection.on("ping", (payload) => pings.push(payload.toString()));
    client.ping("from ws");
    const [pong] = await once(client, "pong");
    expect(String(pong)).toBe("from ws");
    expect(await connection.ping()).toBeGreaterThanOrEqual(0);
    expect(pings).toEqual(["from ws"]);
  });

  it.each(CLOSINGS)("close with %d %j, from either side", async (code, reason) => {
    const server = await start();
    for (const side of ["client", "server"]) {
      const { client, connection } = await join(server);
      if (side === "client") client.close(code, reason);
      else connection.close(code, reason);
      const [[received, bytes], info] = await Promise.all([
        once(client, "close"),
        connection.closed,
      ]);
      expect([received, String(bytes)]).toEqual([code, reason]);
      expect(info).toMatchObject({ code, reason, wasClean: true });
    }
  });

  it("agree that no code is 1005, and a cut connection 1006", async () => {
    const server = await start();
    const quiet = await join(server);
    quiet.client.close();
    expect(await quiet.connection.closed).toMatchObject({ code: 1005, wasClean: true });
    const cut = await join(server);
    cut.client.terminate();
    expect(await cut.connection.closed).toMatchObject({ code: 1006, wasClean: false });
  });

  it("agree on a subprotocol", async () => {
    const server = await start({ subprotocols: ["b", "c"] });
    const client = new WsClient(server.url, ["a", "b"]);
    await once(client, "open");
    expect(client.protocol).toBe("b");
    client.terminate();
  });
});

async function nextMessage(client: WsClient): Promise<[Buffer, boolean]> {
  return new Promise((resolve) => {
    client.once("message", (data, isBinary) => {
      if (!Buffer.isBuffer(data)) throw new Error("ws gives a Buffer unless told otherwise");
      resolve([data, isBinary]);
    });
  });
}
