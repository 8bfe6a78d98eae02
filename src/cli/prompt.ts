/** The line that is being typed, and the lines that come in above it. */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from "node:readline";
import { say, type Terminal } from "./terminal.js";

export interface PromptEvents {
  readonly onLine: (line: string) => void;
  /** Nothing more will be typed: the end of input, Ctrl-C, Ctrl-D, or {@link Prompt.end}. Called once. */
  readonly onEnd: () => void;
}

/** Reads lines from the terminal, and prints others without touching what is being typed. */
export class Prompt {
  readonly #terminal: Terminal;
  /** Whether somebody types; otherwise input comes out of a file or a pipe. */
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

  /** Stops reading. Calling it again does nothing. */
  end(): void {
    this.#interface?.close();
  }

  /** Prints a line, above the one that is being typed if there is one. */
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
    // How far below its first row readline believes to be. It has no call to tell it
    // otherwise, and keeps no count of pasted rows.
    Reflect.set(lines, "prevRows", 0);
    lines.prompt(true);
  }
}
