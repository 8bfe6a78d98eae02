// Members of rooms: which room has whom, and that nobody gets into one without permission.
import { describe, expect, it } from "vitest";
import { eventually } from "../support/raw-peer.js";
import { ManagedPeers, Question } from "../support/managed-peers.js";

describe("a room", () => {
  it("is there from its first member to its last", async () => {
    const { manager, ...peers } = setUp();
    const events: string[] = [];
    manager.on("created", (room) => events.push(`created ${room}`));
    manager.on("join", (_, room) => events.push(`join ${room}`));
    manager.on("leave", (_, room, reason) => events.push(`leave ${room} ${reason}`));
    manager.on("removed", (room) => events.push(`removed ${room}`));
    const [one, two] = peers.two();
    const room = manager.room("lobby");

    expect([room.size, [...manager.rooms]]).toEqual([0, []]);
    await expect(room.join(one)).resolves.toBe("joined");
    await expect(room.join(one)).resolves.toBe("joined");
    await room.join(two);
    expect([room.size, [...manager.rooms], [...room.members]]).toEqual([2, ["lobby"], [one, two]]);
    expect([room.has(one), [...manager.roomsOf(one)]]).toEqual([true, ["lobby"]]);
    expect([room.leave(one), room.leave(one), room.leave(two)]).toEqual([true, false, true]);
    expect([room.size, [...manager.rooms], room.has(one)]).toEqual([0, [], false]);
    expect(events).toEqual([
      "created lobby",
      "join lobby",
      "join lobby",
      "leave lobby left",
      "leave lobby left",
      "removed lobby",
    ]);
  });

  it("has its member when join returns, if nobody has to be asked", () => {
    const { manager, two } = setUp();
    const [one] = two();
    void manager.room("a").join(one);
    expect(manager.room("a").size).toBe(1);
  });

  it("loses a member that disconnects, out of all rooms [G04]", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const peer = peers.add();
    const left: string[] = [];
    manager.on("leave", (connection, room, reason) => {
      left.push(`${room} ${reason}`);
      expect(manager.room(room).has(connection)).toBe(false);
    });
    for (const name of ["a", "b", "c"]) await manager.room(name).join(peer.connection);
    peer.socket.destroy();
    await eventually(() => manager.size === 0);

    expect(left).toEqual(["a closed", "b closed", "c closed"]);
    expect([[...manager.rooms], [...manager.roomsOf(peer.connection)]]).toEqual([[], []]);
    await expect(manager.room("a").join(peer.connection)).resolves.toBe("closed");
  });

  it("takes nobody who is closing, and no connection that it does not know", async () => {
    const { manager, two } = setUp();
    const [one] = two();
    one.close();
    await expect(manager.room("a").join(one)).resolves.toBe("closed");
    const stranger = new ManagedPeers().add().connection;
    expect(() => manager.room("a").join(stranger)).toThrow("give it to add(connection) first");
    expect([manager.room("a").leave(stranger), manager.room("a").has(stranger)]).toEqual([
      false,
      false,
    ]);
  });

  it.each(["__proto__", "constructor", "", "LOBBY", "lobby ", "*", "é", "e\u0301"])(
    "named %j is that room and no other [G01] [G03]",
    async (name) => {
      const { manager, two } = setUp();
      const [one, other] = two();
      await manager.room("lobby").join(other);
      await manager.room(name).join(one);

      expect([...manager.room(name).members]).toEqual([one]);
      expect([...manager.room("lobby").members]).toEqual([other]);
      expect(manager.room(name).broadcast("x")).toMatchObject({ sent: 1 });
    },
  );

  it("is not to be had under a name that is none, which changes nothing [G01]", async () => {
    const peers = new ManagedPeers({ maxRoomNameLength: 10 });
    const { manager } = peers;
    peers.add();
    // @ts-expect-error -- what a peer may send
    for (const name of [7, {}, ["a"], null]) expect(() => manager.room(name)).toThrow(TypeError);
    expect(() => manager.room("x".repeat(1_048_576))).toThrow(RangeError);
    expect(() => manager.room("\ud800")).toThrow(TypeError);
    expect([...manager.rooms]).toEqual([]);
  });

  it("is one of at most so many for one connection, those it waits for included [G06]", async () => {
    const peers = new ManagedPeers({ maxRoomsPerConnection: 3 });
    const { connection } = peers.add();
    const statuses = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => peers.manager.room(`r${index}`).join(connection)),
    );
    expect(statuses.filter((status) => status === "joined")).toHaveLength(3);
    expect(statuses.filter((status) => status === "tooMany")).toHaveLength(997);
    expect([...peers.manager.rooms]).toEqual(["r0", "r1", "r2"]);

    const question = new Question();
    const asking = new ManagedPeers({ maxRoomsPerConnection: 3, authorize: question.ask });
    const other = asking.add().connection;
    const joins = [1, 2, 3, 4].map((index) => asking.manager.room(`r${index}`).join(other));
    await expect(joins[3]).resolves.toBe("tooMany");
    expect(question.asked).toHaveLength(3);
  });

  it("leaves nothing behind after 100 000 of them [G05]", () => {
    const peers = new ManagedPeers();
    const { connection } = peers.add();
    const { manager } = peers;
    for (let index = 0; index < 100_000; index++) {
      const room = manager.room(`room ${index}`);
      void room.join(connection, { state: index });
      room.leave(connection);
    }
    const { rooms, members } = manager.metrics();
    expect([rooms, members, [...manager.roomsOf(connection)]]).toEqual([0, 0, []]);
  });
});

function setUp() {
  const peers = new ManagedPeers();
  const one = peers.add().connection;
  const two = peers.add().connection;
  return { manager: peers.manager, two: () => [one, two] as const };
}
