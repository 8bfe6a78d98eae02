import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Broker } from "../../src/cluster/broker.js";
import { ClusterLink, type LinkOptions } from "../../src/cluster/link.js";
import { type ClusterMessage, serializeEnvelope } from "../../src/cluster/message.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import { FaultyWay, settle } from "../support/cluster.js";

const links: ClusterLink[] = [];

const oops = new Error("oops");
const fails = (): never => {
  throw oops;
};

afterEach(() => {
  for (const link of links.splice(0)) link.end();
});

function linkOf(nodeId: string, broker: Broker, changes: Partial<LinkOptions> = {}) {
  /** What came, in order: `from sequence text`, with the offset; `lost channel from` before one with a gap. */
  const log: string[] = [];
  const events: unknown[] = [];
  const take = (what: string) =>
    (({ from, sequence, body }, offset) => {
      const at = offset === undefined ? "" : ` at ${offset}`;
      log.push(`${what}${from} ${sequence} ${textOf(body)}${at}`);
    }) satisfies LinkOptions["onEnvelope"];
  const link = new ClusterLink({
    broker,
    nodeId,
    clock: new FakeClock(),
    maxPayloadBytes: 1_000,
    maxQueuedMessages: 100,
    maxQueuedBytes: 100_000,
    onEnvelope: take(""),
    onOwn: take("own "),
    onLoss: (channel, from) => log.push(`lost ${channel} ${from}`),
    onEvent: (event) => events.push(event),
    ...changes,
  });
  links.push(link);
  return { link, log, events };
}

const say = (data: string): ClusterMessage => ({
  type: "delivery",
  exceptIds: [],
  message: { data },
});

function textOf(body: ClusterMessage): string {
  return body.type === "delivery" ? String(body.message.data) : body.type;
}

