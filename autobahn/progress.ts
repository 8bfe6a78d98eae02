/** How far each direction is, read from what wstest prints, shown on one line. */
import type { Direction } from "./results.js";

const RUNNING = "Running test case ID ";
const TOTAL = "Ok, will run ";

/** Counts the cases of one direction. */
export class CaseCounter {
  #started = 0;
  #isFinished = false;
  #total = 0;
  #current: string | undefined;

  /** Takes one line of wstest's output, and tells whether it was about progress. */
  observe(line: string): boolean {
    if (line.startsWith(TOTAL)) {
      this.#total = Number.parseInt(line.slice(TOTAL.length), 10);
      return true;
    }
    if (!line.startsWith(RUNNING)) return false;
    this.#started += 1;
    this.#current = line.slice(RUNNING.length).split(" ", 1)[0];
    return true;
  }

  /** Counts the last case too: nothing in the output tells its end. */
  finish(): void {
    this.#isFinished = true;
    this.#current = undefined;
  }

  /** Cases that have ended. */
  get done(): number {
    return this.#isFinished ? this.#started : Math.max(0, this.#started - 1);
  }

  /** The id of the case that runs now. */
  get current(): string | undefined {
    return this.#current;
  }

  /** Such as `123/517 (6.4.1)`. */
  get text(): string {
    const current = this.#current === undefined ? "" : ` (${this.#current})`;
    return `${this.done}/${this.#total}${current}`;
  }
}

/** Where progress is shown: `process.stdout`, or less in tests. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows the counters on one line: rewritten in place on a terminal, elsewhere
 * printed again after every {@link CASES_PER_LINE} cases.
 */
export class ProgressLine {
  readonly #counters: ReadonlyMap<Direction, CaseCounter>;
  readonly #screen: Screen;
  #shownCases = 0;

  constructor(counters: ReadonlyMap<Direction, CaseCounter>, screen: Screen) {
    this.#counters = counters;
    this.#screen = screen;
  }

  /** Call it when a counter has moved. */
  update(): void {
    if (this.#screen.isTTY === true) {
      this.#screen.write(`\r${this.#text()}\u001B[K`);
      return;
    }
    let cases = 0;
    for (const counter of this.#counters.values()) cases += counter.done;
    if (cases < this.#shownCases + CASES_PER_LINE) return;
    this.#shownCases = cases;
    this.#screen.write(`${this.#text()}\n`);
  }

  /** Prints the last state and leaves the line. */
  end(): void {
    const start = this.#screen.isTTY === true ? "\r" : "";
    const end = this.#screen.isTTY === true ? "\u001B[K\n" : "\n";
    this.#screen.write(`${start}${this.#text()}${end}`);
  }

  #text(): string {
    return Array.from(
      this.#counters,
      ([direction, counter]) => `${direction} ${counter.text}`,
    ).join(", ");
  }
}

const CASES_PER_LINE = 50;
