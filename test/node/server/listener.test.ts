// The own listener: sockets, heads that trickle, and Unix sockets.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "../../../src/node/server/options.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { FakeClock } from "../../support/clock.js";
import { portOf, RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";
import { headBytes } from "../../support/wire-handshake.js";

describe("a client that takes its time", () => {
  it("gets 408 after handshakeTimeoutMs when it sends nothing", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock });
    using client = await RawClient.connect(under);
    await eventually(() => clock.timers === 1);
    clock.advance(9_999);
    await settle();
    expect(client.received).toHaveLength(0);
    clock.advance(1);

    expect((await client.answer()).httpStatus).toBe(408);
    expect(under.refused).toMatchObject([{ httpStatus: 408, code: "TIMEOUT" }]);
  });

  it("gets no more time for sending a byte now and then", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock });
    using client = await RawClient.connect(under);
    await eventually(() => clock.timers === 1);
    for (const byte of upgradeRequest().subarray(0, 9)) {
      client.send(Uint8Array.of(byte));
      await settle();
      clock.advance(1_000);
    }
    client.send("T");
    clock.advance(1_000);

    expect((await client.answer()).httpStatus).toBe(408);
  });

  it("does not keep others out: 500 of them are all dropped in time, and cost little", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock });
    const before = process.memoryUsage();
    const slow = await Promise.all(
      Array.from({ length: 500 }, () => RawClient.send(under, "GET / HT")),
    );
    await eventually(() => clock.timers === 500);

    expect(await statusOf(under, upgradeRequest())).toBe(101);
    const after = process.memoryUsage();
    const perSocket = (after.heapUsed + after.external - before.heapUsed - before.external) / 500;
    expect(perSocket).toBeLessThan(100_000); // both ends and their test objects included
    clock.advance(10_000);
    await Promise.all(slow.map((client) => client.ended()));
    expect(under.refused.filter(({ code }) => code === "TIMEOUT")).toHaveLength(500);
    for (const client of slow) client.socket.destroy();
  }, 30_000);

  it("is forgotten when it goes before its head is complete", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock });
    using polite = await RawClient.send(under, "GET / HT");
    using rude = await RawClient.send(under, "GET / HT");
    await eventually(() => clock.timers === 2);
    polite.socket.end();
    rude.socket.resetAndDestroy();
    await eventually(() => clock.timers === 0);
    await polite.closed();

    expect(under.refused).toEqual([]);
  });
});

describe("a head", () => {
  it.each([
    ["one big field", [`X-Big: ${"x".repeat(65_536)}`], 431],
    ["a big target", [], 431, `GET /${"x".repeat(65_536)} HTTP/1.1`],
    ["many fields", Array.from({ length: 2_001 }, (_, i) => `X-${i}: y`), 431],
  ])(
    "with %s is refused before the whole of it has come [6455-10-12]",
    async (_, lines, status, requestLine = "GET / HTTP/1.1") => {
      await using under = await startServer();
      using client = await RawClient.connect(under);
      const bytes = headBytes([requestLine, "Host: localhost", ...lines, "Upgrade: websocket"]);
      client.send(bytes.subarray(0, -4)); // it does not even end

      expect((await client.answer()).httpStatus).toBe(status);
    },
  );

  it("may be as long as maxHeaderBytes and maxHeaderCount say", async () => {
    await using under = await startServer({ maxHeaderBytes: 300, maxHeaderCount: 6 });
    const pad = 300 - upgradeRequest("/", { x: "" }).length;

    expect(await statusOf(under, upgradeRequest("/", { x: "y".repeat(pad) }))).toBe(101);
    expect(await statusOf(under, upgradeRequest("/", { x: "y".repeat(pad + 1) }))).toBe(431);
    expect(await statusOf(under, upgradeRequest("/", { x: "y", z: "y" }))).toBe(431);
  });

  it("that is no HTTP gets 400 at once", async () => {
    await using under = await startServer();

    expect(await statusOf(under, Uint8Array.of(0x16, 0x03, 0x01, 0x0a, 0x0a))).toBe(400);
    expect(await statusOf(under, "hello\r\n")).toBe(400);
  });

  it("may come behind an empty line, as some clients send it", async () => {
    await using under = await startServer();

    expect(await statusOf(under, Buffer.concat([Buffer.from("\r\n"), upgradeRequest()]))).toBe(101);
  });
});

