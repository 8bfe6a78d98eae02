// Many small updates that go out together.
import { describe, expect, it } from "vitest";
import { ManagedPeers, textsOf } from "../support/managed-peers.js";
import { eventually, type RawPeer, settle } from "../support/raw-peer.js";

const join = (messages: readonly unknown[]): string => `[${messages.join(",")}]`;

async function inRoom(peers: ManagedPeers): Promise<[RawPeer, RawPeer]> {
  const [one, two] = [peers.add(), peers.add()];
  for (const peer of [one, two]) await peers.manager.room("a").join(peer.connection);
  return [one, two];
}

describe("batchMs", () => {
  it("makes one message of many within the window, for each audience", async () => {
    const peers = new ManagedPeers({ batch: { join } });
    const [one, two] = await inRoom(peers);
    const room = peers.manager.room("a");
    const results: unknown[] = [];
    peers.manager.on("broadcast", (result, name) => results.push([name, result.sent]));
    for (const data of ["1", "2"])
      expect(room.broadcast(data, { batchMs: 20 })).toMatchObject({ sent: 0 });
    room.broadcast("3", { batchMs: 20, except: one.connection });
    peers.manager.broadcast("4", { batchMs: 30 });
    peers.clock.advance(20);
    peers.clock.advance(10);
    await eventually(() => textsOf(two).length === 3);

    expect(textsOf(two)).toEqual(["[1,2]", "3", "4"]);
    expect(textsOf(one)).toEqual(["[1,2]", "4"]);
    expect(results).toEqual([
      ["a", 2],
      ["a", 1],
      [undefined, 2],
    ]);
  });

  it("keeps apart a room and a user of the same name", async () => {
    const peers = new ManagedPeers({ batch: { join }, userOf: ({ data }) => data });
    const [one, two] = await inRoom(peers);
    one.connection.data = "a";
    peers.manager.updateUser(one.connection);
    peers.manager.sendToUser("a", "secret", { batchMs: 20 });
    peers.manager.room("a").broadcast("told", { batchMs: 20 });
    peers.clock.advance(20);
    await eventually(() => textsOf(one).length === 2 && textsOf(two).length === 1);

    expect(textsOf(one).toSorted()).toEqual(["secret", "told"]);
    expect(textsOf(two)).toEqual(["told"]);
  });

  it("is not overtaken by a message to the same audience that does not wait", async () => {
    const peers = new ManagedPeers();
    const [one] = await inRoom(peers);
    peers.manager.room("a").broadcast("1", { batchMs: 20 });
    peers.manager.room("a").broadcast("2");
    await eventually(() => textsOf(one).length === 2);

    expect(textsOf(one)).toEqual(["1", "2"]);
    expect(peers.clock.timers).toBe(1); // the keepalive of both connections
  });

  it("is for those who are members when it is sent, not for who joins meanwhile", async () => {
    const peers = new ManagedPeers();
    const [one, two] = await inRoom(peers);
    const room = peers.manager.room("a");
    room.broadcast("before", { batchMs: 20 });
    const late = peers.add();
    await room.join(late.connection);
    room.broadcast("after", { batchMs: 20 });
    room.leave(two.connection);
    peers.clock.advance(20);
    await eventually(() => textsOf(late).length === 1);
    await settle();

    expect([textsOf(one), textsOf(two), textsOf(late)]).toEqual([
      ["before", "after"],
      ["before"],
      ["after"],
    ]);
  });

  it("takes bytes as they are when it is called", async () => {
    const peers = new ManagedPeers();
    const [one] = await inRoom(peers);
    const bytes = Uint8Array.of(1, 2, 3);
    peers.manager.room("a").broadcast(bytes, { batchMs: 20 });
    bytes.fill(9);
    peers.clock.advance(20);
    await eventually(() => one.frames.length === 1);

    expect([...(one.frames[0]?.payload ?? [])]).toEqual([1, 2, 3]);
  });
});
