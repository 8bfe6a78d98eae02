/**
 * Coverage-guided fuzzing: `npm run fuzz -- TARGET --minutes N`. Without a target it names them.
 *
 * Keeps inputs that make code run which no input before has, or come out as none has, and
 * makes new ones of them. What is kept in the end goes to `test/fuzz/corpus/`, the shortest
 * inputs that reach as much; an input whose outcome is wrong goes to `.cache/fuzz/`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { seeded } from "../support/deflate-corpora.js";
import { corpusFile, corpusText, readCorpus } from "../fuzz/corpus.js";
import { Coverage } from "../fuzz/coverage.js";
import { Mutator } from "../fuzz/mutations.js";
import type { FuzzTarget } from "../fuzz/target.js";
import { TARGETS } from "../fuzz/targets/index.js";

/** To ask V8 what has run takes as long as many runs: it is asked once for so many. */
const BATCH = 500;

/** Of all that one target keeps, in base64. */
const MAX_CORPUS_BYTES = 20_000;

interface Tally {
  runs: number;
  finds: number;
}

class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #coverage: Coverage;
  readonly #mutator: Mutator;
  readonly #outcomes = new Set<string>();
  readonly tally: Tally = { runs: 0, finds: 0 };

  constructor(target: FuzzTarget, seed: number) {
    this.#target = target;
    this.#coverage = new Coverage(target.sources);
    this.#mutator = new Mutator(target.words, seeded(seed));
  }

  /** Runs `inputs`, and keeps each that is of use. */
  add(inputs: readonly Uint8Array[]): void {
    for (const input of inputs) {
      const isNew = this.#run(input);
      if (this.#coverage.take() || isNew) this.#mutator.inputs.push(input);
    }
  }

  /** A batch of new inputs. One by one again, if some of them had something new. */
  step(): void {
    const inputs = Array.from({ length: BATCH }, () => this.#mutator.next());
    const news = inputs.filter((input) => this.#run(input));
    this.#mutator.inputs.push(...news);
    if (!this.#coverage.hasNews()) return;
    for (const input of inputs) {
      this.#run(input);
      if (this.#coverage.take() && !news.includes(input)) this.#mutator.inputs.push(input);
    }
  }

  /** The shortest inputs that reach all that has been reached, as far as there is room. */
  corpus(): Uint8Array[] {
    const shortest = this.#mutator.inputs.toSorted((a, b) => a.length - b.length);
    const again = new Fuzzer(this.#target, 1);
    again.add(shortest);
    let room = MAX_CORPUS_BYTES;
    return again.#mutator.inputs.filter((input) => {
      room -= corpusText([input]).length;
      return room >= 0;
    });
  }

  get report(): string {
    const { run, all } = this.#coverage.share;
    const { runs, finds } = this.tally;
    const share = ((100 * run) / all).toFixed(1);
    return `${this.#target.name}: ${runs} runs, ${this.#mutator.inputs.length} inputs kept, ${this.#outcomes.size} outcomes, ${share} % of the code, ${finds} finds`;
  }

  /** @returns Whether the outcome is one that no input before had. */
  #run(input: Uint8Array): boolean {
    this.tally.runs += 1;
    let outcome: string;
    try {
      outcome = this.#target.run(input);
    } catch (error) {
      outcome = `wrong: ${kindOf(error)}`;
      if (!this.#outcomes.has(outcome)) this.#keepFind(input, error);
    }
    const isNew = !this.#outcomes.has(outcome);
    this.#outcomes.add(outcome);
    return isNew;
  }

  #keepFind(input: Uint8Array, error: unknown): void {
    this.tally.finds += 1;
    mkdirSync(".cache/fuzz", { recursive: true });
    const file = path.join(".cache/fuzz", `${this.#target.name}-${this.tally.finds}.txt`);
    writeFileSync(file, corpusText([input]));
    console.error(`${file}:`, error);
  }
}

/** What differs, without the values: one find of a kind is enough. */
function kindOf(error: unknown): string {
  return String(error).split(":", 2).join(":").slice(0, 60);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
  },
});
const target = TARGETS.find(({ name }) => name === positionals[0]);
if (target === undefined) {
  console.error(`say which target: ${TARGETS.map(({ name }) => name).join(", ")}`);
  process.exitCode = 2;
} else {
  const fuzzer = new Fuzzer(target, Number(values.seed));
  fuzzer.add([...target.seeds, ...readCorpus(target.name)]);
  const end = process.cpuUsage().user + Number(values.minutes) * 60e6;
  while (process.cpuUsage().user < end) fuzzer.step();
  console.log(`${fuzzer.report}, seed ${values.seed}`);
  writeFileSync(corpusFile(target.name), corpusText(fuzzer.corpus()));
  if (fuzzer.tally.finds > 0) process.exitCode = 1;
}
