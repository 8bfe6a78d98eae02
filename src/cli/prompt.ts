/** The prompt: the line that the user types, and the lines that are printed above it. */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from "node:readline";
import { say, type Terminal } from "./terminal.js";

interface PromptEvents {
  readonly onLine: (line: string) => void;
  /** Called once, when no more input comes: at its end, with Ctrl-C or Ctrl-D, or after {@link Prompt.end}. */
  readonly onEnd: () => void;
}

/** Reads lines from the terminal. Prints other lines without a change to the line that is being typed. */
export class Prompt {
  readonly #terminal: Terminal;
  /** Whether a user types. Otherwise the input is a file or a pipe. */
  readonly #isTyped: boolean;
  #interface: Interface | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#isTyped = terminal.output.isTTY === true;
  }

  start({ onLine, onEnd }: PromptEvents): void {
    const { input, output } = this.#terminal;
    const prompt = this.#isTyped ? "> " : "";
    const lines = createInterface({ input, output, terminal: this.#isTyped, prompt });
    this.#interface = lines;
    lines.on("line", (line) => {
      onLine(line);
      lines.prompt();
    });
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => {
      this.#interface = undefined;
      if (this.#isTyped) output.write("\n");
      onEnd();
    });
    lines.prompt();
  }

  /** Stops reading. A second call does nothing. */
  end(): void {
    this.#interface?.close();
  }

  /** Prints a line. A line that is being typed stays below it. */
  print(line: string): void {
    const lines = this.#interface;
    const { output } = this.#terminal;
    if (lines === undefined || !this.#isTyped) {
      say(output, line);
      return;
    }
    moveCursor(output, 0, -lines.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    say(output, line);
    // The cursor is in the first row of the prompt now. readline has no method that tells it so: this is
    // its count of the rows above the cursor.
    Reflect.set(lines, "prevRows", 0);
    lines.prompt(true);
  }
}
