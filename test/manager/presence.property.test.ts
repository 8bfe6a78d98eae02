import fc from "fast-check";
import { expect, it } from "vitest";
import { PresenceChanges } from "../../src/manager/presence.js";

const step = fc.record({
  id: fc.constantFrom("1", "2", "3"),
  state: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
  endsTurn: fc.boolean(),
});

it("who applies every difference knows who is there, and what they tell", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const actual = new Map<string, number>();
      const copy = new Map<string, unknown>();
      const changes = new PresenceChanges((_, { joined, updated, left }) => {
        for (const { id } of left) expect(copy.delete(id)).toBe(true);
        for (const { id } of joined) expect(copy.has(id)).toBe(false);
        for (const { id } of updated) expect(copy.has(id)).toBe(true);
        for (const { id, state } of [...joined, ...updated]) copy.set(id, state);
      });
      const presenceOf = (id: string): { state: unknown } | undefined =>
        actual.has(id) ? { state: actual.get(id) } : undefined;

      for (const { id, state, endsTurn } of steps) {
        const before = presenceOf(id);
        if (state === undefined) actual.delete(id);
        else actual.set(id, state);
        changes.add("room", id, before, presenceOf(id));
        if (endsTurn) await Promise.resolve();
      }
      await Promise.resolve();

      expect(copy).toEqual(actual);
    }),
  );
});
