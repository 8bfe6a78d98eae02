// Answers a parent that asks over the channel between the two what this process has used.
import { readFileSync } from "node:fs";
import process from "node:process";

/** Ends the process when the parent is gone. Without a channel it does nothing. */
export function answerUsage() {
  process.on("message", (question) => {
    if (question === "collect") for (let i = 0; i < 3; i++) globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send({
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      peakBytes: peakBytes(),
    });
  });
  process.on("disconnect", () => process.exit());
}

/** What `resourceUsage` says includes, on Linux, what the parent had when it started this process. */
function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(kilobytes) * 1024;
}
