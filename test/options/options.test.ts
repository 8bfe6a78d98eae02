// Every public option does something that a user or a peer can observe.
import { describe, expect, it } from "vitest";
import { TABLES } from "./tables.js";

describe.each(Object.entries(TABLES))("%s [M11]", (_owner, table) => {
  describe.each(Object.entries(table))("%s", (_option, row) => {
    it("has several values, which differ in what is observed", () => {
      const differing = new Set(row.map(({ expected }) => JSON.stringify(expected)));
      expect(differing.size).toBeGreaterThan(1);
    });

    it.each(row)("$what", async ({ observe, expected }) => {
      expect(await observe()).toEqual(expected);
    });
  });
});
