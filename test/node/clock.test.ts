import { expect, it, vi } from "vitest";
import { realClock } from "../../src/node/clock.js";

it("the real clock fires once, can be cancelled, never fires for Infinity, and never goes back", () => {
  vi.useFakeTimers();
  const fired = vi.fn<(name: string) => void>();
  realClock.setTimer(() => fired("soon"), 10);
  realClock.setTimer(() => fired("cancelled"), 10).cancel();
  realClock.setTimer(() => fired("never"), Infinity).cancel();
  realClock.setTimer(() => fired("far"), 2 ** 40);
  vi.advanceTimersByTime(1_000_000);
  expect(fired.mock.calls).toEqual([["soon"]]);
  vi.useRealTimers();
  const first = realClock.now();
  expect(realClock.now()).toBeGreaterThanOrEqual(first);
});
