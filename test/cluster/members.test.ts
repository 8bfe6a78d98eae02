// Members of a room on other nodes: as they are known, as they are asked for, and when nodes die.
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import {
  describeMembers,
  FaultyWay,
  HEARTBEAT_MS,
  Node,
  pass,
  settle,
  threeNodes,
  TTL_MS,
} from "../support/cluster.js";

let clock: FakeClock;
let engine: MemoryBroker;

beforeEach(() => {
  clock = new FakeClock();
  engine = new MemoryBroker({ clock });
});

describe("members elsewhere", () => {
  it("are known without asking in rooms with members here, as they come, change and go", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    b.join("r", "n2-before", { name: "B" });
    await settle();
    a.join("r", "n1-x");
    await settle();
    expect(a.known("r")).toEqual([`n2-before={"name":"B"}`]);
    expect(b.known("r")).toEqual(["n1-x"]);
    c.join("r", "n3-z");
    b.join("r", "n2-before", { name: "BB" });
    await settle();
    expect(a.known("r")).toEqual([`n2-before={"name":"BB"}`, "n3-z"]);
    b.leave("r", "n2-before");
    await settle();
    expect(a.known("r")).toEqual(["n3-z"]);
    const seen = a.events.flatMap((event) =>
      event.type === "presence" ? [[event.connectionId, event.state]] : [],
    );
    expect(seen).toEqual([
      ["n2-before", { name: "B" }],
      ["n3-z", null],
      ["n2-before", { name: "BB" }],
      ["n2-before", undefined],
    ]);
  });

  it("are told of without their state where JSON has no way to say it", async () => {
    const [a, b] = await threeNodes(engine, clock);
    const circle: unknown[] = [];
    circle.push(circle);
    a.join("r", "n1-x");
    await settle();
    for (const [id, state] of [
      ["n2-1", 1n],
      ["n2-2", circle],
      ["n2-3", (): void => {}],
    ] as const) {
      b.join("r", id, state);
    }
    await settle();
    expect(a.known("r")).toEqual(["n2-1", "n2-2", "n2-3"]);
    const { members } = await a.cluster.fetchMembers("r", { timeoutMs: 100 });
    expect(describeMembers(members)).toEqual(["n2-1", "n2-2", "n2-3"]);
  });

  it("can be asked for, from everywhere [H09]", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    for (let index = 0; index < 1_200; index++) b.join("r", `n2-${index}`);
    c.join("r", "n3-z", "state");
    await settle();
    const { members, missingNodes } = await a.cluster.fetchMembers("r", { timeoutMs: 100 });
    expect(members).toHaveLength(1_201);
    expect(members).toContainEqual({ id: "n3-z", state: "state" });
    expect(missingNodes).toEqual([]);
    expect(await a.cluster.fetchMembers("empty", { timeoutMs: 100 })).toEqual({
      members: [],
      missingNodes: [],
    });
  });

  it("are answered for by those who live: the others are named when the time is up [H09]", async () => {
    const way = new FaultyWay(engine);
    const [a, dead] = [new Node("n1", engine, clock), new Node("n2", way, clock)];
    const b = new Node("n3", engine, clock);
    b.join("r", "n3-z");
    dead.join("r", "n2-y");
    await settle();
    way.fault = "lost";
    const asked = a.cluster.fetchMembers("r", { timeoutMs: 500 });
    await settle();
    clock.advance(500);
    const { members, missingNodes } = await asked;
    expect([describeMembers(members), missingNodes]).toEqual([["n3-z"], ["n2"]]);
  });

  it("include those that the engine knows of and that have never been heard [H09]", async () => {
    const a = new Node("n1", engine, clock);
    await settle();
    await engine.presence.announce("hung", 60_000);
    await pass(clock, HEARTBEAT_MS);
    const asked = a.cluster.fetchMembers("r", { timeoutMs: 500 });
    clock.advance(500);
    expect(await asked).toEqual({ members: [], missingNodes: ["hung"] });
  });

  it("are waited for by a node that has just started, and not by one that knows that it is alone", async () => {
    const young = new Node("n1", new MemoryBroker(), clock);
    const asked = young.cluster.fetchMembers("r", { timeoutMs: 500 });
    await settle();
    clock.advance(500);
    expect(await asked).toEqual({ members: [], missingNodes: [] });
    await pass(clock, HEARTBEAT_MS);
    expect(await young.cluster.fetchMembers("r", { timeoutMs: 500 })).toMatchObject({
      members: [],
    });
  });

  it("vanish with their node: at its farewell, or by expiry when it dies [H04]", async () => {
    const way = new FaultyWay(engine);
    const [a, killed] = [new Node("n1", engine, clock), new Node("n2", way, clock)];
    const leaving = new Node("n3", engine, clock);
    for (const node of [a, killed, leaving]) node.join("r", `${node.nodeId}-x`);
    await settle();
    expect(a.known("r")).toEqual(["n2-x", "n3-x"]);
    await leaving.cluster.close();
    await settle();
    expect(a.known("r")).toEqual(["n2-x"]);
    way.fault = "lost";
    await pass(clock, TTL_MS - HEARTBEAT_MS);
    expect(a.known("r")).toEqual(["n2-x"]);
    await pass(clock, HEARTBEAT_MS);
    expect(a.known("r")).toEqual([]);
    const left = a.events.filter(({ type }) => type === "nodeLeft");
    expect(left).toEqual([
      { type: "nodeLeft", nodeId: "n3", reason: "farewell" },
      { type: "nodeLeft", nodeId: "n2", reason: "silence" },
    ]);
    expect(await a.cluster.fetchMembers("r", { timeoutMs: 500 })).toMatchObject({
      missingNodes: [],
    });
  });

  it("agree again after a partition, with no one stale and no one missing [H08]", async () => {
    const way = new FaultyWay(engine);
    const [a, cut] = [new Node("n1", engine, clock), new Node("n2", way, clock)];
    a.join("r", "n1-x");
    a.join("r", "n1-leaves");
    cut.join("r", "n2-y");
    cut.join("r", "n2-leaves");
    await settle();
    way.down();
    a.leave("r", "n1-leaves");
    a.join("r", "n1-new");
    cut.leave("r", "n2-leaves");
    cut.join("r", "n2-new");
    await pass(clock, 60_000);
    expect([a.known("r"), cut.known("r")]).toEqual([[], []]);
    way.up();
    await pass(clock, HEARTBEAT_MS);
    expect(a.known("r")).toEqual(["n2-new", "n2-y"]);
    expect(cut.known("r")).toEqual(["n1-new", "n1-x"]);
    expect(cut.gaps()).toContainEqual(expect.objectContaining({ reason: "down" }));
  });

  it("are asked for again when a change has been lost [H08]", async () => {
    const way = new FaultyWay(engine);
    const [a, b] = [new Node("n1", engine, clock), new Node("n2", way, clock)];
    a.join("r", "n1-x");
    b.join("r", "n2-1");
    await settle();
    way.fault = "lost";
    b.join("r", "n2-2");
    await settle();
    way.fault = "none";
    b.join("r", "n2-3");
    await settle();
    expect(a.known("r")).toEqual(["n2-1", "n2-2", "n2-3"]);
  });

  it("stay when it was this node that stood still", async () => {
    let stalledMs = 0;
    const stalling = { setTimer: clock.setTimer, now: () => clock.now() + stalledMs };
    const [a, b] = [new Node("n1", engine, stalling), new Node("n2", engine, stalling)];
    a.join("r", "n1-x");
    b.join("r", "n2-y");
    await settle();
    stalledMs = 4 * TTL_MS;
    await pass(clock, HEARTBEAT_MS);
    expect(a.eventTypes()).not.toContain("nodeLeft");
  });
});
