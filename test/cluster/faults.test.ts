// What nodes do when something on the way to the others breaks.
import { beforeEach, describe, expect, it } from "vitest";
import { roomChannel } from "../../src/cluster/names.js";
import { serializeEnvelope } from "../../src/cluster/message.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import {
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

describe("a broker that fails", () => {
  async function pair(limits = {}): Promise<{ way: FaultyWay; a: Node; b: Node }> {
    const way = new FaultyWay(engine);
    const a = new Node("n1", way, clock, limits);
    const b = new Node("n2", engine, clock);
    b.join("r", "n2-x");
    await settle();
    return { way, a, b };
  }

  it("gets what was said meanwhile once it is back, in order and once [H01]", async () => {
    const { way, a, b } = await pair();
    a.say("r", "1");
    await settle();
    way.down();
    a.say("r", "2");
    a.say("r", "3");
    await settle();
    clock.advance(1_000);
    await settle();
    expect(b.delivered).toEqual(["r/1"]);
    way.up();
    a.say("r", "4");
    await settle();
    expect(b.delivered).toEqual(["r/1", "r/2", "r/3", "r/4"]);
    expect(b.gaps()).toEqual([]);
    expect(a.eventTypes().filter((type) => !type.startsWith("node"))).toEqual([
      "down",
      "up",
      "gap",
    ]);
    expect(a.gaps()).toEqual([{ type: "gap", room: undefined, nodeId: undefined, reason: "down" }]);
  });

  it("is tried again after a while, without being told that it is back [H01]", async () => {
    const { way, a, b } = await pair();
    way.fault = "refused";
    a.say("r", "1");
    await settle();
    way.fault = "none";
    expect(b.delivered).toEqual([]);
    clock.advance(2_000);
    await settle();
    expect(b.delivered).toEqual(["r/1"]);
  });

  it("holds up nobody when it does not answer, and only so much waits for it [H02]", async () => {
    const { way, a, b } = await pair({ maxQueuedMessages: 10 });
    way.fault = "stuck";
    for (let index = 1; index <= 30; index++) a.say("r", String(index));
    await settle();
    expect(a.cluster.counts).toMatchObject({ queuedMessages: 10, dropped: 20 });
    const gap = { type: "gap", room: undefined, nodeId: "n1", reason: "overflow" };
    const exceeded = { option: "maxQueuedMessages", limit: 10, value: 11 };
    expect(a.gaps()).toEqual([{ ...gap, exceeded }]);
    way.unstick();
    await settle();
    // The first was under way; after it the oldest have gone, and that is seen.
    expect(b.delivered).toEqual([
      "r/1",
      ...[22, 23, 24, 25, 26, 27, 28, 29, 30].map((n) => `r/${n}`),
    ]);
    expect(b.gaps()).toEqual([{ type: "gap", room: "r", nodeId: "n1", reason: "lost" }]);
    expect(a.cluster.counts).toMatchObject({ queuedMessages: 0, queuedBytes: 0 });
  });

  it("is not given more bytes to hold than allowed [H02]", async () => {
    const { way, a } = await pair({ maxQueuedBytes: 10_000 });
    way.fault = "stuck";
    for (let index = 0; index < 30; index++) a.say("r", "x".repeat(1_000));
    expect(a.cluster.counts.queuedBytes).toBeLessThanOrEqual(10_000);
    expect(a.cluster.counts.queuedMessages).toBeLessThan(10);
  });

  it("may deliver twice: the members get it once [H01]", async () => {
    const { way, a, b } = await pair();
    way.fault = "twice";
    for (const text of ["1", "2", "3"]) a.say("r", text);
    await settle();
    expect(b.delivered).toEqual(["r/1", "r/2", "r/3"]);
    expect(b.cluster.counts.repeated).toBeGreaterThan(0);
  });

  it("may lose some: the next message tells, for that room and node [H07]", async () => {
    const { way, a, b } = await pair();
    b.join("other", "n2-x");
    await settle();
    a.say("r", "1");
    a.say("other", "1");
    await settle();
    way.fault = "lost";
    a.say("r", "2");
    await settle();
    way.fault = "none";
    a.say("other", "2");
    await settle();
    expect(b.gaps()).toEqual([]);
    a.say("r", "3");
    await settle();
    expect(b.delivered).toEqual(["r/1", "other/1", "other/2", "r/3"]);
    expect(b.gaps()).toEqual([{ type: "gap", room: "r", nodeId: "n1", reason: "lost" }]);
    expect(b.cluster.counts.gaps).toBe(1);
  });

  it("is given up when it takes messages and brings nothing, until it does again [H08]", async () => {
    const { way, a } = await pair();
    await pass(clock, HEARTBEAT_MS);
    way.isDeaf = true;
    await pass(clock, TTL_MS + HEARTBEAT_MS);
    expect(a.eventTypes()).toContain("down");
    expect(way.refreshed).toBeGreaterThan(0);
    way.isDeaf = false;
    await pass(clock, HEARTBEAT_MS);
    expect(a.eventTypes().slice(-3)).toEqual(expect.arrayContaining(["up", "gap"]));
    expect(a.cluster.nodeIds).toEqual(["n2"]);
  });

  it("brings things that are not ours: counted, and without effect [H05]", async () => {
    const [a, b] = await threeNodes(engine, clock);
    b.join("r", "n2-x");
    await settle();
    const poison = [
      new Uint8Array(0),
      new TextEncoder().encode("PUBLISH by hand"),
      Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff),
      Uint8Array.of(1, 0, 0, 0, 2, 0x5b, 0x5d),
    ];
    for (const bytes of poison) await engine.publish(roomChannel("r"), bytes);
    await engine.publish(roomChannel("r"), Uint8Array.of(2, 0, 0, 0, 0));
    await engine.publish(roomChannel("r"), new Uint8Array(2 ** 24 + 1));
    const options = { code: 7, reason: "no close code" };
    const body = { type: "closeAll", options } as const;
    const envelope = serializeEnvelope({ from: "n9", sequence: 1, previous: 0, body });
    await engine.publish("nodes", envelope);
    a.say("r", "still here");
    await settle();
    expect(b.delivered).toEqual(["r/still here"]);
    expect(b.cluster.counts).toMatchObject({ malformed: 3, unknownVersion: 2, oversized: 1 });
  });

  it("is not given messages that the others would not take [H05]", async () => {
    const { a, b } = await pair({ maxPayloadBytes: 1_000 });
    a.say("r", "1");
    a.say("r", "x".repeat(1_000));
    a.say("r", "2");
    await settle();
    expect(b.delivered).toEqual(["r/1", "r/2"]);
    expect(a.cluster.counts.oversized).toBe(1);
    expect(b.gaps()).toHaveLength(1);
  });
});
