import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../src/manager/message-gate.js";

/** How many of `count` go through at `now`. */
function taken(bucket: TokenBucket, now: number, count: number): number {
  return Array.from({ length: count }, () => bucket.take(now)).filter(Boolean).length;
}

describe("a token bucket", () => {
  it("lets a burst through, and then as many as time brings", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 20 }, 5_000);

    expect(taken(bucket, 5_000, 30)).toBe(20);
    expect(taken(bucket, 5_099, 5)).toBe(0);
    expect(taken(bucket, 5_100, 5)).toBe(1);
    expect(taken(bucket, 6_100, 30)).toBe(10);
  });

  it("saves up no more than a burst", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 20 }, 0);
    expect(taken(bucket, 0, 20)).toBe(20);
    expect(taken(bucket, 3_600_000, 100)).toBe(20);
  });

  it("lets nothing through at a rate of zero, once the burst is used up", () => {
    const bucket = new TokenBucket({ perSecond: 0, burst: 1 }, 0);
    expect(taken(bucket, 0, 3)).toBe(1);
    expect(taken(bucket, 1e9, 3)).toBe(0);
  });

  it("lets everything through without a limit", () => {
    const bucket = new TokenBucket({ perSecond: Infinity, burst: Infinity }, 0);
    expect(taken(bucket, 0, 1_000)).toBe(1_000);
  });

  it("takes less than one a second, and a clock that stands still", () => {
    const bucket = new TokenBucket({ perSecond: 0.5, burst: 1 }, 0);
    expect([0, 0, 1_999, 2_000, 2_000].map((now) => bucket.take(now))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
