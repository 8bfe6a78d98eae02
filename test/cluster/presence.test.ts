import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RemotePresence } from "../../src/cluster/presence.js";

function presence(): { remote: RemotePresence; changes: string[] } {
  const changes: string[] = [];
  const remote = new RemotePresence((room, id, state) =>
    changes.push(`${room} ${id} ${state === undefined ? "left" : JSON.stringify(state)}`),
  );
  remote.open("r");
  return { remote, changes };
}

describe("RemotePresence", () => {
  it("tells of what makes a difference, and of nothing else", () => {
    const { remote, changes } = presence();
    remote.change("n", "r", 1, "a", { x: 1 });
    remote.change("n", "r", 2, "a", { x: 1 });
    remote.change("n", "r", 3, "a", { x: 2 });
    remote.change("n", "other", 4, "a", 1);
    remote.change("n", "r", 5, "b", undefined);
    remote.change("n", "r", 6, "a", undefined);
    expect(changes).toEqual([`r a {"x":1}`, `r a {"x":2}`, "r a left"]);
  });

  it("prefers what is younger, of changes and answers", () => {
    const { remote } = presence();
    remote.change("n", "r", 5, "a", 1);
    expect(remote.replace("n", "r", 4, [{ id: "b", state: 1 }])).toBe("stale");
    expect(remote.replace("n", "r", 6, [{ id: "b", state: 1 }])).toBe("replaced");
    remote.change("n", "r", 6, "b", undefined);
    expect(remote.membersOf("r")).toEqual([{ id: "b", state: 1 }]);
    expect(remote.replace("n", "closed", 1, [{ id: "b", state: 1 }])).toBe("replaced");
    expect(remote.membersOf("closed")).toEqual([]);
  });

  it("takes a node's members away with it, and forgets a room without a word", () => {
    const { remote, changes } = presence();
    remote.open("r");
    remote.change("n1", "r", 1, "a", 1);
    remote.change("n2", "r", 1, "b", 1);
    remote.removeNode("n1");
    remote.removeNode("n1");
    remote.close("r");
    expect(changes).toEqual(["r a 1", "r b 1", "r a left"]);
    expect([remote.membersOf("r"), remote.openRooms]).toEqual([[], []]);
  });

  it("ends up with what the node has, whatever was lost and whenever it answered", () => {
    const step = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      state: fc.constantFrom<unknown>(1, 2, undefined),
      fate: fc.constantFrom("heard", "lost"),
      isAnswered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { remote } = presence();
        const truth = new Map<string, unknown>();
        let sequence = 0;
        const answer = (): void => {
          const members = Array.from(truth, ([id, state]) => ({ id, state }));
          expect(remote.replace("n", "r", sequence, members)).toBe("replaced");
        };
        for (const { id, state, fate, isAnswered } of steps) {
          sequence++;
          if (state === undefined) truth.delete(id);
          else truth.set(id, state);
          if (fate === "heard") remote.change("n", "r", sequence, id, state);
          if (isAnswered) answer();
        }
        answer();
        const known = new Map(remote.membersOf("r").map(({ id, state }) => [id, state]));
        expect(known).toEqual(truth);
      }),
    );
  });
});
