import { describe, expect, test } from "vitest";
import { LOADS } from "../../bench/load/loads.js";
import { parseLoadOptions, select, UsageError } from "../../bench/load/options.js";
import { commandPeer, knownClients, knownServers } from "../../bench/load/peers.js";

describe("the arguments of bench:load", () => {
  test("are all there by default", () => {
    expect(parseLoadOptions([])).toEqual({
      peers: [],
      loads: [],
      servers: [],
      rounds: 5,
      seconds: 0.8,
      session: undefined,
      report: false,
    });
  });

  test("take lists with commas or repeated, and commands as they are", () => {
    const args = ["--peers", "net,ws", "--peers", "bun", "--loads", "bytes-20b", "--server", "a,b"];
    expect(parseLoadOptions(args)).toMatchObject({
      peers: ["net", "ws", "bun"],
      loads: ["bytes-20b"],
      servers: ["a,b"],
    });
  });

  test("are smaller when it has to be quick, unless they say otherwise", () => {
    expect(parseLoadOptions(["--quick"])).toMatchObject({ rounds: 3, seconds: 0.3 });
    expect(parseLoadOptions(["--quick", "--rounds", "7"])).toMatchObject({ rounds: 7 });
  });

  test("may ask for help", () => {
    expect(parseLoadOptions(["--help"])).toBeUndefined();
  });

  test.each([
    ["--rounds=0"],
    ["--rounds=1.5"],
    ["--seconds=x"],
    ["--seconds=-1"],
    ["--what"],
    ["ws"],
  ])("are refused when they mean nothing: %s", (argument) => {
    expect(() => parseLoadOptions([argument])).toThrow(UsageError);
  });
});

describe("a choice by name", () => {
  const all = [{ name: "ws" }, { name: "ws-js" }, { name: "net" }];

  test("keeps the order of all, and is all without a wish", () => {
    expect(select(all, ["net", "ws"], "whole")).toEqual([{ name: "ws" }, { name: "net" }]);
    expect(select(all, [], "whole")).toEqual(all);
  });

  test("is by the start of the name where that is asked for", () => {
    expect(select(all, ["w"], "start")).toEqual([{ name: "ws" }, { name: "ws-js" }]);
    expect(() => select(all, ["w"], "whole")).toThrow(UsageError);
  });

  test("is by the whole name where there is one", () => {
    expect(select(all, ["ws"], "start")).toEqual([{ name: "ws" }]);
  });

  test("of something that is not there says what is", () => {
    expect(() => select(all, ["nets"], "start")).toThrow(
      "there is no nets; there are ws, ws-js, net",
    );
  });
});

test("each load has a name of its own", () => {
  const names = LOADS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("Bun takes part only where it is", () => {
  const names = (bun: string | undefined) =>
    [...knownServers({ root: "/", bun }), ...knownClients({ root: "/", bun })].map(
      ({ name }) => name,
    );
  expect(names("/bin/bun").filter((name) => name === "bun")).toHaveLength(2);
  expect(names(undefined)).not.toContain("bun");
});

test("a command line is run by the shell, which it replaces, so that its process is the one measured", () => {
  expect(commandPeer("x --y").command).toEqual(["/bin/sh", "-c", "exec x --y"]);
});
