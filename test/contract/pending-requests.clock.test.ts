import { afterEach, expect, it, vi } from "vitest";
import { platformClock } from "../../src/contract/pending-requests.js";

afterEach(() => {
  vi.useRealTimers();
});

it("fires once, after the delay, unless it is cancelled", () => {
  vi.useFakeTimers();
  const fired = vi.fn();
  const cancelled = vi.fn();
  platformClock.setTimer(fired, 10);
  platformClock.setTimer(cancelled, 10).cancel();
  vi.advanceTimersByTime(9);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(fired).toHaveBeenCalledOnce();
  expect(cancelled).not.toHaveBeenCalled();
});

it("never fires when the delay is longer than a timer can be", () => {
  vi.useFakeTimers();
  const fired = vi.fn();
  platformClock.setTimer(fired, Infinity).cancel();
  platformClock.setTimer(fired, 2 ** 31);
  expect(vi.getTimerCount()).toBe(0);
  platformClock.setTimer(fired, 2 ** 31 - 1);
  expect(vi.getTimerCount()).toBe(1);
});

it("has a time that only grows", () => {
  expect(platformClock.now()).toBeLessThanOrEqual(platformClock.now());
});
