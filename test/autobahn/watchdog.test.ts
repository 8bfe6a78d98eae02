import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { caseLimitMs, Watchdog } from "../../autobahn/watchdog.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("caseLimitMs", () => {
  it("is more than the suite itself waits for", () => {
    expect(caseLimitMs("1.1.8")).toBeGreaterThan(10_000);
    expect(caseLimitMs("9.7.6")).toBeGreaterThan(480_000);
    expect(caseLimitMs("12.1.1")).toBeGreaterThan(480_000);
    expect(caseLimitMs("13.7.18")).toBeGreaterThan(480_000);
  });
});

describe("Watchdog", () => {
  it("bites when the suite does not start", async () => {
    const watchdog = new Watchdog();

    vi.advanceTimersByTime(60_000);
    await expect(watchdog.bite).rejects.toThrow("nothing happened for 60 s before the first case");
  });

  it("bites when a case does not end, and names it", async () => {
    const watchdog = new Watchdog();

    watchdog.feed("1.1.1");
    vi.advanceTimersByTime(89_999);
    watchdog.feed("6.4.1");
    vi.advanceTimersByTime(90_000);
    await expect(watchdog.bite).rejects.toThrow("for 90 s after case 6.4.1 started");
  });

  it("gives slow cases more time", async () => {
    const watchdog = new Watchdog();
    const bitten = vi.fn<() => void>();
    watchdog.bite.catch(bitten);

    watchdog.feed("12.1.1");
    await vi.advanceTimersByTimeAsync(659_999);
    expect(bitten).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(bitten).toHaveBeenCalledOnce();
  });

  it("sleeps once it was stopped", () => {
    const watchdog = new Watchdog();

    watchdog.feed("1.1.1");
    watchdog.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
