import { AsyncLocalStorage } from "node:async_hooks";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realClock } from "../../../src/node/platform.js";
import { type Waiter, SharedTimeout } from "../../../src/node/connection/shared-timeout.js";
import { FakeClock } from "../../support/clock.js";

class OneWaiter implements Waiter {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  timeout: SharedTimeout | undefined = undefined;
  dueMs = 0;
  readonly onDue: () => void;

  constructor(onDue: () => void = () => {}) {
    this.onDue = onDue;
  }
}

describe("SharedTimeout", () => {
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
        const all: { waiter: OneWaiter; timer: { cancel: () => void } }[] = [];
        for (const [number, { isComing, delayMs, at, passMs }] of steps.entries()) {
          if (isComing) {
            const waiter = new OneWaiter(() => seen.push(`${number} at ${clock.now()}`));
            SharedTimeout.of(clock, delayMs).add(waiter);
            const timer = alone.setTimer(
              () => expected.push(`${number} at ${alone.now()}`),
              delayMs,
            );
            all.push({ waiter, timer });
          } else {
            all[at]?.waiter.timeout?.remove(all[at].waiter);
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
    const waiters = [new OneWaiter(), new OneWaiter(), new OneWaiter()];
    for (const waiter of waiters) {
      SharedTimeout.of(clock, 10).add(waiter);
      clock.advance(1);
    }
    expect(clock.timers).toBe(1);
    for (const waiter of waiters) waiter.timeout?.remove(waiter);
    expect(clock.timers).toBe(0);
    SharedTimeout.of(clock, 10).add(new OneWaiter());
    clock.advance(10);
    expect(clock.timers).toBe(0);
  });

  it("calls the others when one throws", () => {
    const clock = new FakeClock();
    const called: string[] = [];
    const failing = new OneWaiter(() => {
      throw new Error("mine");
    });
    SharedTimeout.of(clock, 10).add(failing);
    SharedTimeout.of(clock, 10).add(new OneWaiter(() => called.push("second")));
    expect(() => clock.advance(10)).toThrow("mine");
    clock.advance(0);
    expect(called).toEqual(["second"]);
  });

  it("lets who is called wait again, and send others away", () => {
    const clock = new FakeClock();
    const called: string[] = [];
    const other = new OneWaiter(() => called.push("other"));
    const first: Waiter = new OneWaiter(() => {
      called.push(`first at ${clock.now()}`);
      other.timeout?.remove(other);
      SharedTimeout.of(clock, 10).add(first);
    });
    SharedTimeout.of(clock, 10).add(first);
    SharedTimeout.of(clock, 10).add(other);
    const start = clock.now();
    clock.advance(20);
    expect(called).toEqual([`first at ${start + 10}`, `first at ${start + 20}`]);
    expect(clock.timers).toBe(1);
  });

  it("calls nobody in the asynchronous context of another", async () => {
    const storage = new AsyncLocalStorage<string>();
    const stores = await new Promise((resolve) => {
      const store = new OneWaiter(() => resolve(storage.getStore()));
      storage.run("of the first", () => SharedTimeout.of(realClock, 1).add(new OneWaiter()));
      storage.run("of the second", () => SharedTimeout.of(realClock, 1).add(store));
    });
    expect(stores).toBeUndefined();
  });
});
