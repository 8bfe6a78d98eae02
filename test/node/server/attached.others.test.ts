// One http server, and listeners for its upgrades that are not ours.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { WebSocketServer as WsServer } from "ws";
import { FakeClock } from "../../support/clock.js";
import { RawClient, statusOf, upgradeRequest } from "../../support/raw-client.js";
import { eventually, settle } from "../../support/raw-peer.js";
import { Site } from "../../support/site.js";
import { TEXT } from "../../support/wire-frame.js";
import { valuesOf } from "../../support/wire-handshake.js";

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const THEIRS = "HTTP/1.1 299 Theirs\r\nConnection: close\r\n\r\ntheirs";

/** Ways of others to answer, or to take, an upgrade. */
const WAYS: readonly (readonly [how: string, listener: UpgradeListener, status: number])[] = [
  ["answers", (_, socket) => socket.end(THEIRS), 299],
  [
    "answers and cuts the socket off",
    (_, socket) => {
      socket.write(THEIRS);
      setImmediate(() => socket.destroy());
    },
    299,
  ],
  [
    "answers in a promise",
    async (_, socket) => {
      for (let i = 0; i < 5; i++) await Promise.resolve();
      socket.end(THEIRS);
    },
    299,
  ],
  [
    "reads from the socket and answers later",
    (_, socket) => {
      socket.on("data", () => {});
      setTimeout(() => socket.end(THEIRS), 20);
    },
    299,
  ],
  [
    "pauses the socket and answers later",
    (_, socket) => {
      socket.pause();
      setTimeout(() => socket.end(THEIRS), 20);
    },
    299,
  ],
  ["destroys the socket", (_, socket) => socket.destroy(), 0],
];

/** The status of the answer, and 0 when there is none. Sees to it that there are not two. */
async function onlyStatus(site: Site, target: string): Promise<number> {
  using client = await RawClient.send(site, upgradeRequest(target));
  await client.ended();
  const heads =
    Buffer.from(client.received)
      .toString("latin1")
      .match(/HTTP\/1\.1 \d+/g) ?? [];
  expect(heads.length).toBeLessThanOrEqual(1);
  return Number(heads[0]?.split(" ")[1] ?? 0);
}

describe.each(["before", "behind"])("a listener of others %s ours", (where) => {
  describe.each([
    ["with the same path", "/chat"],
    ["with another path", "/other"],
    ["without a path", undefined],
  ])("%s", (_, path) => {
    it.each(WAYS)("that %s has the socket to itself", async (_how, listener, status) => {
      await using site = await Site.start();
      if (where === "before") site.http.on("upgrade", listener);
      const told: unknown[] = [];
      const ours = site.add("ours", { path, onHandlerError: (error) => told.push(error) });
      ours.on("connection", () => told.push("connection"));
      ours.on("refused", (refusal) => told.push(refusal));
      if (where === "behind") site.http.on("upgrade", listener);

      expect(await onlyStatus(site, "/chat")).toBe(status);
      expect(told).toEqual([]);
      expect(ours.connections.size).toBe(0);
    });

    it("that is a server of ws keeps what it takes, and leaves us the rest", async () => {
      await using site = await Site.start();
      const hmr = new WsServer({ noServer: true });
      hmr.on("connection", (socket) => socket.send("hmr"));
      const listener: UpgradeListener = (request, socket, head) => {
        if (request.url !== "/hmr") return;
        hmr.handleUpgrade(request, socket, head, (client) => hmr.emit("connection", client));
      };
      if (where === "before") site.http.on("upgrade", listener);
      const ours = site.add("ours", { path });
      if (where === "behind") site.http.on("upgrade", listener);

      using client = await RawClient.send(site, upgradeRequest("/hmr"));
      const head = await client.head();
      expect(valuesOf(head, "sec-websocket-accept")).toHaveLength(1);
      expect(await client.frame()).toMatchObject({
        opcode: TEXT,
        payload: Uint8Array.from(Buffer.from("hmr")),
      });
      expect(client.received).toHaveLength(0);
      expect(ours.connections.size).toBe(0);
      expect(await site.who(path ?? "/mine")).toBe("ours");
      for (const socket of hmr.clients) socket.terminate();
    });
  });
});

describe("an upgrade that nobody takes", () => {
  it("gets 404 at once where nobody else listens for upgrades", async () => {
    await using site = await Site.start();
    site.add("chat", { path: "/chat", clock: new FakeClock() });

    expect(await statusOf(site, upgradeRequest("/nowhere"))).toBe(404);
  });

  it("gets 404 after handshakeTimeoutMs where others might have taken it", async () => {
    const clock = new FakeClock();
    await using site = await Site.start();
    const seen = vi.fn();
    site.http.on("upgrade", seen);
    const chat = site.add("chat", { path: "/chat", clock, handshakeTimeoutMs: 5_000 });
    const refused: unknown[] = [];
    chat.on("refused", ({ code }) => refused.push(code));
    using client = await RawClient.send(site, upgradeRequest("/nowhere"));
    await eventually(() => clock.timers === 1);
    clock.advance(4_999);
    await settle();
    expect(client.received).toHaveLength(0);
    clock.advance(1);

    expect((await client.answer()).httpStatus).toBe(404);
    expect(refused).toEqual(["PATH_UNKNOWN"]);
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it("is left alone when somebody took it meanwhile", async () => {
    const clock = new FakeClock();
    await using site = await Site.start();
    let theirs: Duplex | undefined;
    site.http.on("upgrade", (_, socket) => (theirs = socket));
    site.add("chat", { path: "/chat", clock });
    using client = await RawClient.send(site, upgradeRequest("/nowhere"));
    await eventually(() => clock.timers === 1);
    theirs?.write("HTTP/1.1 101 Theirs\r\n\r\n");
    await client.head();
    clock.advance(10_000);
    await settle();

    expect(client.received).toHaveLength(0);
    expect(client.hasEnded).toBe(false);
    theirs?.end("more");
    await client.ended();
    expect(Buffer.from(client.received).toString()).toBe("more");
  });

  it("may end in a reset without harm", async () => {
    const clock = new FakeClock();
    await using site = await Site.start();
    let theirs: Duplex | undefined;
    site.http.on("upgrade", (_, socket) => (theirs = socket));
    site.add("chat", { path: "/chat", clock });
    using client = await RawClient.send(site, upgradeRequest("/nowhere"));
    await eventually(() => clock.timers === 1);
    client.socket.resetAndDestroy();
    await eventually(() => theirs?.destroyed === true);
    clock.advance(10_000);
    await settle();

    expect(await site.who("/chat")).toBe("chat");
  });

  it("gets 503 when the server shuts down in the meantime", async () => {
    const clock = new FakeClock();
    await using site = await Site.start();
    site.http.on("upgrade", () => {});
    const chat = site.add("chat", { path: "/chat", clock });
    using client = await RawClient.send(site, upgradeRequest("/nowhere"));
    await eventually(() => clock.timers === 1);
    await chat.shutdown();
    clock.advance(10_000);

    expect((await client.answer()).httpStatus).toBe(503);
  });
});
