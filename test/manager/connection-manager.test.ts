// A manager as a whole: on real servers, with real clients, and with listeners that fail.
import { describe, expect, it } from "vitest";
import { ConnectionManager } from "../../src/manager/index.js";
import { connect } from "../../src/node/index.js";
import { closeOf, ManagedPeers, textsOf } from "../support/managed-peers.js";
import { eventually, settle } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";

describe("a ConnectionManager", () => {
  it("takes the connections of its servers, and lets them go when they end", async () => {
    await using one = await startServer();
    await using two = await startServer();
    const manager = new ConnectionManager({ servers: [one.server, two.server] });
    const clients = await Promise.all([connect(one.server.url), connect(two.server.url)]);
    await eventually(() => manager.size === 2);
    for (const client of clients) client.close();
    await eventually(() => manager.size === 0);
  });

  it("sends to the members of a room, but for whom is excepted", async () => {
    await using under = await startServer();
    const manager = new ConnectionManager({ server: under.server });
    manager.on("connection", (connection) => void manager.room("lobby").join(connection));
    const got: unknown[] = [];
    const [one, two] = await Promise.all([connect(under.server.url), connect(under.server.url)]);
    one.on("message", (message) => got.push(message));
    two.on("message", (message) => got.push(message));
    await eventually(() => manager.room("lobby").size === 2);
    const [first] = manager.room("lobby").members;

    expect(manager.room("lobby").broadcast("hello", { except: first })).toMatchObject({ sent: 1 });
    expect(manager.broadcast("to all")).toEqual({ sent: 2, buffered: 0, dropped: 0, closed: 0 });
    await eventually(() => got.length === 3);
    expect(got).toEqual(expect.arrayContaining(["hello", "to all", "to all"]));
  });

  it.each([
    [{ maxConnections: -1 }, RangeError],
    [{ maxConnectionsPerAddress: Number.NaN }, RangeError],
    [{ idleTimeoutMs: "1" }, TypeError],
    [{ rateLimit: {} }, TypeError],
    [{ rateLimit: { messagesPerSecond: 1, burst: 0 } }, RangeError],
    [{ authenticateFirst: {} }, TypeError],
    [{ whenFull: "close" }, TypeError],
    [{ whenAddressFull: { code: 1006 } }, TypeError],
    [{ whenFull: { code: 1008, reason: "é".repeat(62) } }, RangeError],
    [{ maxRoomNameLength: -1 }, RangeError],
    [{ batch: { maxMessages: -1 } }, RangeError],
  ])("refuses the options %o", (options, error) => {
    // @ts-expect-error -- an application without types may give anything
    expect(() => new ConnectionManager(options)).toThrow(error);
  });

  it("tells who is in a room, and what they tell of themselves, as one difference for a turn", async () => {
    const peers = new ManagedPeers();
    const { manager } = peers;
    const [one, two] = peers.addAll(2);
    if (one === undefined || two === undefined) throw new Error("two");
    const [idOne, idTwo] = [one, two].map(({ connection }) => manager.idOf(connection));
    const room = manager.room("a");
    const diffs: unknown[] = [];
    manager.on("presence", (name, diff) => diffs.push([name, diff]));
    void room.join(one.connection, { state: "here" });
    void room.join(two.connection);
    await Promise.resolve();
    expect(room.setState(two.connection, "typing")).toBe(true);
    await settle();
    expect(room.presence()).toEqual([
      { id: idOne, state: "here" },
      { id: idTwo, state: "typing" },
    ]);
    room.leave(one.connection);
    expect(room.setState(one.connection, "gone")).toBe(false);
    await settle();

    expect(diffs).toEqual([
      [
        "a",
        {
          joined: [
            { id: idOne, state: "here" },
            { id: idTwo, state: null },
          ],
          updated: [],
          left: [],
        },
      ],
      ["a", { joined: [], updated: [{ id: idTwo, state: "typing" }], left: [] }],
      ["a", { joined: [], updated: [], left: [{ id: idOne, state: "here" }] }],
    ]);
    await expect(room.fetchMembers()).resolves.toEqual({
      members: [{ id: idTwo, state: "typing" }],
      missingNodes: [],
    });
  });
});

