import { describe, expect, test } from "vitest";
import { LOADS } from "../../bench/load/loads.js";
import { CLIENTS, SERVERS } from "../../bench/load/peers.js";
import { type Bound, judge, lossesOf, type Target, TARGETS } from "../../bench/report/targets.js";

const cell = (load: string, peer: string, figure: number) => ({
  load,
  peer,
  samples: [{ figure }],
});

const more = (...required: Bound[]): Target => ({ load: "a", better: "more", required });
const less = (...required: Bound[]): Target => ({ load: "a", better: "less", required });

describe("a target", () => {
  const cells = [
    cell("a", "plainsocket", 200),
    cell("a", "ws", 100),
    cell("b", "plainsocket", 150),
  ];

  test.each([
    [more({ peer: "ws", times: 2 }), "at least 2 × ws", "2.00 × ws", true],
    [more({ peer: "ws", times: 2.1 }), "at least 2.1 × ws", "2.00 × ws", false],
    [less({ peer: "ws", times: 2 }), "at most 2 × ws", "2.00 × ws", true],
    [less({ peer: "ws", times: 1.9 }), "at most 1.9 × ws", "2.00 × ws", false],
    [less({ load: "b", plusBytes: 50 }), "at most 0 KiB above b", "0 KiB above", true],
    [less({ load: "b", plusBytes: 49 }), "at most 0 KiB above b", "0 KiB above", false],
  ])("is reached or not: %#", (target, bound, measured, reached) => {
    expect(judge([target], cells)).toEqual([
      { load: "a", bound, kind: "required", measured, withSharedReads: undefined, reached },
    ]);
  });

  test("that is just missed does not look as if it were reached", () => {
    const [verdict] = judge(
      [more({ peer: "ws", times: 1.15 })],
      [cell("a", "plainsocket", 114.9), cell("a", "ws", 100)],
    );
    expect(verdict).toMatchObject({ measured: "1.14 × ws", reached: false });
  });

  test("is reached by the defaults, and not by what shared reads have", () => {
    const shared = [...cells, cell("a", "plainsocket-shared", 300)];
    expect(judge([more({ peer: "ws", times: 2.1 })], shared)).toMatchObject([
      { measured: "2.00 × ws", withSharedReads: "3.00 × ws", reached: false },
    ]);
  });

  test("may have an aim beyond what is required, which comes after it", () => {
    const target = { ...more({ peer: "ws", times: 1 }), aim: { peer: "ws", times: 3 } };
    expect(judge([target], cells).map(({ kind, reached }) => [kind, reached])).toEqual([
      ["required", true],
      ["aim", false],
    ]);
  });

  test("is neither reached nor measured when a peer is missing", () => {
    expect(judge([more({ peer: "bun", times: 1 })], cells)).toMatchObject([
      { measured: undefined, reached: false },
    ]);
  });
});

test("every target is about loads and peers that there are", () => {
  const loads = new Set<string>(LOADS.map(({ name }) => name));
  const peers = new Set<string>([...SERVERS, ...CLIENTS]);
  const unknown = TARGETS.flatMap(({ load, required, aim }) => {
    const bounds = aim ? [...required, aim] : required;
    const names = bounds.map((bound) =>
      "peer" in bound ? peers.has(bound.peer) : loads.has(bound.load),
    );
    return loads.has(load) && names.every(Boolean) ? [] : [load];
  });
  expect(unknown).toEqual([]);
});

describe("a loss", () => {
  test("is a peer that does better, by more than chance", () => {
    const cells = [
      cell("a", "net", 900),
      cell("a", "plainsocket", 100),
      cell("a", "plainsocket-standard", 200),
      cell("a", "ws", 101),
      cell("a", "bun", 150),
    ];
    expect(lossesOf([{ name: "a", kind: "echo" }], cells)).toEqual([
      { load: "a", peer: "bun", times: 1.5 },
    ]);
  });

  test("is a peer that needs less where less is better", () => {
    const cells = [cell("a", "plainsocket", 100), cell("a", "ws", 50), cell("a", "faye", 200)];
    expect(lossesOf([{ name: "a", kind: "memory" }], cells)).toEqual([
      { load: "a", peer: "ws", times: 2 },
    ]);
  });
});
