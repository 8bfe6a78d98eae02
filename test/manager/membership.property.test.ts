// Whatever happens, membership is what a list of pairs says, and its two maps are mirror images.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Membership } from "../../src/manager/membership.js";

const NAMES = ["a", "b", "__proto__", "constructor", ""] as const;

const steps = fc.array(
  fc.record({
    action: fc.constantFrom("add", "remove"),
    member: fc.nat({ max: 4 }),
    group: fc.constantFrom(...NAMES),
  }),
  { maxLength: 60 },
);

it("membership is the set of pairs that were added and not removed", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const membership = new Membership<number>();
      const model = new Set<string>();
      const pair = (member: number, group: string): string => JSON.stringify([member, group]);
      const sizeOf = (group: string): number =>
        [...model].filter((one) => one.endsWith(`,${JSON.stringify(group)}]`)).length;

      for (const { action, member, group } of all) {
        const wasThere = model.has(pair(member, group));
        if (action === "add") {
          const expected = wasThere ? "unchanged" : sizeOf(group) === 0 ? "created" : "added";
          model.add(pair(member, group));
          expect(membership.add(member, group)).toBe(expected);
        } else {
          model.delete(pair(member, group));
          const expected = wasThere ? (sizeOf(group) === 0 ? "emptied" : "removed") : "unchanged";
          expect(membership.remove(member, group)).toBe(expected);
        }
      }

      const byGroup = NAMES.flatMap((group) =>
        [...membership.membersOf(group)].map((member) => pair(member, group)),
      );
      const byMember = [0, 1, 2, 3, 4].flatMap((member) =>
        [...membership.groupsOf(member)].map((group) => pair(member, group)),
      );
      expect(new Set(byGroup)).toEqual(model);
      expect(new Set(byMember)).toEqual(model);
      expect(membership.placeCount).toBe(model.size);
      expect(membership.groupCount).toBe(NAMES.filter((name) => sizeOf(name) > 0).length);
      expect([...membership.groups()].every((group) => membership.membersOf(group).size > 0)).toBe(
        true,
      );
    }),
  );
});
