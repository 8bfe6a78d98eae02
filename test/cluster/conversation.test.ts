import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { NODES } from "../../src/cluster/names.js";
import { type NodeMessage, wireState } from "../../src/cluster/conversation.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import { FaultyWay, HEARTBEAT_MS, settle, TTL_MS } from "../support/cluster.js";
import { Side } from "../support/cluster-side.js";

const clock = new FakeClock();
let engine: MemoryBroker;

beforeEach(() => {
  engine = new MemoryBroker({ clock });
});

/** One on the engine that all share. */
const sideOf = (nodeId: string): Side => new Side(nodeId, engine, clock);

/** Two that have heard of each other, and nothing since. */
async function two(): Promise<[Side, Side]> {
  const [a, b] = [sideOf("a"), sideOf("b")];
  for (const { conversation } of [a, b]) conversation.up();
  await settle();
  for (const side of [a, b]) side.heard.length = 0;
  return [a, b];
}

describe("signs of life", () => {
  it("are given when the others can be reached and at each interval; the first ones are answered", async () => {
    const [a, b] = [sideOf("a"), sideOf("b")];
    a.conversation.up();
    await settle();
    expect(a.conversation.nodes.names).toEqual(["b"]);
    expect([a.heard, b.heard]).toEqual([["b heartbeat"], ["a heartbeat"]]);
    clock.advance(HEARTBEAT_MS);
    await settle();
    expect(a.heard).toEqual(["b heartbeat", "b heartbeat"]); // and no answer to it
    expect(a.events).toEqual([{ type: "nodeJoined", nodeId: "b" }]);
    for (const { conversation } of [a, b]) await conversation.close();
  });

  it("are entered in the engine's register, and taken out at the end", async () => {
    const [a, b] = await two();
    expect(await engine.presence.announce("c", TTL_MS)).toEqual(["a", "b", "c"]);
    clock.advance(HEARTBEAT_MS);
    await settle();
    expect(a.conversation.nodes.expected).toEqual(new Set(["b", "c"]));
    await a.conversation.close();
    expect(await engine.presence.announce("c", TTL_MS)).toEqual(["b", "c"]);
    expect(b.heard.at(-1)).toBe("a farewell");
    expect(b.events.at(-1)).toEqual({ type: "nodeLeft", nodeId: "a", reason: "farewell" });
    await b.conversation.close();
  });

  it("do not pile up before an engine that does not answer, and a register that fails is no harm", async () => {
    const way = new FaultyWay(engine);
    const announce = vi.fn<() => Promise<string[]>>(() => new Promise(() => {}));
    const withdraw = vi.fn<() => Promise<void>>(() => Promise.reject(new Error("refused")));
    Object.assign(way, { presence: { announce, withdraw } });
    const publish = vi.spyOn(way, "publish");
    const a = new Side("a", way, clock);
    way.fault = "stuck";
    for (let i = 0; i < 5; i++) clock.advance(HEARTBEAT_MS);
    await settle();
    expect([publish.mock.calls.length, announce.mock.calls.length]).toEqual([1, 1]);
    way.unstick();
    announce.mockRejectedValue(new Error("refused"));
    await settle();
    clock.advance(HEARTBEAT_MS);
    await settle();
    expect(publish.mock.calls.length).toBe(2);
    await a.conversation.close();
    expect(withdraw).toHaveBeenCalledTimes(1);
  });

  it("that do not come back are told of", async () => {
    const [a, b] = await two();
    a.conversation.nodes.heardOwn();
    clock.advance(TTL_MS);
    expect([a.onDeaf.mock.calls.length, b.onDeaf.mock.calls.length]).toEqual([1, 0]);
    for (const { conversation } of [a, b]) await conversation.close();
  });
});