describe("a refusal", () => {
  it("arrives whole, though the client is still sending, and no reset follows", async () => {
    await using under = await startServer();
    using client = await RawClient.send(under, upgradeRequest("/", { "sec-websocket-key": "x" }));
    for (let i = 0; i < 50; i++) client.send(new Uint8Array(65_536));
    const { httpStatus, body } = await client.answer();

    expect(httpStatus).toBe(400);
    expect(body).toContain("Sec-WebSocket-Key");
    for (let i = 0; i < 50; i++) client.send(new Uint8Array(65_536));
    client.socket.end();
    await client.closed();
    expect(client.error).toBeUndefined();
  });

  it("is cut off when the client neither reads nor closes, after closeTimeoutMs", async () => {
    const clock = new FakeClock();
    await using under = await startServer({ clock, closeTimeoutMs: 2_000 });
    using client = await RawClient.send(under, upgradeRequest("/", { "sec-websocket-key": "x" }));
    await client.ended();
    expect(client.isClosed).toBe(false);
    clock.advance(2_000);
    client.send("x"); // to nobody: the answer is a reset
    await settle();
    client.send("x");
    await client.closed();

    expect(client.error).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect(clock.timers).toBe(0);
  });
});

describe("listening", () => {
  it("on a Unix socket", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "plainsocket-"));
    const socketPath = path.join(folder, "s");
    const server = new WebSocketServer({ socketPath });
    await server.listening();
    const addresses: unknown[] = [];
    server.on("connection", (_, request) => addresses.push(request.remoteAddress));

    expect(server.address()).toBe(socketPath);
    expect(() => server.url).toThrow("Unix socket");
    using client = await RawClient.send({ path: socketPath }, upgradeRequest());
    expect((await client.head()).startLine).toContain("101");
    expect(addresses).toEqual([undefined]);
    await server.shutdown({ deadlineMs: 0 });
    rmSync(folder, { recursive: true });
  });

  it("on a port that is taken is refused to everybody who asks", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, "127.0.0.1", resolve);
    });
    const port = portOf(other);
    const server = new WebSocketServer({ port, host: "127.0.0.1" });

    await expect(server.listening()).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(server.listening()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(server.address()).toBeUndefined();
    expect(() => server.url).toThrow("does not listen");
    await server.shutdown();
    other.close();
  });

  it("can be called off before it has begun", async () => {
    const server = new WebSocketServer({ port: 0, host: "localhost" });
    await server.shutdown();
    await server.listening();

    expect(server.address()).toBeUndefined();
  });

  it.each([
    [undefined, 4096],
    [7, 7],
  ])("with the backlog %s asks the system for %i", async (backlog, asked) => {
    const listen = vi.spyOn(Server.prototype, "listen");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", backlog });
    const calls = listen.mock.calls.flat();
    listen.mockRestore();
    await server.shutdown();

    expect(calls).toEqual([{ port: 0, host: "127.0.0.1", backlog: asked }]);
  });

  // oxfmt-ignore
  it.each<readonly [what: string, options: ServerOptions]>([
    ["a backlog without a listener",  { backlog: 10 }],
    ["a backlog of 0",                { port: 0, backlog: 0 }],
    ["a backlog that is no number",   { port: 0, backlog: 1.5 }],
    ["a backlog without an end",      { port: 0, backlog: Infinity }],
    ["removeStaleSocket with a port", { port: 0, removeStaleSocket: true }],
  ])("with %s is refused at once", (_, options) => {
    expect(() => new WebSocketServer(options)).toThrow(/backlog|removeStaleSocket/);
  });

  it("on a port that is none is refused at once", () => {
    expect(() => new WebSocketServer({ port: 65_536 })).toThrow(RangeError);
  });
});
