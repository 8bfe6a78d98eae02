/** A terminal that the test is at. */
import { PassThrough } from "node:stream";
import { expect, vi } from "vitest";
import { run } from "../../src/cli/run.js";
import { PATIENCE_MS } from "../support/wire-signal.js";
import { Screen } from "./screen.js";

export class TestTerminal {
  readonly input: PassThrough & { isTTY?: boolean } = new PassThrough();
  readonly output: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
  readonly errors: PassThrough = new PassThrough();
  readonly interrupted: Promise<void>;
  interrupt!: () => void;
  /** All that was printed so far. */
  printed = "";
  complained = "";

  /** What it shows, when it has columns. */
  readonly screen: Screen;

  /** @param columns - How wide it is; without, it is no terminal but a pipe. */
  constructor(columns?: number) {
    this.screen = new Screen(columns ?? Infinity);
    this.input.isTTY = this.output.isTTY = columns !== undefined;
    if (columns !== undefined) this.output.columns = columns;
    this.interrupted = new Promise((resolve) => (this.interrupt = resolve));
    this.output.on("data", (chunk: Buffer) => {
      this.printed += chunk.toString();
      this.screen.write(chunk.toString());
    });
    this.errors.on("data", (chunk: Buffer) => (this.complained += chunk.toString()));
  }

  run(...args: string[]): Promise<number> {
    return run(args, this, "1.2.3");
  }

  type(line: string): void {
    this.input.write(`${line}\n`);
  }

  /** Waits until something was printed. */
  async sees(text: string | RegExp): Promise<string> {
    return vi.waitFor(
      () => {
        const found =
          typeof text === "string" ? this.printed.includes(text) : text.test(this.printed);
        if (!found) throw new Error(`not printed: ${String(text)} in ${this.printed}`);
        return this.printed;
      },
      { timeout: PATIENCE_MS, interval: 5 },
    );
  }

  /** Waits until the screen shows these rows, and nothing below them. */
  async shows(rows: readonly string[]): Promise<void> {
    await vi.waitFor(() => expect(this.screen.rows).toEqual(rows), {
      timeout: PATIENCE_MS,
      interval: 5,
    });
  }
}
