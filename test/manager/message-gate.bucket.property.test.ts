import fc from "fast-check";
import { expect, it } from "vitest";
import { TokenBucket } from "../../src/manager/message-gate.js";

it("in any stretch of time no more than the burst and what time brings goes through", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 200 }),
      (perSecond, burst, pauses) => {
        const bucket = new TokenBucket({ perSecond, burst }, 0);
        let now = 0;
        const passedAt: number[] = [];
        for (const pause of pauses) {
          now += pause;
          if (bucket.take(now)) passedAt.push(now);
        }
        for (const [index, from] of passedAt.entries()) {
          for (const [later, to] of passedAt.entries()) {
            if (later < index) continue;
            const most = burst + ((to - from) / 1_000) * perSecond;
            expect(later - index + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      },
    ),
  );
});
