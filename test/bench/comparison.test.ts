import { describe, expect, test, vi } from "vitest";
import { compare } from "../../bench/load/comparison.js";
import { type Contender, prepareContender } from "../../bench/load/contender.js";
import type { ConnectionsLoad } from "../../bench/load/loads.js";
import { NotOffered } from "../../bench/load/not-offered.js";
import type { Peer } from "../../bench/load/peers.js";

vi.mock("../../bench/load/contender.js");

const load: ConnectionsLoad = { kind: "connections", name: "load", title: "Load", atATime: 1 };
const peer = (name: string): Peer => ({
  name,
  command: ["true"],
  env: {},
  hasChannel: false,
  echoes: "messages",
});

/** Runs three rounds of peers that do as `behaviour` says, and notes what happens. */
async function run(
  names: readonly string[],
  behaviour: (name: string, event: "prepare" | "round", nth: number) => unknown = () => {},
) {
  const events: string[] = [];
  const said: string[] = [];
  vi.mocked(prepareContender).mockImplementation(async (_load, { name }): Promise<Contender> => {
    behaviour(name, "prepare", 0);
    events.push(`+${name}`);
    let rounds = 0;
    return {
      round: async ({ ...extent }) => {
        behaviour(name, "round", rounds++);
        expect(extent).toEqual({ seconds: 0.1 });
        events.push(name);
        return { figure: rounds };
      },
      stop: async () => void events.push(`-${name}`),
    };
  });
  const plan = { rounds: 3, extent: { seconds: 0.1 } };
  const cells = await compare(load, names.map(peer), plan, (line) => said.push(line));
  return { cells, events: events.join(" "), said };
}

describe("a comparison", () => {
  test("goes through all peers round by round, and all of them are there from the first to the last", async () => {
    const { cells, events } = await run(["a", "b", "c"]);
    expect(events).toBe("+a +b +c a b c a b c a b c -a -b -c");
    const samples = [{ figure: 1 }, { figure: 2 }, { figure: 3 }];
    expect(cells).toEqual(["a", "b", "c"].map((name) => ({ load: "load", peer: name, samples })));
  });

  test("leaves out who cannot do it, and says so", async () => {
    const { cells, events, said } = await run(["a", "b"], (name, event) => {
      if (name === "a" && event === "prepare") throw new NotOffered("it does not compress");
    });
    expect(events).toBe("+b b b b -b");
    expect(cells.map((cell) => cell.peer)).toEqual(["b"]);
    expect(said).toEqual(["load: a left out: it does not compress"]);
  });

  test("drops who fails on the way, with all it had, and goes on with the others", async () => {
    const { cells, events, said } = await run(["a", "b"], (name, event, nth) => {
      if (name === "a" && event === "round" && nth === 1) throw new Error("a reply is wrong");
    });
    expect(events).toBe("+a +b a b -a b b -b");
    expect(cells.map((cell) => cell.peer)).toEqual(["b"]);
    expect(said).toEqual(["load: a failed: a reply is wrong"]);
  });
});
