// Upgrades to other protocols on an http server with a WebSocketServer: they are the application's.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { describe, expect, it, vi } from "vitest";
import { isForeign, keepToWebSocket, requestAgain } from "../../../src/node/server/attached.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { FakeClock } from "../../support/clock.js";
import { RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { Site } from "../../support/site.js";
import { concat, utf8 } from "../../support/wire-frame.js";
import { headBytes } from "../../support/wire-handshake.js";

const H2C = [
  "Host: localhost",
  "Connection: Upgrade, HTTP2-Settings",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA",
];

/** Answers with the method, the path, the body and what it knows of an upgrade. */
async function describeRequest(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const { upgrade } = request.headers;
  return `${request.method} ${request.url} ${body} ${upgrade} ${request.rawHeaders.length}`;
}

function application(): Server {
  return createServer((request, response) => {
    const answer = (text: string): unknown =>
      response.setHeader("Content-Length", Buffer.byteLength(text)).end(text);
    describeRequest(request).then(answer, () => {}); // a client that has gone gets none
  });
}

/** Sends each piece in a turn of its own, and gives the body of the answer. */
async function bodyOf(client: RawClient, pieces: readonly Uint8Array[]): Promise<string> {
  for (const piece of pieces) {
    client.send(piece);
    await settle();
  }
  const head = await client.head();
  const length = Number(head.fields.find(([name]) => name === "content-length")?.[1]);
  await eventually(() => client.received.length >= length);
  const body = Buffer.from(client.received.subarray(0, length)).toString();
  client.received = client.received.subarray(length);
  return body;
}

describe.each([
  ["that takes everything", {}],
  ["with a path", { path: "/ws" }],
])("beside a server %s", (_, options) => {
  const head = (line: string, ...more: readonly string[]): Uint8Array =>
    headBytes([line, ...H2C, ...more]);

  it.each([
    ["GET", [head("GET /x HTTP/1.1")], "GET /x  h2c 8"],
    [
      "POST with its body",
      [concat([head("POST /x HTTP/1.1", "Content-Length: 5"), utf8("hello")])],
      "POST /x hello h2c 10",
    ],
    [
      "POST with a body that comes later",
      [head("POST /x HTTP/1.1", "Content-Length: 5"), utf8("he"), utf8("llo")],
      "POST /x hello h2c 10",
    ],
    [
      "POST with chunks",
      [head("POST /x HTTP/1.1", "Transfer-Encoding: chunked"), utf8("5\r\nhello\r\n0\r\n\r\n")],
      "POST /x hello h2c 10",
    ],
    ["a path that is ours", [head("GET /ws HTTP/1.1")], "GET /ws  h2c 8"],
  ])("%s that offers h2c is a request like any other", async (_name, pieces, body) => {
    await using site = await Site.start(application());
    const refused = vi.fn();
    site.add("ours", options).on("refused", refused);
    using client = await RawClient.connect(site);

    expect(await bodyOf(client, pieces)).toBe(body);
    expect(refused).not.toHaveBeenCalled();
  });

  it("the connection can go on with more requests, and become a WebSocket", async () => {
    await using site = await Site.start(application());
    site.add("ours", options);
    using client = await RawClient.connect(site);
    const plain = headBytes(["GET /plain HTTP/1.1", "Host: localhost"]);

    expect(await bodyOf(client, [head("GET /1 HTTP/1.1")])).toContain("GET /1 ");
    expect(await bodyOf(client, [plain])).toBe("GET /plain  undefined 2");
    expect(await bodyOf(client, [head("GET /2 HTTP/1.1")])).toContain("GET /2 ");
    client.send(upgradeRequest("/ws"));
    expect((await client.head()).startLine).toContain("101");
  });

  it("a client that has gone does no harm", async () => {
    await using site = await Site.start(application());
    site.add("ours", options);
    using client = await RawClient.send(site, head("POST / HTTP/1.1", "Content-Length: 5"));
    client.socket.resetAndDestroy();
    await settle();

    expect(await site.who("/ws")).toBe("ours");
  });
});

describe("an http server", () => {
  it("of TLS answers them as well", async () => {
    const http = createSecureServer({ key: KEY, cert: LOCALHOST }, (request, response) => {
      response.end(String(request.headers.upgrade));
    });
    await using site = await Site.start(http);
    site.add("ours");
    using client = await RawClient.connectTls(site, CA);

    expect(await bodyOf(client, [headBytes(["GET / HTTP/1.1", ...H2C])])).toBe("h2c");
  });

  it("leaves them to another listener, and to nobody else", async () => {
    const clock = new FakeClock();
    await using site = await Site.start(application());
    site.http.on("upgrade", (request, socket) => {
      if (request.url === "/theirs") socket.end("HTTP/1.1 299 Theirs\r\n\r\n");
    });
    site.add("ours", { clock });

    const theirs = upgradeRequest("/theirs", { upgrade: "h2c" });
    expect(await statusOf(site, theirs)).toBe(299);
    using client = await RawClient.send(site, upgradeRequest("/nobodys", { upgrade: "h2c" }));
    await eventually(() => clock.timers === 1);
    clock.advance(10_000);
    expect((await client.answer()).httpStatus).toBe(426);
  });

  it("goes on as it was after our shutdown", async () => {
    await using site = await Site.start(application());
    const ours = site.add("ours");
    await ours.shutdown();
    using client = await RawClient.connect(site);

    expect(await bodyOf(client, [headBytes(["GET / HTTP/1.1", ...H2C])])).toBe("GET /  h2c 8");
    expect(site.http.listenerCount("upgrade")).toBe(0);
  });
});

describe("reading a request again", () => {
  /** The server's answers to what it took for an upgrade: each is read again. */
  async function readAgain(
    bytes: Uint8Array,
    maxHeadersCount: number | null = null,
  ): Promise<{ isBack: unknown; lines: readonly string[] }> {
    const http = createServer();
    http.maxHeadersCount = maxHeadersCount;
    await using site = await Site.start(http);
    const seen = once(http, "request");
    const isBack = new Promise((resolve) => {
      http.on("upgrade", (message, socket, head) => {
        resolve(requestAgain(http, message, socket, head));
      });
    });
    using client = await RawClient.send(site, bytes);
    const result = await isBack;
    if (result !== true) return { isBack: result, lines: [] };
    const [request]: IncomingMessage[] = await seen;
    client.socket.destroy();
    return { isBack: result, lines: request?.rawHeaders ?? [] };
  }

  const head = (...lines: readonly string[]): Uint8Array =>
    headBytes(["GET / HTTP/1.1", "Host: localhost", "Upgrade: h2c", ...lines]);

  it.each([
    [["Connection: Upgrade"], []],
    [["Connection: close, upgrade"], ["Connection", "close"]],
    [
      ["Connection: UPGRADE,,x", "connection: Upgrade"],
      ["Connection", "x"],
    ],
    [
      ["X-A: h\u00e9", "Connection: upgrade", "x-a: "],
      ["X-A", "h\u00e9", "x-a", ""],
    ],
  ])("leaves out of %j the token upgrade alone", async (lines, kept) => {
    const bytes = Buffer.from(Buffer.from(head(...lines)).toString(), "latin1");

    expect(await readAgain(bytes)).toEqual({
      isBack: true,
      lines: ["Host", "localhost", "Upgrade", "h2c", ...kept],
    });
  });

  it("does nothing when Node has left out header fields", async () => {
    const bytes = head("Connection: Upgrade", "Content-Length: 0");

    expect(await readAgain(bytes, 4)).toEqual({ isBack: false, lines: [] });
    expect(await readAgain(bytes, 5)).toMatchObject({ isBack: true });
    expect(await readAgain(bytes, 0)).toMatchObject({ isBack: true });
  });
});

describe("a Node that can be told what is an upgrade", () => {
  const message = (upgrade: string): IncomingMessage =>
    Object.assign(Object.create(null), { headers: { upgrade } });

  it("is told by the option that others may use as well", () => {
    const http = createServer();
    const theirs = vi.fn((request: IncomingMessage) => request.headers.upgrade !== "no");
    Reflect.set(http, "shouldUpgradeCallback", theirs);
    let hasOthers = false;
    const stop = keepToWebSocket(http, () => hasOthers);
    const asked = (upgrade: string): unknown =>
      Reflect.apply(Reflect.get(http, "shouldUpgradeCallback"), http, [message(upgrade)]);

    expect(["websocket", "h2c, WebSocket", "h2c", "no"].map(asked)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(theirs.mock.contexts).toEqual([http, http, http, http]);
    hasOthers = true;
    expect(["h2c", "no"].map(asked)).toEqual([true, false]);
    stop?.();
    expect(Reflect.get(http, "shouldUpgradeCallback")).toBe(theirs);
  });

  it("forgets it, though somebody has put another one around it", () => {
    const http = createServer();
    Reflect.set(http, "shouldUpgradeCallback", () => true);
    const stop = keepToWebSocket(http, () => false);
    const ours: unknown = Reflect.get(http, "shouldUpgradeCallback");
    const around = vi.fn((request) =>
      typeof ours === "function" ? Reflect.apply(ours, http, [request]) : undefined,
    );
    Reflect.set(http, "shouldUpgradeCallback", around);
    stop?.();

    expect(Reflect.get(http, "shouldUpgradeCallback")).toBe(around);
    expect(around(message("h2c"))).toBe(true);
  });

  it.each([
    ["websocket", false],
    ["WebSocket", false],
    ["h2c, websocket", false],
    [",websocket,", false],
    ["h2c", true],
    ["websockets", true],
    ["a b", true],
  ])("has for %j the answer %s to whether it is foreign", (upgrade, isIt) => {
    expect(isForeign(message(upgrade))).toBe(isIt);
  });
});
