// Every public option does something that a user or a peer can observe.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isReference } from "./row.js";
import { TABLES } from "./tables.js";

const TEST = path.join(import.meta.dirname, "..");

describe.each(Object.entries(TABLES))("%s [M11]", (_owner, table) => {
  describe.each(Object.entries(table))("%s", (_option, row) => {
    if (isReference(row)) {
      it(`has its test in ${row.file}`, () => {
        const text = readFileSync(path.join(TEST, row.file), "utf8");
        expect(text).toContain(`"${row.title}"`);
      });
      return;
    }

    it("has several values, which differ in what is observed", () => {
      const differing = new Set(row.map(({ expected }) => JSON.stringify(expected)));
      expect(differing.size).toBeGreaterThan(1);
    });

    it.each(row)("$what", async ({ observe, expected }) => {
      expect(await observe()).toEqual(expected);
    });
  });
});
