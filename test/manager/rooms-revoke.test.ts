// What somebody may not do any more has an end with the next delivery.
import { describe, expect, it } from "vitest";
import { eventually, settle } from "../support/raw-peer.js";
import { ManagedPeers, Question, textsOf } from "../support/managed-peers.js";

describe("revoke", () => {
  it("takes a connection out of the rooms it may not be in any more, at once [G03]", async () => {
    const allowed = new Set(["a", "b"]);
    const peers = new ManagedPeers({ authorize: (_, __, room) => allowed.has(room) });
    const { manager } = peers;
    const peer = peers.add();
    const left: string[] = [];
    manager.on("leave", (_, room, reason) => left.push(`${room} ${reason}`));
    for (const name of ["a", "b"]) await manager.room(name).join(peer.connection);
    allowed.delete("b");
    const revoked = manager.revoke(peer.connection);

    expect(manager.room("b").broadcast("secret")).toMatchObject({ sent: 0 });
    await expect(revoked).resolves.toEqual(["b"]);
    expect([...manager.roomsOf(peer.connection)]).toEqual(["a"]);
    expect(left).toEqual(["b revoked"]);
    expect(manager.room("a").broadcast("news")).toMatchObject({ sent: 1 });
    await eventually(() => textsOf(peer).length === 1);
    expect(textsOf(peer)).toEqual(["news"]);
  });

  it("keeps messages from a connection while the answer is pending, and then no longer [G03]", async () => {
    const question = new Question();
    let mayJoin: boolean | undefined = true;
    const peers = new ManagedPeers({
      authorize: (...values) => mayJoin ?? question.ask(...values),
    });
    const { manager } = peers;
    const [peer, other] = peers.addAll(2);
    if (peer === undefined || other === undefined) throw new Error("two");
    const room = manager.room("a");
    await room.join(peer.connection);
    await room.join(other.connection);
    mayJoin = undefined;
    const revoked = manager.revoke(peer.connection);

    expect(room.broadcast("1")).toMatchObject({ sent: 1, dropped: 1 });
    await expect(room.publish(peer.connection, "x")).resolves.toBe("denied");
    expect(room.has(peer.connection)).toBe(true);
    question.answer(true);
    await expect(revoked).resolves.toEqual([]);
    expect(room.broadcast("2")).toMatchObject({ sent: 2, dropped: 0 });
    await eventually(() => textsOf(other).length === 2 && textsOf(peer).length === 1);
    expect([textsOf(peer), textsOf(other)]).toEqual([["2"], ["1", "2"]]);
  });

  it("holds up nothing of the rooms whose answer is there, nor what is for everybody [G03]", async () => {
    const question = new Question();
    let isAsking = false;
    const peers = new ManagedPeers({
      authorize: (connection, action, room) =>
        isAsking && room === "slow" ? question.ask(connection, action, room) : true,
    });
    const { manager } = peers;
    const { connection } = peers.add();
    for (const name of ["slow", "quick"]) await manager.room(name).join(connection);
    isAsking = true;
    const revoked = manager.revoke(connection);

    expect(manager.room("slow").broadcast("1")).toMatchObject({ sent: 0, dropped: 1 });
    expect(manager.room("quick").broadcast("2")).toMatchObject({ sent: 1, dropped: 0 });
    expect(manager.broadcast("3")).toMatchObject({ sent: 1, dropped: 0 });
    question.answer(false);
    await expect(revoked).resolves.toEqual(["slow"]);
  });

  it("while a join is pending makes it ask again: an answer from before is none [G03] [G04]", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const { connection } = peers.add();
    const room = peers.manager.room("a");
    const join = room.join(connection);
    await peers.manager.revoke(connection);
    question.answer(true);
    await settle();
    expect([room.size, question.asked]).toEqual([0, ["join a", "join a"]]);
    question.answer(false);

    await expect(join).resolves.toBe("denied");
    expect([...peers.manager.rooms]).toEqual([]);
  });

  it("again while an answer is pending lets the later answer decide", async () => {
    const question = new Question();
    let isOpen = true;
    const peers = new ManagedPeers({ authorize: (...values) => isOpen || question.ask(...values) });
    const { connection } = peers.add();
    const room = peers.manager.room("a");
    await room.join(connection);
    isOpen = false;
    const first = peers.manager.revoke(connection);
    const second = peers.manager.revoke(connection);
    question.answer(true); // of the first
    await expect(first).resolves.toEqual([]);
    expect(room.broadcast("x")).toMatchObject({ sent: 0, dropped: 1 });
    question.answer(false);
    await expect(second).resolves.toEqual(["a"]);
    expect(room.size).toBe(0);
  });

  it("of one that has left and come back, or that has gone, changes nothing more [G04]", async () => {
    const question = new Question();
    let isOpen = true;
    const peers = new ManagedPeers({ authorize: (...values) => isOpen || question.ask(...values) });
    const peer = peers.add();
    const room = peers.manager.room("a");
    await room.join(peer.connection);
    isOpen = false;
    const revoked = peers.manager.revoke(peer.connection);
    room.leave(peer.connection);
    isOpen = true;
    await room.join(peer.connection);
    question.answer(false);
    await expect(revoked).resolves.toEqual([]);
    expect(room.broadcast("x")).toMatchObject({ sent: 1 });

    isOpen = false;
    const late = peers.manager.revoke(peer.connection);
    peer.socket.destroy();
    await eventually(() => peers.manager.size === 0);
    question.answer(true);
    await expect(late).resolves.toEqual([]);
    expect([...peers.manager.rooms]).toEqual([]);
    await expect(peers.manager.revoke(peer.connection)).resolves.toEqual([]);
  });

  it("of a user is for all connections of the user, and for nobody else", async () => {
    const banned = new Set<string>();
    const users = ["ann", "bob", "ann"];
    const peers = new ManagedPeers({
      userOf: ({ data }) => data,
      authorize: ({ data }) => !banned.has(data),
    });
    for (const user of users) {
      const { connection } = peers.add();
      connection.data = user;
      peers.manager.updateUser(connection);
      await peers.manager.room("a").join(connection);
    }
    banned.add("ann");

    await expect(peers.manager.revoke({ user: "ann" })).resolves.toEqual(["a", "a"]);
    expect([...peers.manager.room("a").members].map(({ data }) => data)).toEqual(["bob"]);
  });
});
