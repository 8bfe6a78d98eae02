// The header fields of one HTTP message, in the order they came.
import { lowerCaseAscii } from "./http-fields.js";

/** One header line: its name as it was written, and its value without surrounding whitespace. */
export type FieldLine = readonly [name: string, value: string];

/**
 * Header fields: an ordered list of lines, found by name without regard to case
 * (RFC 9110 §5). Never changes once made.
 *
 * Names are compared and never keys of an object, so `__proto__` and `constructor` are
 * names like any other. Values that came from the wire are strings of bytes (Latin-1).
 */
export class Fields implements Iterable<FieldLine> {
  readonly #lines: readonly FieldLine[];
  /** The names in lower case: a look at each of them takes less time than to make a `Map` of a few. */
  readonly #names: readonly string[];

  constructor(lines: Iterable<FieldLine> = []) {
    this.#lines = Array.from(lines);
    this.#names = this.#lines.map(([name]) => lowerCaseAscii(name));
  }

  /**
   * Reads names and values that alternate, as in Node's `rawHeaders`. A name at
   * the end without its value gets an empty one.
   */
  static fromRawHeaders(rawHeaders: readonly string[]): Fields {
    const lines: FieldLine[] = [];
    let name: string | undefined;
    for (const text of rawHeaders) {
      if (name === undefined) {
        name = text;
        continue;
      }
      lines.push([name, text]);
      name = undefined;
    }
    if (name !== undefined) lines.push([name, ""]);
    return new Fields(lines);
  }

  /** How many lines there are. */
  get size(): number {
    return this.#lines.length;
  }

  /**
   * The value, when exactly one line has this name. `undefined` when none has, and
   * when several have: whoever reads the first and whoever reads the last would
   * otherwise see different requests. {@link listOf} is for fields that are lists.
   */
  get(name: string): string | undefined {
    const key = lowerCaseAscii(name);
    const at = this.#names.indexOf(key);
    return this.#names.indexOf(key, at + 1) < 0 ? this.#lines[at]?.[1] : undefined;
  }

  /** The values of all lines with this name, in order. */
  getAll(name: string): readonly string[] {
    const key = lowerCaseAscii(name);
    const values: string[] = [];
    for (let at = this.#names.indexOf(key); at >= 0; at = this.#names.indexOf(key, at + 1)) {
      values.push(this.#lines[at]![1]);
    }
    return values;
  }

  /** How many lines have this name. */
  count(name: string): number {
    const key = lowerCaseAscii(name);
    let count = 0;
    for (const one of this.#names) if (one === key) count++;
    return count;
  }

  /**
   * The values of all lines with this name as one list, joined by `", "`
   * (RFC 9110 §5.3). `undefined` when there are none.
   */
  listOf(name: string): string | undefined {
    const value = this.get(name); // of the only line, as nearly always
    if (value !== undefined) return value;
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines[Symbol.iterator]();
  }
}
