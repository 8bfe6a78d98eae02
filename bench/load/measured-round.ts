/** From the first message that counts to the last: what was done, and what the process under test used for it. */
import { performance } from "node:perf_hooks";
import type { Usage } from "./child.js";
import type { Sample } from "./sample.js";
import type { Extent, Tally } from "./tally.js";

/** Between the first message of a round and the first that counts. */
const WARM_UP_SECONDS = 0.15;

/**
 * Measures while something else keeps `tally` counting.
 *
 * @throws {Error} As the tally does.
 */
export async function measuredRound(
  tally: Tally,
  usage: () => Promise<Usage>,
  extent: Extent,
  warmUpSeconds = WARM_UP_SECONDS,
): Promise<Sample> {
  if ("seconds" in extent) await tally.run({ seconds: warmUpSeconds });
  const before = await tally.orFail(usage());
  const start = performance.now();
  tally.clear();
  await tally.run(extent);
  const after = await tally.orFail(usage());
  const { messages, bytes, latency } = tally;
  const wallSeconds = (performance.now() - start) / 1000;
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    figure: messages / cpuSeconds,
    cpuShare: cpuSeconds / wallSeconds,
    perWallSecond: messages / wallSeconds,
    peakBytes: after.peakBytes,
    ...(latency.count > 0 && { p50Ms: latency.percentile(0.5), p99Ms: latency.percentile(0.99) }),
    ...(bytes > 0 && { bytesPerMessage: bytes / messages }),
  };
}
