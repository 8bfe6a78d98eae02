import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterNodes } from "../../src/cluster/nodes.js";
import { FakeClock } from "../support/clock.js";
import { HEARTBEAT_MS, TTL_MS } from "../support/cluster.js";

function nodesOf() {
  const clock = new FakeClock();
  const log: string[] = [];
  let stalledMs = 0;
  const nodes = new ClusterNodes({
    nodeId: "own",
    clock: { now: () => clock.now() + stalledMs, setTimer: clock.setTimer },
    heartbeatIntervalMs: HEARTBEAT_MS,
    nodeTtlMs: TTL_MS,
    onInterval: () => log.push("interval"),
    onJoined: (nodeId) => log.push(`+${nodeId}`),
    onLeft: (nodeId, reason) => log.push(`-${nodeId} ${reason}`),
    onDeaf: () => log.push("deaf"),
  });
  /** What happened since the last time, but for the intervals. */
  const news = (): string[] => log.splice(0).filter((one) => one !== "interval");
  /** Lets time pass in which nothing is done. */
  const stall = (ms: number): void => void (stalledMs += ms);
  return { clock, log, news, nodes, stall };
}

describe("ClusterNodes", () => {
  it("says when it is time for a sign of life, until it is stopped", () => {
    const { clock, log, nodes } = nodesOf();
    expect(nodes.isSettled).toBe(false);
    clock.advance(HEARTBEAT_MS - 1);
    expect([log, nodes.isSettled]).toEqual([[], false]);
    clock.advance(1 + 2 * HEARTBEAT_MS);
    expect([log, nodes.isSettled]).toEqual([["interval", "interval", "interval"], true]);
    nodes.stop();
    expect(clock.timers).toBe(0);
  });

  it("takes a node to live from its first word until its time is up after the last", () => {
    const { clock, news, nodes } = nodesOf();
    nodes.heard("a");
    nodes.heard("a");
    expect([news(), nodes.names]).toEqual([["+a"], ["a"]]);
    clock.advance(HEARTBEAT_MS);
    nodes.heard("a");
    clock.advance(TTL_MS - 1);
    expect([news(), nodes.names]).toEqual([[], ["a"]]);
    clock.advance(1);
    expect([news(), nodes.names]).toEqual([["-a silence"], []]);
    nodes.heard("a");
    expect(news()).toEqual(["+a"]);
  });

  it("gives a node the time that it has promised with its last sign of life, whatever else it says", () => {
    const { clock, news, nodes } = nodesOf();
    nodes.heard("a", 4 * TTL_MS);
    nodes.heard("a");
    nodes.heard("b", HEARTBEAT_MS);
    clock.advance(HEARTBEAT_MS);
    expect(news()).toEqual(["+a", "+b", "-b silence"]);
    clock.advance(4 * TTL_MS - 2 * HEARTBEAT_MS);
    expect(nodes.names).toEqual(["a"]);
    clock.advance(HEARTBEAT_MS);
    expect(news()).toEqual(["-a silence"]);
    nodes.heard("a"); // what was promised before is not remembered
    clock.advance(TTL_MS);
    expect(news()).toEqual(["+a", "-a silence"]);
  });

  it("lets a node go that says farewell, once", () => {
    const { clock, news, nodes } = nodesOf();
    nodes.heard("a");
    nodes.farewell("a");
    nodes.farewell("a");
    nodes.farewell("stranger");
    clock.advance(TTL_MS);
    expect(news()).toEqual(["+a", "-a farewell"]);
  });

  it("expects answers of those that live and those that the register has, but not of itself", () => {
    const { clock, nodes } = nodesOf();
    nodes.heard("a");
    nodes.heard("own");
    nodes.announced(["own", "a", "b", "c"]);
    expect(nodes.expected).toEqual(new Set(["a", "b", "c"]));
    nodes.farewell("b");
    expect(nodes.expected).toEqual(new Set(["a", "c"]));
    clock.advance(TTL_MS); // the register may be older than the silence
    expect(nodes.expected).toEqual(new Set(["c"]));
    nodes.announced([]);
    expect(nodes.expected).toEqual(new Set());
  });

  it("blames nobody for what it has slept through itself", () => {
    const { clock, news, nodes, stall } = nodesOf();
    nodes.heard("a");
    nodes.heardOwn();
    stall(10 * TTL_MS);
    clock.advance(HEARTBEAT_MS);
    expect([news(), nodes.names]).toEqual([["+a"], ["a"]]);
    clock.advance(HEARTBEAT_MS);
    expect(news()).toEqual([]);
    clock.advance(TTL_MS - 2 * HEARTBEAT_MS);
    expect(news()).toEqual(["-a silence", "deaf"]);
  });

  it("is deaf when its own words do not come back, if they ever did", () => {
    const { clock, news, nodes } = nodesOf();
    clock.advance(10 * TTL_MS);
    expect(news()).toEqual([]);
    nodes.heardOwn();
    clock.advance(TTL_MS - 1);
    expect(news()).toEqual([]);
    clock.advance(1);
    expect(news()).toEqual(["deaf"]);
    clock.advance(HEARTBEAT_MS);
    expect(news()).toEqual(["deaf"]);
    nodes.heardOwn();
    clock.advance(HEARTBEAT_MS);
    expect(news()).toEqual([]);
  });

  it("gives those that live the time to say so, and itself to hear, when it can hear again", () => {
    const { clock, news, nodes } = nodesOf();
    for (const nodeId of ["a", "b", "dead"]) nodes.heard(nodeId);
    nodes.heardOwn();
    nodes.heard("long", 10 * TTL_MS);
    clock.advance(TTL_MS - 1);
    nodes.extendAll();
    news();
    clock.advance(1);
    expect(news()).toEqual([]);
    nodes.heard("a");
    nodes.heard("b");
    clock.advance(HEARTBEAT_MS);
    expect([news(), nodes.names]).toEqual([["-dead silence"], ["a", "b", "long"]]);
    nodes.stop();

    const deaf = nodesOf();
    deaf.nodes.extendAll(); // nothing has come back yet, and need not
    deaf.clock.advance(10 * TTL_MS);
    expect(deaf.news()).toEqual([]);
  });

  it("knows those that it has heard of in time, and tells of each coming and going in turn", () => {
    const nodeId = fc.constantFrom("a", "b", "__proto__");
    const ttl = fc.constantFrom(undefined, 1, HEARTBEAT_MS, TTL_MS, 10 * TTL_MS);
    const step = fc.oneof(
      fc.record({ heard: nodeId, ttl }),
      fc.record({ farewell: nodeId }),
      fc.record({ intervals: fc.integer({ min: 1, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { clock, news, nodes } = nodesOf();
        const expiries = new Map<string, number>();
        const ttls = new Map<string, number>();
        const told: string[] = [];
        for (const one of steps) {
          if ("heard" in one) {
            const ttlMs = one.ttl ?? ttls.get(one.heard) ?? TTL_MS;
            ttls.set(one.heard, ttlMs);
            expiries.set(one.heard, clock.now() + ttlMs);
            nodes.heard(one.heard, one.ttl);
          } else if ("farewell" in one) {
            nodes.farewell(one.farewell);
            expiries.set(one.farewell, 0);
          } else clock.advance(one.intervals * HEARTBEAT_MS);
          if (!("heard" in one)) {
            for (const [id, expiry] of expiries) {
              if (expiry > clock.now()) continue;
              expiries.delete(id);
              ttls.delete(id);
            }
          }
          told.push(...news());
          expect(new Set(nodes.names)).toEqual(new Set(expiries.keys()));
        }
        for (const id of ["a", "b", "__proto__"]) {
          const own = told.filter((one) => one.slice(1).split(" ")[0] === id);
          const signs = own.map((one) => one[0]);
          expect(signs).toEqual(signs.map((_, index) => (index % 2 === 0 ? "+" : "-")));
          expect(nodes.names.includes(id)).toBe(signs.at(-1) === "+");
        }
      }),
    );
  });
});
