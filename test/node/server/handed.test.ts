// Upgrades that an application hands over by itself, one by one.
import { createServer, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { reject } from "../../../src/node/server/rejection.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import type { UpgradeOptions } from "../../../src/node/server/handed.js";
import { answerTo, RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { settle } from "../../support/raw-peer.js";
import { Site } from "../../support/site.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import { headBytes, SAMPLE_KEY, valuesOf } from "../../support/wire-handshake.js";

describe("handleUpgrade", () => {
  it("makes all checks, path and route included", async () => {
    await using site = await Site.start();
    const server = new WebSocketServer({ path: "/chat" });
    site.http.on("upgrade", (request, socket, head) => {
      server.handleUpgrade(request, socket, head);
    });

    expect(await statusOf(site, upgradeRequest("/chat"))).toBe(101);
    expect(await statusOf(site, upgradeRequest("/other"))).toBe(404);
    expect(await statusOf(site, upgradeRequest("/chat", { origin: "http://evil.example" }))).toBe(
      403,
    );
    await server.shutdown({ deadlineMs: 0 });
  });

  it("throws for a socket that was handed over, and leaves the first connection alone", async () => {
    await using site = await Site.start();
    const server = new WebSocketServer();
    const other = new WebSocketServer();
    const errors: unknown[] = [];
    site.http.on("upgrade", (request, socket, head) => {
      server.handleUpgrade(request, socket, head);
      for (const again of [server, other]) {
        try {
          again.handleUpgrade(request, socket, head);
        } catch (error) {
          errors.push(error);
        }
      }
    });
    server.on("connection", (connection) => {
      connection.on("message", (message) => connection.send(message));
    });
    using client = await RawClient.send(site, upgradeRequest());
    const head = await client.head();
    client.sendFrames(frame(TEXT, "x"));

    expect(valuesOf(head, "sec-websocket-accept")).toHaveLength(1);
    expect(await client.frame()).toMatchObject({ opcode: TEXT });
    expect(errors).toEqual([expect.any(Error), expect.any(Error)]);
    expect(server.connections.size).toBe(1);
    await server.shutdown({ deadlineMs: 0 });
  });

  it("copes with a socket that is closed already", async () => {
    await using site = await Site.start();
    const server = new WebSocketServer({
      authenticate: () => {
        throw new Error("must not be asked");
      },
    });
    const upgraded = new Promise<void>((resolve) => {
      site.http.on("upgrade", (request, socket, head) => {
        socket.destroy();
        socket.once("close", () => {
          server.handleUpgrade(request, socket, head);
          resolve();
        });
      });
    });
    using client = await RawClient.send(site, upgradeRequest());
    await upgraded;
    await settle();

    expect(client.received).toHaveLength(0);
    await server.shutdown({ deadlineMs: 0 });
  });

  it("throws at once for a request that did not come through upgrade, and leaves its socket alone", async () => {
    const server = new WebSocketServer();
    const errors: unknown[] = [];
    await using site = await Site.start(
      createServer((request, response) => {
        try {
          server.handleUpgrade(request, request.socket);
        } catch (error) {
          errors.push(error);
          response.writeHead(500, { connection: "close", "content-length": 4 }).end("told");
        }
      }),
    );

    expect(await answerTo(site, upgradeRequest())).toMatchObject({ httpStatus: 500, body: "told" });
    const plain = headBytes(["GET / HTTP/1.1", "Host: localhost"]);
    expect(await answerTo(site, plain)).toMatchObject({ httpStatus: 500, body: "told" });
    expect(errors.map(String)).toEqual([
      expect.stringContaining('listener for "upgrade"'),
      expect.stringContaining('listener for "upgrade"'),
    ]);
    await server.shutdown();
  });

  it("takes a request that somebody made up, with headers and no rawHeaders", async () => {
    const server = new WebSocketServer<string>({ authenticate: ({ query }) => query.get("q") });
    const opened: unknown[] = [];
    server.on("connection", (connection, { headers }) => {
      opened.push(connection.data, headers.getAll("x-list"), headers.get("x-no"));
    });
    let sent = "";
    const socket = new Duplex({
      read: () => {},
      write: (chunk, _, done) => {
        sent += String(chunk);
        done();
      },
    });
    const request = Object.assign(Object.create(null), {
      method: "GET",
      url: "/?q=me",
      headers: {
        host: "localhost",
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": SAMPLE_KEY,
        "x-list": ["a", "b"],
        "x-no": undefined,
      },
    });
    server.handleUpgrade(request, socket);
    await settle();

    expect(opened).toEqual(["me", ["a", "b"], undefined]);
    expect(sent).toContain("101 Switching Protocols");
    await server.shutdown({ deadlineMs: 0 });
  });
});

describe("what the application knows of a client it hands over", () => {
  /** The answers to requests that are handed over with `options`, and who was asked. */
  async function handOver<Data>(options: UpgradeOptions<Data>, request = upgradeRequest("/chat")) {
    await using site = await Site.start();
    const asked: string[] = [];
    const server = new WebSocketServer<Data>({
      path: "/chat",
      authenticate: () => {
        asked.push("authenticate");
        return false;
      },
    });
    server.addGuard(() => {
      asked.push("guard");
      return { type: "admit", release: () => asked.push("release") };
    });
    const data: unknown[] = [];
    server.on("connection", (connection) => data.push(connection.data));
    site.http.on("upgrade", (message, socket, head) => {
      server.handleUpgrade(message, socket, head, options);
    });
    const httpStatus = await statusOf(site, request);
    await server.shutdown({ deadlineMs: 0 });
    return { httpStatus, asked, data };
  }

  it("becomes connection.data, and authenticate is not asked", async () => {
    expect(await handOver({ data: { user: "ann" } })).toEqual({
      httpStatus: 101,
      asked: ["guard", "release"],
      data: [{ user: "ann" }],
    });
  });

  it.each([undefined, null, false] as const)("refuses with 401 when it is %s", async (data) => {
    expect(await handOver<string>({ data })).toMatchObject({ httpStatus: 401, data: [] });
  });

  it("may be a refusal", async () => {
    expect(await handOver<string>({ data: reject(418) })).toMatchObject({ httpStatus: 418 });
  });

  it("does not stand for the checks of path and origin", async () => {
    const evil = upgradeRequest("/chat", { origin: "http://evil.example" });

    expect(await handOver({ data: "x" }, evil)).toMatchObject({ httpStatus: 403, asked: [] });
    expect(await handOver({ data: "x" }, upgradeRequest("/"))).toMatchObject({ httpStatus: 404 });
  });

  it("leaves it to authenticate when it is left out", async () => {
    expect(await handOver({})).toMatchObject({
      httpStatus: 401,
      asked: ["guard", "authenticate", "release"],
    });
  });

  it.each([
    ["an unknown option", { user: "ann" }, /no option "user"/],
    ["a callback, as ws has it", () => {}, /takes options as an object/],
  ])("is not %s: that throws, and the socket is free [M04]", (_, options, message) => {
    const server = new WebSocketServer();
    const socket = new PassThrough();
    const request = new IncomingMessage(new Socket());

    expect(() => {
      Reflect.apply(WebSocketServer.prototype.handleUpgrade.bind(server), undefined, [
        request,
        socket,
        Buffer.alloc(0),
        options,
      ]);
    }).toThrow(message);
    expect(socket.listenerCount("data")).toBe(0);
    expect(() => server.handleUpgrade(request, socket)).not.toThrow();
  });
});

describe("what middleware puts on a request", () => {
  const middleware = (request: IncomingMessage): void => {
    Object.assign(request, { session: { user: "ann" } });
  };
  const userOf = (raw: IncomingMessage | undefined): unknown =>
    raw !== undefined && "session" in raw ? raw.session : undefined;

  it.each(["http server", "handleUpgrade"])(
    "reaches authenticate and listeners by request.raw, by way of an %s",
    async (wayIn) => {
      const http = createServer();
      http.on("upgrade", middleware);
      await using site = await Site.start(http);
      const server = new WebSocketServer({
        authenticate: ({ raw }) => userOf(raw),
        ...(wayIn === "http server" && { server: http }),
      });
      if (wayIn === "handleUpgrade") {
        http.on("upgrade", (message, socket, head) => server.handleUpgrade(message, socket, head));
      }
      const seen: unknown[] = [];
      server.on("connection", (connection, { raw }) => seen.push(connection.data, userOf(raw)));
      using client = await RawClient.send(site, upgradeRequest());

      expect((await client.head()).startLine).toContain("101");
      expect(seen).toEqual([{ user: "ann" }, { user: "ann" }]);
      await server.shutdown({ deadlineMs: 0 });
    },
  );
});
