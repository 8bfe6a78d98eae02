/** What Linux says a process has used, for servers that cannot be asked. */
import { readFileSync } from "node:fs";
import type { Usage } from "./child.js";

/** Linux counts CPU time in hundredths of a second, whatever its kernel was built with. */
const TICKS_PER_SECOND = 100;

/**
 * The process and all that it has started.
 *
 * @throws {Error} There is no /proc, or no such process.
 */
export function usageOf(pid: number): Usage {
  const usages = treeOf(pid).map((one) => usageOfOne(one));
  const sum = (name: keyof Usage): number =>
    usages.reduce((total, usage) => total + usage[name], 0);
  return {
    cpuSeconds: sum("cpuSeconds"),
    residentBytes: sum("residentBytes"),
    peakBytes: sum("peakBytes"),
  };
}

function usageOfOne(pid: number): Usage {
  const { userTicks, systemTicks } = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND,
    residentBytes: parseStatusBytes(status, "VmRSS"),
    peakBytes: parseStatusBytes(status, "VmHWM"),
  };
}

function treeOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").match(/\d+/g) ?? [];
  return [pid].concat(...children.map((child) => treeOf(Number(child))));
}

/** Fields 14 and 15 of /proc/PID/stat. The name before them may hold spaces and parentheses. */
export function parseStat(stat: string): { userTicks: number; systemTicks: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { userTicks: Number(fields[11]), systemTicks: Number(fields[12]) };
}

/** A line of /proc/PID/status such as `VmRSS:  1234 kB`, in bytes; 0 without one. */
export function parseStatusBytes(status: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? "0";
  return Number(kilobytes) * 1024;
}
