// Servers on an http server that is not theirs, and sockets handed over one by one.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { CA, KEY, LOCALHOST } from "../../support/certificates/index.js";
import { answerTo, portOf, RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { Site } from "../../support/site.js";
import { CLOSE, frame, TEXT } from "../../support/wire-frame.js";
import { headBytes } from "../../support/wire-handshake.js";

describe("several servers on one http server", () => {
  it("are told apart by path; other paths get 404, and pages are still served [6455-4.2.2-06]", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat" });
    site.add("news", { path: "/news" });

    expect(await site.who("/chat")).toBe("chat");
    expect(await site.who("/news?x=1")).toBe("news");
    expect(await site.who("http://localhost/news")).toBe("news");
    expect(await site.who("/chat/")).toBe(404);
    expect(await site.who("/Chat")).toBe(404);
    const page = await answerTo(
      site,
      headBytes(["GET /p HTTP/1.1", "Host: localhost", "Connection: close"]),
    );
    expect(page.body).toBe("page /p");
  });

  it("may have one that takes the rest, wherever it stands", async () => {
    await using site = await Site.start();
    site.add("rest");
    site.add("chat", { path: "/chat" });

    expect(await site.who("/chat")).toBe("chat");
    expect(await site.who("/other")).toBe("rest");
  });

  it("may route by more than the path, each asked once", async () => {
    await using site = await Site.start();
    const asked: string[] = [];
    site.add("de", { route: (request) => (asked.push("de"), request.query.get("lang") === "de") });
    site.add("fr", { route: (request) => (asked.push("fr"), request.query.get("lang") === "fr") });

    expect(await site.who("/?lang=fr")).toBe("fr");
    expect(asked).toEqual(["de", "fr"]);
    expect(await site.who("/?lang=it")).toBe(404);
  });

  it.each([
    ["true", true, 101],
    ["false", false, 404],
    ["nothing", undefined, 404],
    ["a promise", Promise.resolve(false), 500],
    ["a match", ["/a"], 500],
    ["a number", 1, 500],
  ])(
    "answer for a route that returns %s: only true claims a request",
    async (_what, answer, status) => {
      await using site = await Site.start();
      const errors: unknown[] = [];
      site.add("routed", {
        // @ts-expect-error -- JavaScript may return anything
        route: () => answer,
        onHandlerError: (error) => errors.push(error),
      });
      expect(await statusOf(site, upgradeRequest("/a"))).toBe(status);
      expect(errors).toHaveLength(status === 500 ? 1 : 0);
    },
  );

  it("answer for a route that throws with 500, and only its own server is told", async () => {
    await using site = await Site.start();
    const errors: unknown[] = [];
    site.add("broken", {
      route: () => {
        throw new Error("route");
      },
      onHandlerError: (error) => errors.push(error),
    });

    expect(await site.who("/")).toBe(500);
    expect(errors).toEqual([new Error("route")]);
  });

  it("may not have the same path", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat" });
    site.add("rest");

    expect(() => site.add("again", { path: "/chat" })).toThrow("the same path");
    expect(() => site.add("again")).toThrow("the same path");
    expect(await site.who("/chat")).toBe("chat");
  });

  it("leave upgrades they do not know to other listeners", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat" });
    const others: string[] = [];
    site.http.on("upgrade", (request, socket: Duplex) => {
      if (request.url === "/chat" && request.headers.upgrade === "websocket") return;
      others.push(`${request.url}`);
      socket.end("HTTP/1.1 299 Theirs\r\n\r\n");
    });

    site.add("routed", { route: () => false });
    expect(await site.who("/theirs")).toBe(299);
    expect(await site.who("/chat")).toBe("chat");
    const broken = upgradeRequest("/theirs", { "sec-websocket-version": "8" });
    expect(await statusOf(site, broken)).toBe(299);
    expect(await statusOf(site, upgradeRequest("/chat", { upgrade: "h2c" }))).toBe(299);
    expect(others).toEqual(["/theirs", "/theirs", "/chat"]);
  });

  it("leave a socket alone that a listener before them has handed over", async () => {
    await using site = await Site.start();
    const manual = new WebSocketServer();
    manual.on("connection", (connection) => connection.send("manual"));
    site.http.on("upgrade", (request, socket) => manual.handleUpgrade(request, socket));
    site.add("rest");

    expect(await site.who("/")).toBe("manual");
    await manual.shutdown({ deadlineMs: 0 });
  });

  it("have limits of their own for the head that Node has read [6455-10-12]", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat", maxHeaderBytes: 500 });
    site.add("rest");
    const big = { "x-big": "x".repeat(500) };

    expect(await statusOf(site, upgradeRequest("/chat", big))).toBe(431);
    expect(await statusOf(site, upgradeRequest("/", big))).toBe(101);
  });

  it("judge a request that is no good for its path alone", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat" });
    site.add("routed", { route: () => true });

    expect(await statusOf(site, upgradeRequest("/chat?x=1", { "sec-websocket-key": "x" }))).toBe(
      400,
    );
    expect(await statusOf(site, upgradeRequest("/nowhere", { "sec-websocket-key": "x" }))).toBe(
      400,
    );
  });

  it("are gone after their shutdown; the http server stays", async () => {
    await using site = await Site.start();
    const chat = site.add("chat", { path: "/chat" });
    const news = site.add("news", { path: "/news" });
    await chat.shutdown();

    expect(await site.who("/chat")).toBe(404);
    expect(await site.who("/news")).toBe("news");
    const again = site.add("again", { path: "/chat" });
    expect(await site.who("/chat")).toBe("again");
    await Promise.all([again, news].map((server) => server.shutdown()));
    const alone = upgradeRequest("/chat", { connection: "close, Upgrade" });
    expect((await answerTo(site, alone)).body).toBe("page /chat");
  });

  it("answer 503 while they shut down", async () => {
    await using site = await Site.start();
    const chat = site.add("chat");
    using client = await RawClient.send(site, upgradeRequest());
    await client.head();
    const done = chat.shutdown();

    expect(await site.who("/")).toBe(503);
    expect(await client.frame()).toMatchObject({ opcode: TEXT });
    expect(await client.frame()).toMatchObject({ opcode: CLOSE });
    client.sendFrames(frame(CLOSE));
    client.socket.end();
    await done;
  });
});

describe("an https server", () => {
  it("makes the requests secure [6455-10-09]", async () => {
    const http = createSecureServer({ key: KEY, cert: LOCALHOST });
    const server = new WebSocketServer({ server: http });
    http.listen(0, "127.0.0.1");
    await server.listening();
    const isSecure: boolean[] = [];
    server.on("connection", (_, request) => isSecure.push(request.isSecure));
    const port = portOf(http);
    using client = await RawClient.connectTls({ port }, CA);
    client.send(upgradeRequest("/", { origin: "https://localhost" }));

    expect((await client.head()).startLine).toContain("101");
    expect(isSecure).toEqual([true]);
    expect(server.url).toBe(`wss://127.0.0.1:${port}/`);
    await server.shutdown({ deadlineMs: 0 });
    http.close();
  });

  it("that cannot listen is told of by listening()", async () => {
    await using site = await Site.start();
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    const listening = server.listening();
    http.listen(site.port, "127.0.0.1");

    await expect(listening).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
