import { expect, test } from "vitest";
import { parseStat, parseStatusBytes } from "../../bench/load/process-table.js";

test("the CPU time of a process is found behind a name with spaces and parentheses", () => {
  const stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 1500 0 2 0 370 81 0 0 20 0 11 0 5 1 2";
  expect(parseStat(stat)).toEqual({ userTicks: 370, systemTicks: 81 });
});

test("memory in the status of a process is given in bytes, and as 0 where it is not told", () => {
  const status = "Name:\tnode\nVmHWM:\t   70000 kB\nVmRSS:\t   50000 kB\nThreads:\t11\n";
  expect(parseStatusBytes(status, "VmRSS")).toBe(51_200_000);
  expect(parseStatusBytes(status, "VmSwap")).toBe(0);
});
