// Managers on one broker, with servers and clients: what applications see of the other processes.
import { afterEach, expect, it } from "vitest";
import {
  type ClusterEvent,
  ConnectionManager,
  MemoryBroker,
  type ManagerOptions,
} from "../../src/manager/index.js";
import { connect, type WebSocketConnection, WebSocketServer } from "../../src/node/index.js";

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map(async (end) => end()));
});

interface Site {
  readonly manager: ConnectionManager;
  readonly events: ClusterEvent[];
  /** Connects a client. @returns The server's end of it, its id, and what the client gets. */
  readonly client: () => Promise<{ own: WebSocketConnection; id: string; got: string[] }>;
}

async function site(broker: MemoryBroker, options: ManagerOptions = {}): Promise<Site> {
  const server = new WebSocketServer<unknown>({ port: 0, host: "127.0.0.1" });
  await server.listening();
  const manager = new ConnectionManager({ server, broker, ...options });
  const events: ClusterEvent[] = [];
  manager.on("cluster", (event) => events.push(event));
  ends.push(
    async () => manager.shutdown({ deadlineMs: 100 }),
    async () => server.shutdown(),
  );
  const client: Site["client"] = async () => {
    const opened = new Promise<[WebSocketConnection, string]>((resolve) => {
      server.once("connection", (own) => resolve([own, manager.idOf(own) ?? ""]));
    });
    const got: string[] = [];
    const connection = await connect(server.url);
    connection.on("message", (message) => got.push(String(message)));
    const [own, id] = await opened;
    return { own, id, got };
  };
  return { manager, events, client };
}

