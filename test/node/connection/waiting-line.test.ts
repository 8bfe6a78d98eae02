import { AsyncLocalStorage } from "node:async_hooks";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realClock } from "../../../src/node/clock.js";
import { type Waiting, WaitingLine } from "../../../src/node/connection/waiting-line.js";
import { FakeClock } from "../../support/clock.js";

class Waiter implements Waiting {
  previous: Waiting | undefined = undefined;
  next: Waiting | undefined = undefined;
  line: WaitingLine | undefined = undefined;
  dueMs = 0;
  readonly onDue: () => void;

  constructor(onDue: () => void = () => {}) {
    this.onDue = onDue;
  }
}

describe("WaitingLine", () => {
  it("calls whom a timer of its own would call, at the same time", () => {
    const step = fc.record({
      isComing: fc.boolean(),
      delayMs: fc.constantFrom(0, 5, 20, Infinity),
      at: fc.nat({ max: 8 }),
      passMs: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new FakeClock();
        const alone = new FakeClock();
        const seen: string[] = [];
        const expected: string[] = [];
        const all: { waiter: Waiter; timer: { cancel: () => void } }[] = [];
        for (const [number, { isComing, delayMs, at, passMs }] of steps.entries()) {
          if (isComing) {
            const waiter = new Waiter(() => seen.push(`${number} at ${clock.now()}`));
            WaitingLine.of(clock, delayMs).add(waiter);
            const timer = alone.setTimer(
              () => expected.push(`${number} at ${alone.now()}`),
              delayMs,
            );
            all.push({ waiter, timer });
          } else {
            all[at]?.waiter.line?.remove(all[at].waiter);
            all[at]?.timer.cancel();
          }
          clock.advance(passMs);
          alone.advance(passMs);
        }
        expect(seen.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it("takes one timer for all, and none when nobody waits", () => {
    const clock = new FakeClock();
    const waiters = [new Waiter(), new Waiter(), new Waiter()];
    for (const waiter of waiters) {
      WaitingLine.of(clock, 10).add(waiter);
      clock.advance(1);
    }
    expect(clock.timers).toBe(1);
    for (const waiter of waiters) waiter.line?.remove(waiter);
    expect(clock.timers).toBe(0);
    WaitingLine.of(clock, 10).add(new Waiter());
    clock.advance(10);
    expect(clock.timers).toBe(0);
  });

  it("calls the others when one throws", () => {
    const clock = new FakeClock();
    const called: string[] = [];
    const failing = new Waiter(() => {
      throw new Error("mine");
    });
    WaitingLine.of(clock, 10).add(failing);
    WaitingLine.of(clock, 10).add(new Waiter(() => called.push("second")));
    expect(() => clock.advance(10)).toThrow("mine");
    clock.advance(0);
    expect(called).toEqual(["second"]);
  });

  it("lets who is called wait again, and send others away", () => {
    const clock = new FakeClock();
    const called: string[] = [];
    const other = new Waiter(() => called.push("other"));
    const first: Waiter = new Waiter(() => {
      called.push(`first at ${clock.now()}`);
      other.line?.remove(other);
      WaitingLine.of(clock, 10).add(first);
    });
    WaitingLine.of(clock, 10).add(first);
    WaitingLine.of(clock, 10).add(other);
    const start = clock.now();
    clock.advance(20);
    expect(called).toEqual([`first at ${start + 10}`, `first at ${start + 20}`]);
    expect(clock.timers).toBe(1);
  });

  it("calls nobody in the asynchronous context of another", async () => {
    const storage = new AsyncLocalStorage<string>();
    const stores = await new Promise((resolve) => {
      const store = new Waiter(() => resolve(storage.getStore()));
      storage.run("of the first", () => WaitingLine.of(realClock, 1).add(new Waiter()));
      storage.run("of the second", () => WaitingLine.of(realClock, 1).add(store));
    });
    expect(stores).toBeUndefined();
  });
});
