// How connections come to a manager and leave it, and that nothing is left behind.
import { describe, expect, it } from "vitest";
import { ConnectionManager } from "../../src/manager/index.js";
import { closeOf, ManagedPeers } from "../support/managed-peers.js";
import { RawClient, statusOf, upgradeRequest } from "../support/raw-client.js";
import { eventually, RawPeer, settle } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";

describe("a connection of a manager", () => {
  it("is taken once, wherever it comes from", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({ server: under.server });
    const ids: string[] = [];
    manager.on("connection", (connection, id) => {
      ids.push(id);
      expect([manager.add(connection), manager.idOf(connection)]).toEqual([id, id]);
    });
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    await eventually(() => manager.size === 1);
    expect(ids).toHaveLength(1);
    expect([...manager.connections]).toEqual([...under.server.connections]);
  });

  it("may have been there before the manager, but not have ended", async () => {
    await using under = await startServer<unknown>();
    using client = await RawClient.send(under, upgradeRequest());
    await client.head();
    await eventually(() => under.server.connections.size === 1);
    const manager = new ConnectionManager<unknown>({ server: under.server, maxConnections: 1 });
    expect(manager.size).toBe(1);
    expect(await statusOf(under, upgradeRequest())).toBe(503);

    const ended = new RawPeer();
    ended.connection.terminate();
    await ended.connection.closed;
    expect(manager.add(ended.connection)).toBeUndefined();
    expect(manager.size).toBe(1);
  });

  it("is found by its tags until it goes", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const [one, two] = peers.addAll(2);
    if (one === undefined || two === undefined) throw new Error("two");
    manager.tag(one.connection, "admin");
    manager.tag(two.connection, "admin");
    manager.untag(two.connection, "admin");
    manager.tag(new RawPeer().connection, "admin");
    expect([...manager.tagged("admin")]).toEqual([one.connection]);
    one.socket.destroy();
    await eventually(() => manager.size === 1);
    expect([...manager.tagged("admin")]).toEqual([]);
  });

  it("tells of its end once, when it is in no room any more", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const peer = peers.add();
    const closes: unknown[] = [];
    manager.on("close", (connection, { code }, id) => {
      closes.push([connection, code, id.length, manager.idOf(connection), manager.size]);
    });
    peer.connection.terminate();
    await eventually(() => closes.length > 0);
    await settle();
    expect(closes).toEqual([[peer.connection, 1006, 35, undefined, 0]]);
    expect(peers.clock.timers).toBe(0);
  });

  it("keeps its messages until listeners of its coming are done", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const got: unknown[] = [];
    let ready = (): void => {};
    manager.on(
      "connection",
      () =>
        new Promise<void>((resolve) => {
          ready = resolve;
        }),
    );
    manager.on("message", (_, message) => got.push(message));
    const peer = peers.add();
    peer.message("early");
    await settle();
    expect(got).toEqual([]);
    ready();
    await eventually(() => got.length === 1);
  });

  it("gives each message once, in order, to listeners of the manager, who may take their time", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const peer = peers.add();
    const got: string[] = [];
    const listener = async (_: unknown, message: unknown): Promise<void> => {
      got.push(`begin ${String(message)}`);
      await settle();
      got.push(`end ${String(message)}`);
    };
    manager.on("message", listener);
    manager.off("message", listener);
    manager.on("message", listener);
    peer.message("1");
    peer.message("2");
    await eventually(() => got.length === 4);
    expect(got).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });
});

describe("idleTimeoutMs", () => {
  it("closes who sends no message, pings or not, but not whose message is being handled", async () => {
    const peers = new ManagedPeers({ idleTimeoutMs: 10_000 });
    const { manager, clock } = peers;
    let done = (): void => {};
    manager.on(
      "message",
      () =>
        new Promise<void>((resolve) => {
          done = resolve;
        }),
    );
    const quiet = peers.add({ pingIntervalMs: Infinity });
    const busy = peers.add({ pingIntervalMs: Infinity });
    clock.advance(6_000);
    busy.message("work");
    await settle();
    expect(manager.lastActive(busy.connection)?.getTime()).toBeGreaterThan(
      (manager.lastActive(quiet.connection)?.getTime() ?? 0) + 5_000,
    );
    clock.advance(4_000);
    await eventually(() => closeOf(quiet) !== undefined);
    expect(closeOf(quiet)).toBe("1001 Idle timeout: no message within idleTimeoutMs 10000");
    clock.advance(60_000);
    await settle();
    expect(closeOf(busy)).toBeUndefined();
    done();
    await settle();
    clock.advance(10_000);
    await eventually(() => closeOf(busy) !== undefined);
    expect(manager.lastActive(new RawPeer().connection)).toBeUndefined();
  });
});
