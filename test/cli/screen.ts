/** What a terminal shows after what was written to it: as much of one as readline uses. */

/** Control sequences, line ends, and single characters. */
const PIECE = /\u001b\[(\d*)(?:;\d*)?([A-Za-z])|[^]/gu; // oxlint-disable-line no-control-regex -- that is what a terminal reads

export class Screen {
  readonly #columns: number;
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The rows, without the empty end of each. */
  get rows(): string[] {
    return this.#rows.map((row) =>
      Array.from(row, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
  }

  /** Where the cursor is. */
  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  write(text: string): void {
    for (const [piece, count, command] of text.matchAll(PIECE)) {
      if (command !== undefined) this.#obey(command, count === "" ? undefined : Number(count));
      else if (piece === "\n") this.#moveTo(this.#row + 1, 0);
      else if (piece === "\r") this.#column = 0;
      else this.#put(piece);
    }
  }

  #obey(command: string, count: number | undefined): void {
    if (command === "A") this.#moveTo(this.#row - (count ?? 1), this.#column);
    else if (command === "B") this.#moveTo(this.#row + (count ?? 1), this.#column);
    else if (command === "C") this.#column += count ?? 1;
    else if (command === "D") this.#column -= count ?? 1;
    else if (command === "G") this.#column = (count ?? 1) - 1;
    else if (command === "K") this.#current().splice(this.#column);
    else if (command === "J") {
      this.#current().splice(this.#column);
      this.#rows.splice(this.#row + 1);
    } else throw new Error(`this terminal has no ${command}`);
  }

  #put(character: string): void {
    if (this.#column === this.#columns) this.#moveTo(this.#row + 1, 0);
    this.#current()[this.#column++] = character;
    if (character.length > 1) this.#current()[this.#column++] = ""; // emoji are two cells wide
  }

  #moveTo(row: number, column: number): void {
    if (row < 0) throw new Error("above the first row");
    this.#row = row;
    this.#column = column;
    while (this.#rows.length <= row) this.#rows.push([]);
  }

  #current(): string[] {
    return this.#rows[this.#row] ?? [];
  }
}
