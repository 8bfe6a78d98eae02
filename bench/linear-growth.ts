/** Measures whether one item costs the same among few and among many. */
import process from "node:process";

const ROUNDS = 5;
/** Among this many times as many items, */
const GROWTH = 4;
/** one may cost this many times as much: what is quadratic costs four times as much. */
const MOST = 2;
const NAME_LENGTH = 64;

/** Handles `count` items. What it does first, up to the call of `start`, is not measured. */
export type Handle = (count: number, start: () => void) => unknown;

let failures = 0;

/**
 * Prints what an item costs among few and among four times as many: medians of CPU
 * time over rounds in turn, so that a slow moment meets both.
 *
 * @param items - What is counted.
 * @param few - How many.
 */
export async function growth(items: string, few: number, handle: Handle): Promise<void> {
  const many = few * GROWTH;
  const costs: Record<"few" | "many", number[]> = { few: [], many: [] };
  await nanosecondsPerItem(few, handle);
  for (let round = 0; round < ROUNDS; round++) {
    costs.few.push(await nanosecondsPerItem(few, handle));
    costs.many.push(await nanosecondsPerItem(many, handle));
  }
  const [cheap, dear] = [median(costs.few), median(costs.many)];
  const ratio = dear / cheap;
  if (!(ratio <= MOST)) failures++;
  const figures = [cheap, dear].map((cost) => `${cost.toFixed(1).padStart(10)} ns`).join("");
  const verdict = ratio <= MOST ? "" : "  NOT LINEAR";
  const counts = `${few.toLocaleString("en")} and ${many.toLocaleString("en")}`;
  console.log(
    `  ${`${items}, ${counts}`.padEnd(NAME_LENGTH)}${figures}  × ${ratio.toFixed(2)}${verdict}`,
  );
}

/** Ends the process with an error when an item cost more than twice as much among many. */
export function conclude(): void {
  const verdict = failures === 0 ? "all grow linearly" : `${failures} do not grow linearly`;
  console.log(`  ${verdict}: an item costs at most ${MOST} × as much among ${GROWTH} × as many`);
  if (failures > 0) process.exitCode = 1;
}

async function nanosecondsPerItem(count: number, handle: Handle): Promise<number> {
  globalThis.gc?.();
  let before = process.cpuUsage();
  await handle(count, () => {
    before = process.cpuUsage();
  });
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / count;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
