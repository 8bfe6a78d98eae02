// How many connections there may be, on every way in, and that every way out gives a place back.
import { describe, expect, it } from "vitest";
import { ConnectionManager } from "../../src/manager/index.js";
import { reject } from "../../src/node/index.js";
import { FakeClock } from "../support/clock.js";
import { closeOf } from "../support/managed-peers.js";
import { RawClient, statusOf, upgradeRequest } from "../support/raw-client.js";
import { eventually, RawPeer, settle } from "../support/raw-peer.js";
import { startServer, WAYS_IN } from "../support/server-under-test.js";
import { CLOSE, closePayload, frame } from "../support/wire-frame.js";

describe("maxConnections of a manager", () => {
  it.each(WAYS_IN)("by way of an %s, is 503 before authenticate is asked", async (wayIn) => {
    let asked = 0;
    await using under = await startServer<unknown>({ authenticate: () => asked++ }, wayIn);
    const manager = new ConnectionManager({ server: under.server, maxConnections: 1 });
    const refused: string[] = [];
    manager.on("refused", (limit) => refused.push(limit));
    using one = await RawClient.send(under, upgradeRequest());
    await one.head();

    expect(await statusOf(under, upgradeRequest())).toBe(503);
    expect([asked, manager.size, refused]).toEqual([1, 1, ["maxConnections"]]);
    expect(under.refused).toMatchObject([
      { reason: "the ConnectionManager is at its limit: maxConnections is 1" },
    ]);
    one.socket.destroy();
    await eventually(() => manager.size === 0);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });

  it("may be told to a page: the connection is accepted, and closed with your code", async () => {
    await using under = await startServer();
    const whenFull = { code: 1008, reason: "Too many connections" };
    const manager = new ConnectionManager({ server: under.server, maxConnections: 0, whenFull });
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();

    expect(await client.frame()).toMatchObject({
      opcode: CLOSE,
      payload: closePayload(1008, whenFull.reason),
    });
    expect(manager.size).toBe(0);
  });

  it("counts all servers together, those in their opening handshake, and those added by hand", async () => {
    await using one = await startServer<unknown>({ authenticate: () => new Promise(() => {}) });
    await using two = await startServer<unknown>();
    const manager = new ConnectionManager<unknown>({
      servers: [one.server, two.server],
      maxConnections: 2,
    });
    const peer = new RawPeer();
    expect(manager.add(peer.connection)).toMatch(/^[0-9a-f]{12}-/);
    using _ = await RawClient.send(one, upgradeRequest());
    await eventually(() => one.refused.length === 0 && manager.size === 1);
    await settle();

    expect(await statusOf(two, upgradeRequest())).toBe(503);
    const late = new RawPeer();
    expect(manager.add(late.connection)).toBeUndefined();
    await eventually(() => closeOf(late) !== undefined);
    expect(closeOf(late)).toBe("1013 Too many connections");
  });

  /** Ways out, with one place to be had. */
  // oxfmt-ignore
  const WAYS_OUT: readonly [what: string, leave: (client: RawClient, clock: FakeClock) => void][] = [
    ["the closing handshake",  (client) => client.sendFrames(frame(CLOSE, closePayload(1000)))],
    ["a reset",                (client) => client.socket.resetAndDestroy()],
    ["an end without a Close", (client) => client.socket.end()],
    ["a broken frame",         (client) => client.send(Uint8Array.of(0xff, 0xff))],
    ["silence",                (_, clock) => clock.advance(60_000)],
    ["a refusal",              () => {}],
    ["a hook that throws",     () => {}],
    ["taking too long",        (_, clock) => clock.advance(10_000)],
  ];

  it.each(WAYS_OUT)("has the place back after %s", async (what, leave) => {
    const clock = new FakeClock();
    let isAsked = false;
    await using under = await startServer<unknown>({
      clock,
      authenticate: ({ headers }) => {
        isAsked = true;
        const wish = headers.get("x-wish") ?? "";
        if (wish === "a refusal") return reject(401);
        if (wish === "a hook that throws") throw new Error("hook");
        return wish === "taking too long" ? new Promise(() => {}) : true;
      },
    });
    const manager = new ConnectionManager({
      server: under.server,
      clock,
      maxConnections: 1,
      maxConnectionsPerAddress: 1,
    });
    using client = await RawClient.send(under, upgradeRequest("/", { "x-wish": what }));
    await eventually(() => isAsked);
    if (what !== "taking too long") await client.head();
    leave(client, clock);
    await client.ended();
    client.socket.destroy();
    await settle();
    clock.advance(20_000);
    await settle();

    expect(manager.size).toBe(0);
    expect(await statusOf(under, upgradeRequest())).toBe(101);
  });
});

describe("a connection that was added by hand", () => {
  it("gives its place and its timers back when it ends", async () => {
    const clock = new FakeClock();
    const manager = new ConnectionManager<string>({
      clock,
      maxConnections: 1,
      idleTimeoutMs: 60_000,
      authenticateFirst: { check: () => true },
    });
    const first = new RawPeer({ clock });
    expect(manager.add(first.connection)).toBeDefined();
    first.socket.destroy();
    await eventually(() => manager.size === 0);

    expect(clock.timers).toBe(0);
    expect(manager.add(new RawPeer({ clock }).connection)).toBeDefined();
  });
});

describe("maxConnectionsPerAddress", () => {
  it("is 429, for each address on its own, as addressOf says", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({
      server: under.server,
      maxConnectionsPerAddress: 1,
      addressOf: ({ headers }) => headers.get("x-forwarded-for"),
    });
    const from = (address: string): Uint8Array =>
      upgradeRequest("/", { "x-forwarded-for": address });
    using one = await RawClient.send(under, from("2001:db8::1"));
    using two = await RawClient.send(under, from("192.0.2.1"));
    await one.head();
    await two.head();

    expect(await statusOf(under, from("2001:db8::2"))).toBe(429);
    expect(await statusOf(under, from("::ffff:192.0.2.1"))).toBe(429);
    expect(await statusOf(under, from("192.0.2.2"))).toBe(101);
    expect(await statusOf(under, upgradeRequest())).toBe(101); // from nowhere
    one.socket.destroy();
    await eventually(() => manager.size === 1);
    expect(await statusOf(under, from("2001:db8::2"))).toBe(101);
  });

  it("may be told to a page, too", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({
      server: under.server,
      maxConnectionsPerAddress: 0,
      whenAddressFull: { code: 4429 },
    });
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    expect(await client.frame()).toMatchObject({
      payload: closePayload(4429, "Too many connections from this address"),
    });
    expect(manager.size).toBe(0);
  });
});