describe("members of others", () => {
  it("are asked for when a room opens here, and known from then on", async () => {
    const [a, b] = await two();
    b.has("r", "b-1", "b-2");
    b.has("other", "b-3");
    a.open("r");
    await settle();
    expect([a.known("r"), a.known("other")]).toEqual([["b-1", "b-2"], []]);
    expect(b.heard).toEqual(["a question"]);
    a.conversation.roomClosed("r");
    expect(a.known("r")).toEqual([]);
  });

  it("are asked of a node that comes later, of all after an outage, and of one whose words are missing", async () => {
    const a = sideOf("a");
    a.conversation.up();
    a.open("r");
    const b = sideOf("b");
    b.has("r", "b-1");
    b.conversation.up();
    await settle();
    expect(a.known("r")).toEqual(["b-1"]);
    b.has("r", "b-2");
    a.conversation.missed("b", "r");
    await settle();
    expect(a.known("r")).toEqual(["b-2"]);
    b.has("r");
    a.conversation.up();
    await settle();
    expect(a.known("r")).toEqual([]);
    expect(a.events.filter(({ type }) => type === "presence")).toEqual([
      { type: "presence", room: "r", connectionId: "b-1", state: null },
      { type: "presence", room: "r", connectionId: "b-1", state: undefined },
      { type: "presence", room: "r", connectionId: "b-2", state: null },
      { type: "presence", room: "r", connectionId: "b-2", state: undefined },
    ]);
  });

  it("go with their node", async () => {
    const [a, b] = await two();
    b.has("r", "b-1");
    a.open("r");
    await settle();
    await b.conversation.close();
    expect(a.known("r")).toEqual([]);
    expect(a.events.at(-1)).toMatchObject({ type: "presence", state: undefined });
  });

  it("are asked for until the answer is younger than what is known", async () => {
    const [a, b] = await two();
    b.has("r", "b-1");
    a.open("r");
    const change: NodeMessage = { type: "presence", room: "r", id: "b-2", state: "young" };
    a.conversation.received({ from: "b", sequence: 5, body: change }, change);
    expect(a.known("r")).toEqual(['b-2="young"']);
    await settle();
    expect(a.known("r")).toEqual(["b-1"]);
    // Each answer is one more thing that has been said.
    expect(b.heard).toEqual(Array(6).fill("a question"));
  });

  it("are asked for 200 rooms at a time", async () => {
    const [a, b] = [sideOf("a"), sideOf("b")];
    for (let i = 0; i < 450; i++) a.open(`r${i}`);
    await settle();
    b.conversation.up();
    await settle();
    a.conversation.nodes.heard("b");
    expect(b.heard.filter((one) => one === "a question")).toHaveLength(3);
  });
});

describe("a question to all", () => {
  it("is answered at once by those that live, and names who does not answer in time", async () => {
    const [a, b] = await two();
    b.has("r", "b-1");
    const members = [{ id: "b-1", state: null }];
    expect(await a.conversation.fetchMembers("r", 1_000)).toEqual({ members, missingNodes: [] });
    await engine.presence.announce("dead", TTL_MS);
    clock.advance(HEARTBEAT_MS);
    await settle();
    const asked = a.conversation.fetchMembers("r", 1_000);
    await settle();
    clock.advance(1_000);
    expect(await asked).toEqual({ members, missingNodes: ["dead"] });
  });

  it("is not asked by one that knows that it is alone, and is open to all for one that has just started", async () => {
    const a = sideOf("a");
    const send = vi.spyOn(a.link, "send");
    const nobody = { members: [], missingNodes: [] };
    const early = a.conversation.fetchMembers("r", 100);
    expect(send).toHaveBeenCalledTimes(1);
    clock.advance(100);
    expect(await early).toEqual(nobody);
    clock.advance(HEARTBEAT_MS);
    expect(await a.conversation.fetchMembers("r", 100)).toEqual(nobody);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("forgets what a node has begun to answer when that leaves, and names it", async () => {
    const [a, b] = await two();
    b.link.end(); // it hears no question any more
    const asked = a.conversation.fetchMembers("r", 1_000);
    const half = { type: "answer", id: 1, rooms: [], asOf: 1 } as const;
    const lost = [{ room: "r", members: [{ id: "b-1", state: null }] }];
    const b1 = { from: "b", sequence: 1 };
    const more: NodeMessage = { ...half, rooms: lost, part: "more" };
    a.conversation.received({ ...b1, body: more }, more);
    await b.link.sendNow(NODES, { type: "farewell" });
    clock.advance(1_000);
    expect(await asked).toEqual({ members: [], missingNodes: ["b"] });
    a.open("r");
    const last: NodeMessage = { ...half, part: "last" };
    a.conversation.received({ ...b1, body: last }, last);
    expect(a.known("r")).toEqual([]);
  });

  it("ends when the conversation does", async () => {
    const [a] = await two();
    await engine.presence.announce("dead", TTL_MS);
    clock.advance(HEARTBEAT_MS);
    await settle();
    const asked = a.conversation.fetchMembers("r", Infinity);
    await a.conversation.close();
    expect((await asked).missingNodes).toContain("dead");
  });
});

describe("a word to close", () => {
  it("reaches the connections, and what cannot be done is no harm", async () => {
    const [a, b] = await two();
    const word: NodeMessage = { type: "closeAll", options: { code: 7 } };
    a.link.send(NODES, word, "passing");
    await settle();
    expect([a.closed, b.closed]).toEqual([[], [{ code: 7 }]]);
  });
});

describe("a state", () => {
  it("is sent as it is where JSON can say it, and is null where it cannot", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const state of [undefined, () => {}, Symbol("s"), 1n, [1n], circle]) {
      expect(wireState(state)).toBeNull();
    }
    fc.assert(
      fc.property(fc.jsonValue(), (state) => {
        expect(wireState(state)).toBe(state);
      }),
    );
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (state) => {
        expect(typeof JSON.stringify(wireState(state))).toBe("string");
      }),
    );
  });
});
