// Several nodes on one broker: what reaches whom.
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import { FaultyWay, Node, settle, threeNodes } from "../support/cluster.js";

let clock: FakeClock;
let engine: MemoryBroker;

beforeEach(() => {
  clock = new FakeClock();
  engine = new MemoryBroker({ clock });
});

describe("messages to other nodes", () => {
  it("reach the members of a room, where there are any, and not the sender's own again [H06]", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    a.join("lobby", "n1-x");
    b.join("lobby", "n2-y");
    await settle();
    a.say("lobby", "hello");
    c.say("lobby", "from outside");
    await settle();
    expect(b.delivered).toEqual(["lobby/hello", "lobby/from outside"]);
    expect(a.delivered).toEqual(["lobby/from outside"]);
    expect(c.delivered).toEqual([]);
  });

  it("reach everybody, one user or one connection, and not those who are excepted", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    a.cluster.broadcast(undefined, { data: "to all" }, ["n2-y"]);
    a.cluster.sendToUser("ann", { data: "to ann" }, ["n2-z"]);
    a.cluster.sendTo("n2-y", { data: Uint8Array.of(1, 2), type: "binary" });
    a.cluster.sendTo("n1-x", { data: "own connections are not sent to over the broker" });
    a.cluster.sendTo("*.>-x", { data: "nor is what cannot be a node's" });
    a.cluster.sendTo("", { data: "nor nothing" });
    await settle();
    const toBoth = ["*/to all-n2-y", "@ann/to ann-n2-z"];
    expect(b.delivered).toEqual([...toBoth, "=n2-y/bytes 1 2"]);
    expect(c.delivered).toEqual(toBoth);
    expect(a.delivered).toEqual([]);
    expect(a.cluster.counts.sent).toBeGreaterThanOrEqual(3);
  });

  it("stop when the last member leaves, and come again with the next", async () => {
    const [a, b] = await threeNodes(engine, clock);
    b.join("lobby", "n2-y");
    b.join("lobby", "n2-z");
    await settle();
    b.leave("lobby", "n2-y");
    a.say("lobby", "1");
    await settle();
    b.leave("lobby", "n2-z");
    a.say("lobby", "2");
    await settle();
    b.join("lobby", "n2-y");
    await settle();
    a.say("lobby", "3");
    await settle();
    expect(b.delivered).toEqual(["lobby/1", "lobby/3"]);
    expect(b.gaps()).toEqual([]);
  });

  it.each(["", "__proto__", "a b*>.\n", "\uD800", "\uD801", "é".repeat(1000), "é".repeat(1001)])(
    "go to a room of any name, and to no other: %j",
    async (room) => {
      const [a, b] = await threeNodes(engine, clock);
      b.join(room, "n2-y");
      await settle();
      const others = ["\uDBFF", "é".repeat(999), "x", "_"];
      for (const other of others) a.say(other, "for others");
      a.say(room, "hello");
      await settle();
      expect(b.delivered).toEqual([`${room}/hello`]);
    },
  );

  it("keep the order of each node, thousands in a row [H07]", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    c.join("r", "n3-x");
    await settle();
    const count = 2_000;
    for (let index = 0; index < count; index++) {
      a.say("r", `a${index}`);
      b.say("r", `b${index}`);
    }
    while (c.delivered.length < 2 * count) await settle();
    for (const sender of ["a", "b"]) {
      const own = c.delivered.filter((one) => one.startsWith(`r/${sender}`));
      expect(own).toEqual(Array.from({ length: count }, (_, index) => `r/${sender}${index}`));
    }
    expect(c.gaps()).toEqual([]);
  });

  it("tell each node to close its connections", async () => {
    const [a, b, c] = await threeNodes(engine, clock);
    a.cluster.closeAll({ code: 1012, reason: "restart", deadlineMs: 100 });
    await settle();
    expect([a.closed, b.closed, c.closed]).toEqual([
      [],
      [{ code: 1012, reason: "restart", deadlineMs: 100 }],
      [{ code: 1012, reason: "restart", deadlineMs: 100 }],
    ]);
  });
});

describe("the end of a node", () => {
  it("waits for what is queued, but no longer than a second", async () => {
    const way = new FaultyWay(engine);
    const a = new Node("n1", way, clock);
    await settle();
    way.fault = "stuck";
    a.say("r", "1");
    const closed = a.cluster.close();
    await settle();
    clock.advance(1_000);
    await closed;
    expect(a.cluster.counts.queuedMessages).toBe(0);
    a.say("r", "after the end nothing happens");
    expect(a.cluster.counts.queuedMessages).toBe(0);
  });

  it("leaves no timer behind", async () => {
    const a = new Node("n1", engine, clock);
    await settle();
    await a.cluster.close();
    expect(clock.timers).toBe(0);
  });
});

describe("options", () => {
  it.each([
    { heartbeatIntervalMs: 0 },
    { nodeTtlMs: Number.NaN },
    { nodeTtlMs: 5_000 },
    { maxQueuedBytes: 0 },
    { maxPayloadBytes: -1 },
  ])("are refused when no node could live with them: %j", (limits) => {
    expect(() => new Node("n1", engine, clock, limits)).toThrow(RangeError);
  });
});
