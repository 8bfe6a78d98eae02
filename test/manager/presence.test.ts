import { describe, expect, it } from "vitest";
import { PresenceChanges, type PresenceDiff } from "../../src/manager/presence.js";

function changes(): { all: PresenceChanges; diffs: [string, PresenceDiff][] } {
  const diffs: [string, PresenceDiff][] = [];
  return { all: new PresenceChanges((room, diff) => diffs.push([room, diff])), diffs };
}

const NOTHING = { joined: [], updated: [], left: [] };

describe("changes of presence", () => {
  it("are told once for a turn, by room", async () => {
    const { all, diffs } = changes();
    all.add("a", "1", undefined, { state: null });
    all.add("a", "2", { state: 1 }, { state: 2 });
    all.add("b", "1", { state: "bye" }, undefined);
    expect(diffs).toEqual([]);
    await Promise.resolve();

    expect(diffs).toEqual([
      ["a", { ...NOTHING, joined: [{ id: "1", state: null }], updated: [{ id: "2", state: 2 }] }],
      ["b", { ...NOTHING, left: [{ id: "1", state: "bye" }] }],
    ]);
  });

  it("that cancel each other out are not told", async () => {
    const { all, diffs } = changes();
    all.add("a", "1", undefined, { state: 1 });
    all.add("a", "1", { state: 1 }, undefined);
    all.add("a", "2", { state: 1 }, undefined);
    all.add("a", "2", undefined, { state: 1 });
    await Promise.resolve();

    expect(diffs).toEqual([]);
  });

  it("go from what was before the turn to what is after it", async () => {
    const { all, diffs } = changes();
    all.add("a", "1", { state: 1 }, { state: 2 });
    all.add("a", "1", { state: 2 }, { state: 3 });
    all.add("a", "2", { state: 1 }, { state: 2 });
    all.add("a", "2", { state: 2 }, undefined);
    await Promise.resolve();
    all.add("a", "1", { state: 3 }, undefined);
    await Promise.resolve();

    expect(diffs).toEqual([
      ["a", { ...NOTHING, updated: [{ id: "1", state: 3 }], left: [{ id: "2", state: 1 }] }],
      ["a", { ...NOTHING, left: [{ id: "1", state: 3 }] }],
    ]);
  });
});
