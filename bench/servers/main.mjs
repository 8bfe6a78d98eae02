// Runs one server of this folder as a process: `PORT=9001 node main.mjs ws`. What the variables mean is in bench/README.md.
// A parent with a channel may ask it for its use of CPU and memory.
import { readFileSync } from "node:fs";
import process from "node:process";

const { PORT = "9001", MODE = "echo", DEFLATE = "" } = process.env;
const { serve } = await import(`./${process.argv[2]}.mjs`);
await serve({ port: Number(PORT), mode: MODE, deflate: DEFLATE });

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

/** What `resourceUsage` says includes, on Linux, what the parent had when it started this process. */
function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(kilobytes) * 1024;
}
