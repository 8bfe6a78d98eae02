// The end of a connection, for a manager: it keeps no account of who has ended, and tells `close` behind the messages [M05].
import { describe, expect, it } from "vitest";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import { ManagedPeers } from "../support/managed-peers.js";
import { eventually, type RawPeer, settle } from "../support/raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "../support/wire-frame.js";

async function leave(peer: RawPeer): Promise<void> {
  peer.send(frame(TEXT, "1"), frame(TEXT, "2"), frame(CLOSE, closePayload(4000)));
  peer.socket.end();
  await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
  await settle();
}

describe("a connection whose transport has ended", () => {
  it("is gone for the manager, also while a listener hangs that has a message of it", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const log: unknown[] = [];
    const peer = peers.add();
    manager.on("message", () => new Promise<void>(() => {}));
    manager.on("leave", (_connection, room, reason) => log.push(`${room} ${reason}`));
    manager.on("close", () => log.push("close"));
    expect(await manager.room("lobby").join(peer.connection)).toBe("joined");
    manager.tag(peer.connection, "tag");
    await leave(peer);

    expect(log).toEqual(["lobby closed"]);
    expect([manager.size, [...manager.rooms], [...manager.tagged("tag")]]).toEqual([0, [], []]);
    const { connections, closes } = manager.metrics();
    expect([connections.current, closes]).toEqual([0, { "4xxx": 1 }]);
    expect(peers.clock.timers).toBe(1); // `close` waits for the listener, for a time
    peers.clock.advance(10_000);
    await settle();
    expect(log).toEqual(["lobby closed", "close"]);
    expect(peers.clock.timers).toBe(0);
  });

  it("has its id and its user still for the messages that it left behind", async () => {
    const peers = new ManagedPeers({ userOf: () => "ann" });
    const { manager } = peers;
    const got: unknown[] = [];
    manager.on("message", async (connection, message) => {
      await settle();
      got.push([message, manager.idOf(connection), manager.userOf(connection), manager.size]);
    });
    const peer = peers.add();
    const id = manager.idOf(peer.connection);
    await leave(peer);
    await eventually(() => got.length === 2);
    expect(got).toEqual([
      ["1", id, "ann", 0],
      ["2", id, "ann", 0],
    ]);
    manager.tag(peer.connection, "late");
    manager.updateUser(peer.connection);
    expect([[...manager.tagged("late")], [...manager.ofUser("ann")]]).toEqual([[], []]);
  });

  it("is told of behind its messages, when whoever greets it is done with that", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const log: unknown[] = [];
    let greet = (): void => {};
    manager.on("connection", () => new Promise<void>((done) => (greet = done)));
    manager.on("message", (_connection, message) => log.push(message));
    manager.on("close", (_connection, { code }) => log.push(code));
    await leave(peers.add());
    expect([log, manager.size]).toEqual([[], 0]);
    greet();
    await settle();
    expect(log).toEqual(["1", "2", 4000]);
  });

  it("keeps its messages for listeners of its own that come late, when nobody listens to the manager", async () => {
    const peer = new ManagedPeers().add();
    await leave(peer);
    const { connection } = peer;
    const log: unknown[] = [];
    connection.on("message", (message) => log.push(message));
    connection.on("close", ({ code }) => log.push(code));
    await settle();
    expect(log).toEqual(["1", "2", 4000]);
  });

  it("is told of at once to a manager that takes no messages, and then leaves none", async () => {
    const peers = new ManagedPeers();
    const log: unknown[] = [];
    peers.manager.on("close", (_connection, { unreadMessages }) => log.push(unreadMessages));
    const peer = peers.add();
    await leave(peer);
    peer.connection.on("message", (message) => log.push(message));
    await settle();
    expect(log).toEqual([2]);
  });

  it("is told of to a listener of the manager that came when the connection was there already", async () => {
    const peers = new ManagedPeers();
    const log: unknown[] = [];
    const peer = peers.add();
    for (let i = 0; i < 2; i++) peers.manager.on("close", () => log.push(i));
    await leave(peer);
    expect(log).toEqual([0, 1]);
  });
});
