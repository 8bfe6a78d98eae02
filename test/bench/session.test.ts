import { describe, expect, test } from "vitest";
import { merge, type Session } from "../../bench/load/session.js";

const session = (change: Partial<Session>): Session => ({
  startedAt: "2026-11-27T00:00:00.000Z",
  versions: { node: "20.20.2" },
  cpu: "a CPU",
  cores: 2,
  memoryBytes: 1,
  system: "Linux 6.1",
  rounds: 5,
  seconds: 0.8,
  cells: [],
  ...change,
});
const cell = (load: string, peer: string, figure: number) => ({
  load,
  peer,
  samples: [{ figure }],
});

describe("a session in several runs", () => {
  test("keeps what the later run has not measured, and its own date", () => {
    const first = session({ cells: [cell("a", "ws", 1), cell("b", "ws", 2)] });
    const second = session({
      startedAt: "2026-11-27T01:00:00.000Z",
      cells: [cell("b", "ws", 3), cell("b", "net", 4)],
    });
    expect(merge(first, second)).toEqual(
      session({ cells: [cell("a", "ws", 1), cell("b", "ws", 3), cell("b", "net", 4)] }),
    );
  });

  test("is the first run when there is no other", () => {
    expect(merge(undefined, session({ rounds: 1 }))).toEqual(session({ rounds: 1 }));
  });

  test.each([
    [{ versions: { node: "22.0.0" } }, "versions"],
    [{ cpu: "another" }, "cpu"],
    [{ seconds: 2 }, "seconds"],
  ])("is refused where rows do not compare: %o", (change, name) => {
    expect(() => merge(session({}), session(change))).toThrow(`its ${name} differ`);
  });
});
