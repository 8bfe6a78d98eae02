import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterEvent } from "../../src/cluster/interface.js";
import { ClusterStatus } from "../../src/cluster/status.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import { FaultyWay } from "../support/cluster.js";

const GAP = { type: "gap", room: undefined, nodeId: undefined, reason: "down" };

function statusOf(way: FaultyWay) {
  const clock = new FakeClock();
  /** What happened, in order; `"ready"` is the call of `onUp`. */
  const log: (ClusterEvent | "ready")[] = [];
  const status = new ClusterStatus({
    broker: way,
    clock,
    onEvent: (event) => log.push(event),
    onUp: () => log.push("ready"),
  });
  return { clock, log, status };
}

describe("ClusterStatus", () => {
  it("is up from the start where the broker is, and tells of no gap", () => {
    const way = new FaultyWay();
    expect(statusOf(way).log).toEqual(["ready"]);
    way.isUp = false;
    const { log, status } = statusOf(way);
    status.heard();
    status.deaf();
    way.down(); // it was not up
    expect(log).toEqual([]);
    way.up();
    expect(log).toEqual(["ready"]);
  });

  it("tells of an outage, how long it was, and that something may be missing, before it goes on", () => {
    const way = new FaultyWay();
    const { clock, log } = statusOf(way);
    way.down();
    way.down();
    clock.advance(1_234);
    way.up();
    way.up();
    expect(log).toEqual([
      "ready",
      { type: "down", error: new Error("cut") },
      { type: "up", downMs: 1_234 },
      GAP,
      "ready",
    ]);
  });

  it("takes a broker that brings nothing for down, asks it for another connection, and believes what comes", () => {
    const way = new FaultyWay();
    const { clock, log, status } = statusOf(way);
    status.heard();
    status.deaf();
    expect(way.refreshed).toBe(1);
    clock.advance(10);
    status.heard();
    const error = new Error("nothing that is sent to the broker comes back from it");
    const up = { type: "up", downMs: 10 };
    expect(log).toEqual(["ready", { type: "down", error }, up, GAP, "ready"]);
  });

  it("leaves a broker alone that knows of its outage, and does without one that cannot refresh", () => {
    const way = new FaultyWay();
    const { log, status } = statusOf(way);
    way.down();
    status.deaf();
    status.heard(); // of before
    expect([way.refreshed, log]).toEqual([0, ["ready", expect.objectContaining({ type: "down" })]]);

    const events: string[] = [];
    const simple = new ClusterStatus({
      broker: new MemoryBroker(),
      clock: new FakeClock(),
      onEvent: ({ type }) => events.push(type),
      onUp: () => {},
    });
    simple.deaf();
    simple.heard();
    expect(events).toEqual(["down", "up", "gap"]);
  });

  it("hears nothing more once it is stopped", () => {
    const way = new FaultyWay();
    const { log, status } = statusOf(way);
    status.stop();
    way.down();
    way.up();
    expect(log).toEqual(["ready"]);
  });

  it("tells of down and up in turn, each outage as long as it was, and a gap after each", () => {
    const steps = fc.array(fc.constantFrom("down", "up", "deaf", "heard", "later"));
    fc.assert(
      fc.property(steps, fc.boolean(), (all, isUp) => {
        const way = new FaultyWay();
        way.isUp = isUp;
        const { clock, log, status } = statusOf(way);
        let outageMs = 0;
        const downFor: number[] = [];
        for (const step of all) {
          const isOut = log.at(-1) !== "ready" && log.length > 0;
          if (step === "later") {
            clock.advance(7);
            if (isOut) outageMs += 7;
          } else if (step === "down" || step === "up") way[step]();
          else status[step]();
          if (isOut && log.at(-1) === "ready") {
            downFor.push(outageMs);
            outageMs = 0;
          }
        }
        const told = log.map((one) => (one === "ready" ? "ready" : one.type));
        expect(told.join(" ").replaceAll("down up gap ready", "").trim()).toMatch(
          /^(ready *(down)?)?$/,
        );
        const ups = log.flatMap((one) =>
          one !== "ready" && one.type === "up" ? [one.downMs] : [],
        );
        expect(ups).toEqual(downFor);
      }),
    );
  });
});
