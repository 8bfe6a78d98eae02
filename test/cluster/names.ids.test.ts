import { describe, expect, it } from "vitest";
import { createConnectionId, createNodeId, nodeIdOf } from "../../src/cluster/names.js";

describe("the id of a connection", () => {
  it("begins with its manager, and has 128 bits that come from nowhere [G07]", () => {
    const nodeId = createNodeId();
    const ids = Array.from({ length: 1_000 }, () => createConnectionId(nodeId));

    expect(nodeId).toMatch(/^[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}-[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(new Set(ids.map(nodeIdOf))).toEqual(new Set([nodeId]));
  });

  it("uses every bit about half of the time [G07]", () => {
    const ids = Array.from({ length: 2_000 }, () => createConnectionId("n"));
    const bytes = ids.map((id) => Buffer.from(id.slice(2), "base64url"));
    for (let bit = 0; bit < 128; bit++) {
      const ones = bytes.filter((all) => ((all[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
      expect(Math.abs(ones - 1_000)).toBeLessThan(180); // eight standard deviations
    }
  });

  it.each([
    ["abc-def", "abc"],
    ["abc--_", "abc"],
    ["abc", ""],
    ["", ""],
  ])("of %j names the manager %j", (id, nodeId) => {
    expect(nodeIdOf(id)).toBe(nodeId);
  });
});
