// Requests to the own listener that are no opening handshake.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../support/clock.js";
import {
  answerTo,
  fieldOf,
  RawClient,
  statusOf,
  upgradeRequest,
} from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";
import { headBytes } from "../../support/wire-handshake.js";

describe("requests for something else", () => {
  it("get 426 and are told what is spoken here [6455-4.2.1-01]", async () => {
    await using under = await startServer();
    const answer = await answerTo(under, headBytes(["GET / HTTP/1.1", "Host: localhost"]));

    expect(answer.httpStatus).toBe(426);
    expect(fieldOf(answer, "upgrade")).toBe("websocket");
    expect(fieldOf(answer, "sec-websocket-version")).toBe("13");
    expect(fieldOf(answer, "connection")).toMatch(/^close/);
  });

  it("go to onRequest, which answers when it likes", async () => {
    const clock = new FakeClock();
    await using under = await startServer({
      clock,
      path: "/chat",
      onRequest: async ({ path: asked, query }, respond) => {
        await settle();
        const headers = { "Content-Type": "text/html", "X-A": "1" };
        if (asked === "/") respond({ httpStatus: 200, headers, body: `<p>${query.get("q")}` });
        else respond({ httpStatus: 404 });
        respond({ httpStatus: 500 });
      },
    });
    const page = await answerTo(under, headBytes(["GET /?q=1 HTTP/1.1", "Host: localhost"]));

    expect(page).toMatchObject({ httpStatus: 200, body: "<p>1" });
    expect(fieldOf(page, "content-type")).toBe("text/html");
    expect(fieldOf(page, "x-a")).toBe("1");
    expect(fieldOf(page, "connection")).toBe("close");
    expect(await statusOf(under, headBytes(["GET /x HTTP/1.1", "Host: localhost"]))).toBe(404);
    expect(await statusOf(under, upgradeRequest("/chat"))).toBe(101);
    expect(await statusOf(under, upgradeRequest("/"))).toBe(404);
    expect(under.errors).toEqual([]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("page");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("page");
      },
    ],
    [
      "asks for a header that cannot be sent",
      (
        _: unknown,
        respond: (response: { httpStatus: number; headers: Record<string, string> }) => void,
      ) => {
        respond({ httpStatus: 200, headers: { "X-A": "\r\n" } });
      },
    ],
  ])("get 500 when onRequest %s", async (_, onRequest) => {
    await using under = await startServer({ onRequest });

    expect(await statusOf(under, headBytes(["GET / HTTP/1.1", "Host: localhost"]))).toBe(500);
    expect(under.errors).toHaveLength(1);
  });

  it("get 408 when onRequest does not answer", async () => {
    const clock = new FakeClock();
    let asked = 0;
    await using under = await startServer({ clock, onRequest: () => asked++ });
    using client = await RawClient.send(under, headBytes(["GET / HTTP/1.1", "Host: localhost"]));
    await eventually(() => asked === 1);
    clock.advance(10_000);

    expect((await client.answer()).httpStatus).toBe(408);
    expect(under.refused).toMatchObject([{ reason: expect.stringContaining("onRequest") }]);
  });

  it.each([
    ["GET / HTTP/1.0", "GET", ["Host: localhost"]],
    ["GET / HTTP/1.0", "GET", []],
    ["HEAD / HTTP/1.1", "HEAD", ["Host: localhost"]],
    ["HEAD / HTTP/1.0", "HEAD", []],
    ["GET / HTTP/1.1", "GET", ["Host: localhost", "Upgrade: h2c", "Connection: Upgrade"]],
    ["GET / HTTP/1.0", "GET", ["Upgrade: h2c", "Connection: Upgrade"]],
  ])(
    "go to onRequest as %s of health checks and of clients that offer h2c, too",
    async (line, method, lines) => {
      const asked: string[] = [];
      await using under = await startServer({
        onRequest: (request, respond) => {
          asked.push(request.method);
          respond({ httpStatus: 200, body: "fine" });
        },
      });
      const answer = await answerTo(under, headBytes([line, ...lines]));

      expect(asked).toEqual([method]);
      expect(answer).toMatchObject({ httpStatus: 200, body: method === "HEAD" ? "" : "fine" });
      expect(fieldOf(answer, "content-length")).toBe("4");
      expect(fieldOf(answer, "connection")).toBe("close");
      expect(fieldOf(answer, "transfer-encoding")).toBeUndefined();
      expect(under.refused).toEqual([]);
    },
  );

  it.each(["GET / HTTP/1.0", "HEAD / HTTP/1.1"])(
    "as %s get 426 without onRequest",
    async (line) => {
      await using under = await startServer();
      const { httpStatus, body } = await answerTo(under, headBytes([line, "Host: localhost"]));

      expect(httpStatus).toBe(426);
      expect(body.includes("WebSocket")).toBe(line.startsWith("GET"));
    },
  );

  it("do not go to onRequest when they are what a proxy left of a handshake", async () => {
    await using under = await startServer({
      onRequest: (_, respond) => respond({ httpStatus: 200 }),
    });
    const stripped = { upgrade: undefined, connection: "close" };
    const old = await answerTo(under, upgradeRequest("/", stripped, "GET / HTTP/1.0"));
    const bare = await answerTo(under, upgradeRequest("/", stripped));

    expect(old).toMatchObject({
      httpStatus: 505,
      body: expect.stringContaining("proxy_http_version 1.1"),
    });
    expect(bare).toMatchObject({ httpStatus: 426, body: expect.stringContaining("must pass on") });
    expect(under.refused.map(({ code }) => code)).toEqual([
      "HTTP_VERSION_UNSUPPORTED",
      "UPGRADE_MISSING",
    ]);
  });
});
