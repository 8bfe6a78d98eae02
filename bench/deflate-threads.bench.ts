// From which size on is it worth leaving the main thread? That decides offThreadBytes.
import { performance } from "node:perf_hooks";
import { constants, deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from "node:zlib";
import { CORPORA, seeded } from "../test/support/deflate-corpora.js";

const ROUNDS = 5;
const OPTIONS = { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH };

/** How long the main thread is busy with one `task`, and how long that takes, in µs: the best round. */
async function measure(task: () => Promise<unknown>, times: number): Promise<string> {
  let busy = Infinity;
  let wait = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.eventLoopUtilization();
    const start = performance.now();
    for (let i = 0; i < times; i++) await task();
    const { active } = performance.eventLoopUtilization(before);
    busy = Math.min(busy, (active / times) * 1000);
    wait = Math.min(wait, ((performance.now() - start) / times) * 1000);
  }
  return `${busy.toFixed(0).padStart(8)}${wait.toFixed(0).padStart(8)}`;
}

/** Work done at once, then back to the event loop as after a message. */
const atOnce = (work: () => unknown) => (): Promise<void> => {
  work();
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
};

console.log("\nµs that one message keeps the main thread busy, and µs until it is done");
console.log(
  "                     deflate at once   off thread   payload   inflate at once   off thread",
);
for (const name of ["json", "chat"] as const) {
  for (const size of [8192, 16_384, 32_768, 65_536, 131_072, 262_144, 1_048_576]) {
    const message = CORPORA[name](seeded(size), size);
    const payload = deflateRawSync(message, OPTIONS);
    const times = Math.max(3, Math.ceil(400_000 / size));
    const columns = [
      await measure(
        atOnce(() => deflateRawSync(message, OPTIONS)),
        times,
      ),
      await measure(() => new Promise((done) => deflateRaw(message, OPTIONS, done)), times),
      String(payload.length).padStart(10),
      await measure(
        atOnce(() => inflateRawSync(payload, OPTIONS)),
        times,
      ),
      await measure(() => new Promise((done) => inflateRaw(payload, OPTIONS, done)), times),
    ];
    console.log(`${name.padEnd(8)}${String(size).padStart(10)}${columns.join("")}`);
  }
}
