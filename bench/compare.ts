/** Runs variants side by side, and prints how they compare: a ratio says more than a time on a shared machine. */
import { Bench } from "tinybench";

/** Runs in turn, so that a slow moment of the machine meets all variants. */
const ROUNDS = 5;

/**
 * Prints the median rate of each variant over several rounds, and its ratio to the first.
 *
 * @param question - What the comparison is to answer.
 */
export async function compare(
  question: string,
  variants: Readonly<Record<string, () => unknown>>,
): Promise<void> {
  const rates = new Map<string, number[]>(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const bench = new Bench({ time: 60, warmupTime: 20 });
    for (const [name, run] of Object.entries(variants)) bench.add(name, run);
    await bench.run();
    for (const { name, result } of bench.tasks) {
      if ("throughput" in result) rates.get(name)?.push(result.throughput.mean);
    }
  }
  const medians = new Map(Array.from(rates, ([name, values]) => [name, median(values)]));
  const [first = 1] = medians.values();
  console.log(`\n${question}`);
  for (const [name, rate] of medians) {
    const perSecond = Math.round(rate).toLocaleString("en").padStart(14);
    console.log(`  ${name.padEnd(42)} ${perSecond}/s ${(rate / first).toFixed(2).padStart(8)} ×`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
