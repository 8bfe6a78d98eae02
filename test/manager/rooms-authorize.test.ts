// Nobody gets into a room, or writes to one, who may not: whatever happens while the question is open.
import { describe, expect, it } from "vitest";
import { ManagedPeers, Question, textsOf } from "../support/managed-peers.js";
import { eventually, settle } from "../support/raw-peer.js";

describe("authorize", () => {
  it("is asked about exactly this name, and what it denies has not happened [G03]", async () => {
    const asked: string[] = [];
    const peers = new ManagedPeers({
      authorize: (_, action, room) => asked.push(`${action} ${room}`) > 0 && room === "open",
    });
    const { connection } = peers.add();
    for (const name of ["open", "Open", "open ", "ｏｐｅｎ", "*", "open/../x"]) {
      const status = await peers.manager.room(name).join(connection);
      expect(status).toBe(name === "open" ? "joined" : "denied");
    }
    expect([...peers.manager.rooms]).toEqual(["open"]);
    expect(asked).toContain("join open/../x");
  });

  it("allows with true and nothing else, and an error is a no [G03]", async () => {
    const answers: (() => unknown)[] = [
      () => 1,
      () => "yes",
      () => ({}),
      () => undefined,
      () => Promise.resolve("true"),
      () => Promise.reject(new Error("rejected")),
      () => {
        throw new Error("thrown");
      },
    ];
    // @ts-expect-error -- an application without types may answer with anything
    const peers = new ManagedPeers({ authorize: () => answers.shift()?.() });
    const { connection } = peers.add();
    while (answers.length > 0) {
      await expect(peers.manager.room("a").join(connection)).resolves.toBe("denied");
    }
    expect(peers.errors).toEqual([new Error("rejected"), new Error("thrown")]);
  });

  it("is asked once by two joins of the same room, and the later state counts", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const { connection } = peers.add();
    const room = peers.manager.room("a");
    const joins = [room.join(connection, { state: 1 }), room.join(connection, { state: 2 })];
    expect(room.size).toBe(0);
    question.answer(true);

    await expect(Promise.all(joins)).resolves.toEqual(["joined", "joined"]);
    expect(question.asked).toEqual(["join a"]);
    expect(room.presence()).toMatchObject([{ state: 2 }]);
  });

  it("that is pending when the connection ends lets no ghost in, and the join ends at once [G04]", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const peer = peers.add();
    const join = peers.manager.room("a").join(peer.connection);
    peer.socket.destroy();
    await expect(join).resolves.toBe("closed");
    question.answer(true);
    await settle();

    expect([[...peers.manager.rooms], peers.manager.size]).toEqual([[], 0]);
  });

  it("that is pending in a message handler does not keep the connection from ending [G04]", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const peer = peers.add();
    const { manager } = peers;
    const statuses: string[] = [];
    manager.on("message", async (connection) => {
      statuses.push(await manager.room("a").join(connection));
    });
    peer.message("join");
    await eventually(() => question.asked.length === 1);
    peer.socket.destroy();
    await eventually(() => manager.size === 0);

    expect(statuses).toEqual(["closed"]);
    expect([...manager.rooms]).toEqual([]);
  });

  it("that is pending when the connection begins to close lets nobody in [G04]", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const { connection } = peers.add();
    const join = peers.manager.room("a").join(connection);
    connection.close();
    question.answer(true);
    await expect(join).resolves.toBe("closed");
    expect([...peers.manager.rooms]).toEqual([]);
  });

  it("does not count any more when the connection has left meanwhile, and a new join asks again", async () => {
    const question = new Question();
    const peers = new ManagedPeers({ authorize: question.ask });
    const { connection } = peers.add();
    const room = peers.manager.room("a");
    const first = room.join(connection);
    expect(room.leave(connection)).toBe(false);
    await expect(first).resolves.toBe("cancelled");
    const second = room.join(connection);
    question.answer(true); // to the first
    await settle();
    expect(room.size).toBe(0);
    question.answer(false);
    await expect(second).resolves.toBe("denied");
  });

  it("may close the connection, which then is no member", async () => {
    const peers = new ManagedPeers({
      authorize: (connection, _, room) => {
        if (room === "closes") connection.close();
        return true;
      },
    });
    const { connection } = peers.add();
    await expect(peers.manager.room("closes").join(connection)).resolves.toBe("closed");
    expect([...peers.manager.rooms]).toEqual([]);
  });
});

describe("publish", () => {
  it("sends a member's message to the others, and nobody else's to anybody [G03] [G07]", async () => {
    const peers = new ManagedPeers({
      authorize: (_, action, room) => action === "join" || room === "open",
    });
    const { manager } = peers;
    const [one, two, stranger] = peers.addAll(3);
    if (one === undefined || two === undefined || stranger === undefined) throw new Error("three");
    for (const name of ["open", "quiet"]) {
      await manager.room(name).join(one.connection);
      await manager.room(name).join(two.connection);
    }
    const denied = manager.room("open").publish(stranger.connection, "forged");
    await expect(denied).resolves.toBe("denied");
    await expect(manager.room("quiet").publish(one.connection, "psst")).resolves.toBe("denied");
    await expect(manager.room("open").publish(one.connection, "hello")).resolves.toMatchObject({
      sent: 1,
    });
    await eventually(() => textsOf(two).length > 0);

    expect([textsOf(one), textsOf(two), textsOf(stranger)]).toEqual([[], ["hello"], []]);
  });

  it("excepts others, too, and refuses what cannot be sent before it asks", async () => {
    const question = new Question();
    const peers = new ManagedPeers();
    const [one, two, three] = peers.addAll(3);
    const room = peers.manager.room("a");
    for (const peer of [one, two, three]) if (peer) await room.join(peer.connection);
    if (one === undefined || two === undefined) throw new Error("three");
    const result = await room.publish(one.connection, "x", { except: two.connection });
    expect(result).toMatchObject({ sent: 1 });
    // @ts-expect-error -- not a message
    await expect(room.publish(one.connection, { a: 1 })).rejects.toThrow(TypeError);
    expect(question.asked).toEqual([]);
  });

  it("that was allowed before a revocation, but not after it, does not happen [G03]", async () => {
    const questions: ((answer: boolean) => void)[] = [];
    let mayPublish = true;
    const peers = new ManagedPeers({
      authorize: (_, action) => {
        if (action === "join") return true;
        if (!mayPublish) return false;
        return new Promise((resolve) => questions.push(resolve));
      },
    });
    const [one, two] = peers.addAll(2);
    if (one === undefined || two === undefined) throw new Error("two");
    const room = peers.manager.room("a");
    await room.join(one.connection);
    await room.join(two.connection);
    const published = room.publish(one.connection, "x");
    mayPublish = false;
    await peers.manager.revoke(one.connection);
    questions[0]?.(true);

    await expect(published).resolves.toBe("denied");
    await settle();
    expect(textsOf(two)).toEqual([]);
  });
});
