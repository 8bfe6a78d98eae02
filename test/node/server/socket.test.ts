// Sockets of upgrades that others have, too: who answers, and in which order.
import type { Duplex } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { WebSocketServer } from "../../../src/node/server/server.js";
import type { ServerRequest } from "../../../src/node/server/request.js";
import { FakeClock } from "../../support/clock.js";
import { answerTo, RawClient, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { Site } from "../../support/site.js";
import { headBytes } from "../../support/wire-handshake.js";

const THEIRS = "HTTP/1.1 299 Theirs\r\nConnection: close\r\n\r\ntheirs";

describe("a socket that others answer while authenticate is at work", () => {
  it.each(["http server", "handleUpgrade"])("is theirs, by way of an %s", async (wayIn) => {
    await using site = await Site.start();
    let letIn: (isIn: boolean) => void = () => {};
    let theirs: Duplex | undefined;
    const requests: ServerRequest[] = [];
    const told: unknown[] = [];
    const server = new WebSocketServer({
      ...(wayIn === "http server" && { server: site.http }),
      authenticate: (request) => {
        requests.push(request);
        return new Promise<boolean>((resolve) => (letIn = resolve));
      },
      onHandlerError: (error) => told.push(error),
    });
    server.on("connection", () => told.push("connection"));
    site.http.on("upgrade", (request, socket, head) => {
      theirs = socket;
      if (wayIn === "handleUpgrade") server.handleUpgrade(request, socket, head);
    });
    using client = await RawClient.send(site, upgradeRequest());
    await eventually(() => requests.length === 1);
    theirs?.write("HTTP/1.1 101 Theirs\r\n\r\n");
    letIn(true);
    await client.head();
    await settle();

    expect(client.received).toHaveLength(0);
    expect(told).toEqual([]);
    expect(server.connections.size).toBe(0);
    expect(requests[0]?.signal.aborted).toBe(true);
    theirs?.end("more");
    await client.ended();
    expect(Buffer.from(client.received).toString()).toBe("more");
    await server.shutdown(); // it holds nothing any more
  });

  it("gets no 408 from us either", async () => {
    const clock = new FakeClock();
    await using site = await Site.start();
    let theirs: Duplex | undefined;
    const server = site.add("ours", { clock, authenticate: () => new Promise(() => {}) });
    site.http.on("upgrade", (_, socket) => (theirs = socket));
    using client = await RawClient.send(site, upgradeRequest());
    await eventually(() => clock.timers === 1);
    theirs?.write("HTTP/1.1 101 Theirs\r\n\r\n");
    await client.head();
    clock.advance(10_000);
    await settle();

    expect(client.received).toHaveLength(0);
    expect(client.hasEnded).toBe(false);
    await server.shutdown();
  });
});

describe("an upgrade behind a request that is not answered yet", () => {
  it.each(["http server", "handleUpgrade"])(
    "is answered behind it, by way of an %s",
    async (wayIn) => {
      await using site = await Site.start();
      site.http.removeAllListeners("request");
      let answerFirst = (): void => {};
      site.http.on("request", (_, response) => (answerFirst = () => response.end("first")));
      const server = new WebSocketServer(wayIn === "http server" ? { server: site.http } : {});
      const upgraded = vi.fn();
      site.http.on("upgrade", (request, socket, head) => {
        upgraded();
        if (wayIn === "handleUpgrade") server.handleUpgrade(request, socket, head);
      });
      const first = headBytes(["GET /first HTTP/1.1", "Host: localhost"]);
      using client = await RawClient.send(site, Buffer.concat([first, upgradeRequest()]));
      await eventually(() => upgraded.mock.calls.length === 1);
      await settle();
      expect(client.received).toHaveLength(0);
      answerFirst();

      expect((await client.head()).startLine).toContain("200");
      await eventually(() => Buffer.from(client.received).includes("101 Switching"));
      expect(Buffer.from(client.received).indexOf("first")).toBe(0);
      await server.shutdown({ deadlineMs: 0 });
    },
  );

  it("may end in a reset without harm", async () => {
    await using site = await Site.start();
    site.http.removeAllListeners("request");
    const asked = vi.fn();
    site.http.on("request", asked);
    const server = site.add("ours");
    let theirs: Duplex | undefined;
    site.http.on("upgrade", (_, socket) => (theirs = socket));
    const first = headBytes(["GET /first HTTP/1.1", "Host: localhost"]);
    using client = await RawClient.send(site, Buffer.concat([first, upgradeRequest()]));
    await eventually(() => theirs !== undefined);
    client.socket.resetAndDestroy();
    await eventually(() => theirs?.destroyed === true);
    await settle();

    expect(asked).toHaveBeenCalledTimes(1);
    expect(server.connections.size).toBe(0);
  });
});

describe("a socket that was answered before it is handed over", () => {
  it("is left alone", async () => {
    await using site = await Site.start();
    const told: unknown[] = [];
    const server = new WebSocketServer({ authenticate: () => told.push("authenticate") });
    server.on("connection", () => told.push("connection"));
    site.http.on("upgrade", (request, socket, head) => {
      socket.end(THEIRS);
      server.handleUpgrade(request, socket, head);
    });

    expect(await answerTo(site, upgradeRequest())).toMatchObject({
      httpStatus: 299,
      body: "theirs",
    });
    expect(told).toEqual([]);
    await server.shutdown();
  });
});
