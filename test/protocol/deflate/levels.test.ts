import { expect, it } from "vitest";
import { DEFAULT_LEVEL, effortOf } from "../../../src/protocol/deflate/levels.js";

it("tries harder from level to level", () => {
  for (let level = 2; level <= 9; level++) {
    const before = effortOf(level - 1);
    const effort = effortOf(level);
    expect(effort.firstProbes).toBeGreaterThanOrEqual(before.firstProbes);
    expect(effort.probesFrom).toBeLessThanOrEqual(before.probesFrom);
    expect(effort.probes).toBeGreaterThan(before.probes);
    expect(effort.lazyBelow).toBeGreaterThanOrEqual(before.lazyBelow);
    expect(effort.learnStep).toBeLessThanOrEqual(before.learnStep);
    expect(effort.goodEnough).toBeGreaterThanOrEqual(before.goodEnough);
    expect(effort.leastGain).toBeLessThanOrEqual(before.leastGain);
  }
  expect(effortOf(DEFAULT_LEVEL)).toBeDefined();
});

it.each([0, 10, -1, 1.5, Number.NaN])("refuses level %d", (level) => {
  expect(() => effortOf(level)).toThrow(RangeError);
});