describe("a listener of a manager that fails", () => {
  const FAILURES: readonly [how: string, fail: () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("listener");
      },
    ],
    ["rejects", () => Promise.reject(new Error("listener"))],
  ];

  it.each(FAILURES)(
    "and %s at a message closes that connection alone, with 1011 [G08]",
    async (_, fail) => {
      const peers = new ManagedPeers();
      const [bad, good] = peers.addAll(2);
      peers.manager.on("message", (__, message) => (message === "bad" ? fail() : undefined));
      bad?.message("bad");
      good?.message("good");
      await eventually(() => bad !== undefined && closeOf(bad) !== undefined);
      expect(bad && closeOf(bad)).toBe("1011 a listener failed");
      expect(peers.errors).toEqual([new Error("listener")]);
      expect(peers.manager.broadcast("on we go")).toMatchObject({ sent: 1 });
      await eventually(() => good !== undefined && textsOf(good).length === 1);
    },
  );

  it.each(FAILURES)(
    "and %s at any other event leaves everything in order [G08]",
    async (_, fail) => {
      const peers = new ManagedPeers({ rateLimit: { messagesPerSecond: 0, whenExceeded: "drop" } });
      const { manager } = peers;
      for (const name of [
        "join",
        "leave",
        "close",
        "created",
        "removed",
        "presence",
        "broadcast",
        "rateLimited",
      ] as const) {
        manager.on(name, fail);
      }
      const [one, two] = peers.addAll(2);
      if (one === undefined || two === undefined) throw new Error("two");
      await manager.room("a").join(one.connection);
      await manager.room("a").join(two.connection);
      one.message("1");
      one.message("2");
      manager.room("a").broadcast("x");
      manager.room("a").leave(one.connection);
      await settle();
      one.socket.destroy();
      two.socket.destroy();
      await eventually(() => manager.size === 0);
      await settle();

      expect([...manager.rooms]).toEqual([]);
      expect(peers.errors.length).toBeGreaterThan(6);
      expect(peers.errors.every((error) => String(error) === "Error: listener")).toBe(true);
    },
  );

  it("may have a hook for errors that fails, too [G08]", async () => {
    const peers = new ManagedPeers({
      onHandlerError: () => {
        throw new Error("hook");
      },
      userOf: () => {
        throw new Error("user");
      },
      authorize: () => {
        throw new Error("authorize");
      },
    });
    peers.manager.on("message", () => {
      throw new Error("listener");
    });
    const peer = peers.add();
    await expect(peers.manager.room("a").join(peer.connection)).resolves.toBe("denied");
    peer.message("x");
    await eventually(() => closeOf(peer) === "1011 a listener failed");
  });

  it("is told of in a process warning without a hook [G08]", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const manager = new ConnectionManager<string>();
    manager.on("connection", () => {
      throw new Error("nobody asked");
    });
    manager.add(new ManagedPeers().add().connection);
    expect(await warned).toMatchObject({
      name: "PlainsocketHandlerError",
      message: expect.stringContaining('"connection" listener of a ConnectionManager failed'),
      detail: expect.stringContaining("Error: nobody asked"),
    });
  });
});

it("listeners that come and go leave nothing behind, a hundred thousand times [G09]", () => {
  const peers = new ManagedPeers();
  const { manager } = peers;
  const { connection } = peers.add();
  const counts = (): number[] => [
    manager.listenerCount("message"),
    connection.listenerCount("message"),
    connection.listenerCount("close"),
  ];
  const listener = (): void => {};
  manager.on("message", listener).off("message", listener);
  const before = counts();
  for (let index = 0; index < 100_000; index++) {
    manager.on("message", listener).off("message", listener);
    connection.on("close", listener).off("close", listener);
  }
  expect(counts()).toEqual(before);
});