describe("ClusterLink", () => {
  it("numbers what it sends over all channels, and brings its own back apart", async () => {
    const broker = new MemoryBroker();
    const [a, b] = [linkOf("a", broker), linkOf("b", broker)];
    for (const { link } of [a, b]) await Promise.all([link.open("x"), link.open("y")]);
    expect(a.link.latestSequence).toBe(0);
    const settled: number[] = [];
    const note = (sequence: number): void => void settled.push(sequence);
    expect(a.link.send("x", say("one"), "passing", note)).toBe(1);
    expect(a.link.send("y", say("two"), "passing", note)).toBe(2);
    expect([settled, a.link.latestSequence]).toEqual([[], 2]);
    await a.link.whenSent();
    await settle();
    expect(settled).toEqual([1, 2]);
    expect(a.log).toEqual(["own a 1 one", "own a 2 two"]);
    expect(b.log).toEqual(["a 1 one", "a 2 two"]);
    expect([b.link.latestOf("x", "a"), b.link.latestOf("y", "a")]).toEqual([1, 2]);
    expect(b.link.counts).toMatchObject({ sent: 0, received: 2, gaps: 0, repeated: 0 });
    expect(a.link.counts).toMatchObject({ sent: 2, received: 2, queuedMessages: 0 });
  });

  it("has kept what is to be kept, where the broker can, and only that", async () => {
    const keeping = new MemoryBroker({ replayEntries: 10 });
    const simple = new MemoryBroker();
    for (const [broker, at] of [
      [keeping, " at 1"],
      [simple, ""],
    ] as const) {
      const [a, b] = [linkOf("a", broker), linkOf("b", broker)];
      await b.link.open("x");
      a.link.send("x", say("passing"), "passing");
      a.link.send("x", say("kept"), "kept");
      await settle();
      expect(b.log).toEqual(["a 1 passing", `a 2 kept${at}`]);
    }
    expect(await keeping.replay?.read("x", "1")).toHaveLength(1);
  });

  it("sends at once what is worth nothing later, without a place in the order, and never fails", async () => {
    const way = new FaultyWay();
    const [a, b] = [linkOf("a", way), linkOf("b", way)];
    await b.link.open("x");
    await a.link.sendNow("x", { type: "farewell" });
    a.link.send("x", say("first"), "passing");
    await settle();
    await a.link.sendNow("x", { type: "farewell" });
    expect(b.log).toEqual(["a 0 farewell", "a 1 first", "a 0 farewell"]);
    way.fault = "refused";
    await a.link.sendNow("x", { type: "farewell" });
    expect(a.link.counts).toMatchObject({ sent: 1, queuedMessages: 0 });
  });

  it("has one subscription for a channel, and none once it is closed", async () => {
    const broker = new MemoryBroker();
    const subscribe = vi.spyOn(broker, "subscribe");
    const [a, b] = [linkOf("a", broker), linkOf("b", broker)];
    await Promise.all([b.link.open("x"), b.link.open("x")]);
    expect(subscribe).toHaveBeenCalledTimes(1);
    a.link.send("x", say("one"), "passing");
    await settle();
    b.link.close("x");
    b.link.close("x");
    a.link.send("x", say("two"), "passing");
    await settle();
    expect([b.log, b.link.latestOf("x", "a")]).toEqual([["a 1 one"], 0]);
    // What was sent meanwhile was not for it, and is not missing.
    await b.link.open("x");
    a.link.send("x", say("three"), "passing");
    await settle();
    expect(b.log).toEqual(["a 1 one", "a 3 three"]);
  });

  it("neither sends nor takes what is too large, and the next message tells that one is missing", async () => {
    const broker = new MemoryBroker();
    const a = linkOf("a", broker);
    const [b, generous] = [linkOf("b", broker), linkOf("c", broker, { maxPayloadBytes: Infinity })];
    await b.link.open("x");
    a.link.send("x", say("first"), "passing");
    const settled = vi.fn<() => void>();
    expect(a.link.send("x", say("y".repeat(1_000)), "passing", settled)).toBeUndefined();
    generous.link.send("x", say("y".repeat(1_000)), "passing");
    a.link.send("x", say("last"), "passing");
    await settle();
    expect(settled).not.toHaveBeenCalled();
    expect(b.log).toEqual(["a 1 first", "lost x a", "a 3 last"]);
    expect(a.link.counts).toMatchObject({ sent: 2, oversized: 1 });
    const exceeded = { option: "maxPayloadBytes", limit: 1_000, value: expect.any(Number) };
    expect(a.events).toEqual([
      { type: "gap", room: undefined, nodeId: "a", reason: "tooLarge", exceeded },
    ]);
    expect(b.link.counts).toMatchObject({ received: 3, oversized: 1, gaps: 1 });
  });

  it("counts what is no envelope, or of another version, and does nothing else with it", async () => {
    const broker = new MemoryBroker();
    const { link, log } = linkOf("a", broker);
    await link.open("x");
    const good = serializeEnvelope({ from: "b", sequence: 1, body: say("good") });
    await broker.publish("x", new Uint8Array());
    await broker.publish("x", good.subarray(0, -8));
    await broker.publish("x", Uint8Array.of(2, ...good.subarray(1)));
    expect(log).toEqual([]);
    expect(link.counts).toMatchObject({ received: 3, malformed: 2, unknownVersion: 1 });
  });

  it("tells what it had to give up, and what the engine will not take", async () => {
    const way = new FaultyWay();
    const { link, events } = linkOf("a", way, { maxQueuedMessages: 2 });
    way.fault = "stuck";
    for (const text of ["1", "2", "3", "4"]) link.send("x", say(text), "passing");
    const gap = { type: "gap", room: undefined, nodeId: "a" };
    const exceeded = { option: "maxQueuedMessages", limit: 2, value: 3 };
    expect(events).toEqual([{ ...gap, reason: "overflow", exceeded }]);
    expect(link.counts).toMatchObject({ dropped: 2, queuedMessages: 2 });
    way.unstick();
    await link.whenSent();

    const picky = new FaultyWay();
    const publish = picky.publish.bind(picky);
    vi.spyOn(picky, "publish").mockImplementation(async (channel, payload) =>
      channel === "no" ? Promise.reject(new Error("not here")) : publish(channel, payload),
    );
    const other = linkOf("b", picky);
    other.link.send("no", say("first"), "passing"); // alone: it may be the engine
    for (let i = 0; i < 4; i++) {
      other.link.send("yes", say(`${i}`), "passing");
      await settle();
      other.link.retry();
      await settle();
    }
    expect(other.events).toEqual([{ ...gap, nodeId: "b", reason: "refused" }]);
    expect(other.link.counts).toMatchObject({ dropped: 1, queuedMessages: 0 });
  });

  it.each<[string, () => ReturnType<Broker["subscribe"]>, error: unknown]>([
    ["throws", () => fails(), oops],
    ["gives no subscription", () => Object.create(null), expect.any(TypeError)],
    ["gives one that fails", () => ({ ready: Promise.reject(oops), unsubscribe: () => {} }), oops],
    [
      "gives one that cannot be ended",
      () => ({ ready: Promise.resolve(), unsubscribe: fails }),
      oops,
    ],
  ])("tells of a broker that %s, and goes on [M01]", async (_what, subscribe, error) => {
    const broker = Object.assign(new MemoryBroker(), { subscribe });
    const { link, events } = linkOf("a", broker);
    await link.open("room");
    link.close("room");
    expect(events).toEqual([{ type: "down", error }]);
  });

  it("begins anew with a node that it was told to forget", async () => {
    const broker = new MemoryBroker();
    const [a, b] = [linkOf("a", broker), linkOf("b", broker)];
    await b.link.open("x");
    for (let i = 0; i < 5; i++) a.link.send("x", say("old"), "passing");
    await settle();
    b.link.forgetNode("a");
    const again = linkOf("a", broker);
    again.link.send("x", say("young"), "passing");
    await settle();
    expect(b.log.at(-1)).toBe("a 1 young");
  });

  it("hears and sends nothing once it has ended", async () => {
    const broker = new MemoryBroker();
    const [a, b, c] = [linkOf("a", broker), linkOf("b", broker), linkOf("c", broker)];
    await Promise.all([b.link.open("x"), c.link.open("x")]);
    b.link.end();
    a.link.end();
    a.link.send("x", say("late"), "passing");
    await broker.publish("x", serializeEnvelope({ from: "d", sequence: 1, body: say("other") }));
    await a.link.whenSent();
    await settle();
    expect(c.log).toEqual(["d 1 other"]);
    expect([b.log, b.link.counts.received]).toEqual([[], 0]);
  });

  it("brings each message once and in order, and tells of what is missing before what comes after it", async () => {
    const message = fc.record({
      channel: fc.constantFrom("x", "y"),
      fault: fc.constantFrom("none", "none", "twice", "lost"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        const engine = new MemoryBroker();
        const way = new FaultyWay(engine);
        const [a, b] = [linkOf("a", way), linkOf("b", engine)];
        await Promise.all([b.link.open("x"), b.link.open("y")]);
        const expected: string[] = [];
        const known = new Set<string>();
        const missing = new Set<string>();
        for (const [index, { channel, fault }] of messages.entries()) {
          way.fault = fault;
          a.link.send(channel, say(channel), "passing");
          await a.link.whenSent();
          if (fault === "lost") {
            missing.add(channel);
            continue;
          }
          // What was before the first is nobody's loss.
          if (missing.delete(channel) && known.has(channel)) expected.push(`lost ${channel} a`);
          known.add(channel);
          expected.push(`a ${index + 1} ${channel}`);
        }
        expect(b.log).toEqual(expected);
        const twice = messages.filter(({ fault }) => fault === "twice").length;
        expect(b.link.counts).toMatchObject({
          repeated: twice,
          gaps: expected.filter((line) => line.startsWith("lost")).length,
        });
      }),
      { numRuns: 50 },
    );
  });
});
