import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answersTo, ClusterQuestions } from "../../src/cluster/questions.js";
import { FakeClock } from "../support/clock.js";

const member = (id: string): { id: string; state: null } => ({ id, state: null });

describe("ClusterQuestions", () => {
  it("waits for all who are expected, and for no one longer than the time", async () => {
    const clock = new FakeClock();
    const questions = new ClusterQuestions(clock);
    const limits = { timeoutMs: 100, isOpenEnded: false };
    const both = questions.collect(1, new Set(["a", "b"]), limits);
    const late = questions.collect(2, new Set(["a", "b"]), limits);
    const nobody = questions.collect(3, new Set(), limits);
    for (const node of ["a", "b"]) {
      const [answer] = answersTo(1, [{ room: "r", members: [member(node)] }], 1);
      if (answer !== undefined) questions.answered(node, answer);
    }
    const [answer] = answersTo(2, [{ room: "r", members: [member("a")] }], 1);
    if (answer !== undefined) questions.answered("a", answer);
    clock.advance(100);
    expect(await both).toEqual({ members: [member("a"), member("b")], missingNodes: [] });
    expect(await late).toEqual({ members: [member("a")], missingNodes: ["b"] });
    expect(await nobody).toEqual({ members: [], missingNodes: [] });
    expect(clock.timers).toBe(0);
  });

  it("takes what strangers answer, and ends when it is closed", async () => {
    const questions = new ClusterQuestions(new FakeClock());
    const open = questions.collect(1, new Set(), { timeoutMs: 100, isOpenEnded: true });
    const [answer] = answersTo(1, [{ room: "r", members: [member("x")] }], 1);
    if (answer !== undefined) questions.answered("stranger", answer);
    questions.close();
    expect(await open).toEqual({ members: [member("x")], missingNodes: [] });
  });

  it("forgets parts of an answer whose node has died", () => {
    const questions = new ClusterQuestions(new FakeClock());
    const members = Array.from({ length: 600 }, (_, index) => member(String(index)));
    const [first, last] = answersTo(1, [{ room: "r", members }], 1);
    if (first === undefined || last === undefined) throw new Error("there are two parts");
    expect(questions.answered("a", first)).toBeUndefined();
    questions.nodeLeft("a");
    expect(questions.answered("a", last)?.members.get("r")).toHaveLength(100);
  });

  it("puts answers together as they were, whatever their size", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 1_200 }), { maxLength: 5 });
    fc.assert(
      fc.property(sizes, (sizes) => {
        const rooms = sizes.map((size, room) => ({
          room: String(room),
          members: Array.from({ length: size }, (_, index) => member(`${room}-${index}`)),
        }));
        const parts = answersTo(1, rooms, 9);
        const questions = new ClusterQuestions(new FakeClock());
        const results = parts.map((part) => questions.answered("a", part));
        for (const { rooms } of parts) {
          const count = rooms.reduce((sum, { members }) => sum + members.length, 0);
          expect(count).toBeLessThanOrEqual(500);
        }
        expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true);
        const expected = new Map(rooms.map(({ room, members }) => [room, members]));
        expect(results.at(-1)).toEqual({ asOf: 9, members: expected });
      }),
    );
  });
});
