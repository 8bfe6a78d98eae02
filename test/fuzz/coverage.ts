/** Which code has run, by V8's own count of blocks (the Profiler of the inspector protocol). */
import { type Profiler, Session } from "node:inspector";

type Span = readonly [start: number, end: number];

/**
 * Adds up what has run. V8 reports a function with the ranges in it that have not; what
 * counts here is what has never run so far, so that the order of inputs does not matter.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  /** Of each function that has been seen: what of it has never run. */
  readonly #missing = new Map<string, readonly Span[]>();
  readonly #lengths = new Map<string, number>();

  /** @param sources - Parts of the paths of the modules that count. */
  constructor(sources: readonly string[]) {
    this.#isOurs = (url) => sources.some((source) => url.includes(source));
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    this.take();
  }

  /** Adds what has run since it was last asked. @returns Whether some of it is new. */
  take(): boolean {
    return this.#look("add");
  }

  /** Whether something new has run since it was last asked. It stays new. */
  hasNews(): boolean {
    return this.#look("only look");
  }

  #look(mode: "add" | "only look"): boolean {
    let isNew = false;
    // The session is of this thread: its answers come within the call.
    this.#session.post("Profiler.takePreciseCoverage", (error, report) => {
      if (error !== null) throw error;
      for (const { url, scriptId, functions } of report.result) {
        if (!this.#isOurs(url)) continue;
        for (const one of functions) if (this.#add(scriptId, one, mode)) isNew = true;
      }
    });
    return isNew;
  }

  /** Bytes of code that have run, and all bytes of the functions that V8 has told of. */
  get share(): { readonly run: number; readonly all: number } {
    const all = sum(this.#lengths.values());
    const missing = sum(Array.from(this.#missing.values(), lengthOf));
    return { run: all - missing, all };
  }

  end(): void {
    this.#session.disconnect();
  }

  #add(
    scriptId: string,
    { functionName, ranges }: Profiler.FunctionCoverage,
    mode: "add" | "only look",
  ): boolean {
    const [whole, ...parts] = ranges;
    if (whole === undefined) return false;
    const key = `${scriptId} ${functionName} ${whole.startOffset} ${whole.endOffset}`;
    const all: Span = [whole.startOffset, whole.endOffset];
    const before = this.#missing.get(key) ?? [all];
    const now = whole.count === 0 ? [all] : parts.filter(({ count }) => count === 0).map(spanOf);
    const missing = intersection(before, now);
    if (mode === "add") {
      this.#missing.set(key, missing);
      this.#lengths.set(key, all[1] - all[0]);
    }
    return lengthOf(missing) < lengthOf(before);
  }
}

function spanOf({ startOffset, endOffset }: Profiler.CoverageRange): Span {
  return [startOffset, endOffset];
}

function intersection(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap(([start, end]) =>
    others
      .map(([from, to]): Span => [Math.max(start, from), Math.min(end, to)])
      .filter(([from, to]) => from < to),
  );
}

function lengthOf(spans: readonly Span[]): number {
  return sum(spans.map(([start, end]) => end - start));
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