/** Waits for turns of the event loop, not for time. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it("broadcasts, sends to one, fetches members and closes all across managers", async () => {
  const broker = new MemoryBroker();
  const [a, b] = [await site(broker), await site(broker)];
  const [x, y] = [await a.client(), await b.client()];
  await a.manager.room("lobby").join(x.own, { state: { name: "X" } });
  await b.manager.room("lobby").join(y.own);
  await eventually(() => a.events.some(({ type }) => type === "presence"));
  a.manager.room("lobby").broadcast("to the room", { except: x.own });
  a.manager.broadcast("to all");
  expect(a.manager.sendTo(y.id, "to you")).toBe("remote");
  b.manager.sendTo(x.id, "and to you");
  await eventually(() => y.got.length === 3 && x.got.length === 2);
  expect(y.got).toEqual(["to the room", "to all", "to you"]);
  expect(x.got).toEqual(["to all", "and to you"]);

  const { members, missingNodes } = await b.manager.room("lobby").fetchMembers();
  expect(missingNodes).toEqual([]);
  expect(members).toContainEqual({ id: x.id, state: { name: "X" } });
  expect(members).toHaveLength(2);

  const closed = Promise.all([x.own.closed, y.own.closed]);
  await a.manager.closeAll({ scope: "cluster", code: 4000 });
  expect((await closed).map(({ code }) => code)).toEqual([4000, 4000]);
  expect(a.manager.metrics().broker).toMatchObject({ isUp: true, gaps: 0, dropped: 0 });
});

it("keeps in this process what is for it alone, and knows whose ids are its own", async () => {
  const broker = new MemoryBroker();
  const options = { userOf: () => "ann" };
  const [a, b] = [await site(broker, options), await site(broker, options)];
  const [x, y] = [await a.client(), await b.client()];
  for (const { own } of [x, y]) await (own === x.own ? a : b).manager.room("lobby").join(own);
  const { manager } = a;
  manager.broadcast("all here", { scope: "local" });
  manager.room("lobby").broadcast("room here", { scope: "local" });
  manager.sendToUser("ann", "user here", { scope: "local" });
  manager.sendToUser("ann", "user");
  await eventually(() => y.got.length > 0 && x.got.length === 4);
  expect(x.got).toEqual(["all here", "room here", "user here", "user"]);
  expect(y.got).toEqual(["user"]);
  expect(manager.sendTo(`${manager.nodeId}-nobody`, "?")).toBe("unknown");
});

it("sends to another process what it would send here, and refuses the same", async () => {
  const broker = new MemoryBroker();
  const [a, b] = [await site(broker), await site(broker)];
  const { id, got } = await b.client();
  // @ts-expect-error -- not a message
  expect(() => a.manager.sendTo(id, { a: 1 })).toThrow(TypeError);
  expect(() => a.manager.sendTo(id, Uint8Array.of(0xff), { type: "text" })).toThrow("not UTF-8");
  expect(a.manager.sendTo(id, Uint8Array.of(104, 105), { type: "text" })).toBe("remote");
  await eventually(() => got.length > 0);
  expect(got).toEqual(["hi"]);
});

it("knows who is present elsewhere, of rooms that have a member here, and hears of each change", async () => {
  const broker = new MemoryBroker();
  const [a, b] = [await site(broker), await site(broker)];
  const [x, y] = [await a.client(), await b.client()];
  const [here, there] = [a.manager.room("r"), b.manager.room("r")];
  await here.join(x.own, { state: "reading" });
  expect(here.presence({ scope: "cluster" })).toEqual(here.presence());
  expect(there.presence({ scope: "cluster" })).toEqual([]);
  await there.join(y.own);
  const both = [
    { id: x.id, state: "reading" },
    { id: y.id, state: null },
  ];
  await eventually(() => there.presence({ scope: "cluster" }).length === 2);
  await eventually(() => here.presence({ scope: "cluster" }).length === 2);
  expect(here.presence({ scope: "cluster" })).toEqual(both);
  expect(there.presence({ scope: "cluster" })).toEqual(both.toReversed());
  expect(there.presence({ scope: "local" })).toEqual([{ id: y.id, state: null }]);
  y.own.terminate();
  await eventually(() => here.presence({ scope: "cluster" }).length === 1);
  const told = a.events.filter(({ type }) => type === "presence");
  const about = { type: "presence", room: "r", connectionId: y.id };
  expect(told).toEqual([
    { ...about, state: null },
    { ...about, state: undefined },
  ]);
  expect(new ConnectionManager().room("r").presence({ scope: "cluster" })).toEqual([]);
});

it("lets a member come back to another manager with what it has missed [G10]", async () => {
  const broker = new MemoryBroker({ replayEntries: 100 });
  const [a, b] = [await site(broker), await site(broker)];
  const x = await a.client();
  const [here, there] = [a.manager.room("r"), b.manager.room("r")];
  await here.join(x.own);
  there.broadcast("1");
  await eventually(() => here.offset !== undefined);
  const offset = here.offset ?? "";
  x.own.terminate();
  there.broadcast("2");
  here.broadcast("3");
  await eventually(() => a.manager.metrics().broker?.queuedMessages === 0);
  const back = await b.client();
  expect(await there.resume(back.own, { offset })).toBe("joined");
  there.broadcast("4");
  await eventually(() => back.got.includes("4"));
  expect(back.got).toEqual(["2", "3", "4"]);
  expect(await there.resume(back.own, { offset })).toBe("joined");
  expect(await there.resume((await b.client()).own, { offset: "made up" })).toBe("gap");
});

it("lets nobody back who may not join, and asks before it asks the engine [G10]", async () => {
  const broker = new MemoryBroker({ replayEntries: 100 });
  const answers = [true, false, true];
  const authorize = (): boolean => answers.shift() ?? false;
  const { manager, client } = await site(broker, { authorize, maxRoomsPerConnection: 1 });
  const [x, stranger] = [await client(), await client()];
  const room = manager.room("r");
  await room.join(x.own);
  room.broadcast("1");
  await eventually(() => room.offset !== undefined);
  const offset = room.offset ?? "";
  room.broadcast("2");
  expect(await room.resume(stranger.own, { offset })).toBe("denied");
  expect(await manager.room("other").resume(x.own, { offset })).toBe("tooMany");
  const closed = await client();
  closed.own.terminate();
  await closed.own.closed;
  expect(await room.resume(closed.own, { offset })).toBe("closed");
  expect(stranger.got).toEqual([]);
});

it("says gap without a broker that keeps anything", async () => {
  const { manager, client } = await site(new MemoryBroker());
  const { own } = await client();
  expect(manager.room("r").offset).toBeUndefined();
  expect(await manager.room("r").resume(own, { offset: "1~x" })).toBe("gap");
  expect(manager.room("r").has(own)).toBe(false);
});
