// The header fields of one HTTP message, in the order they came.
import { lowerCaseAscii } from "./http-fields.js";

/** One header line: its name as it was written, and its value without surrounding whitespace. */
export type FieldLine = readonly [name: string, value: string];

/**
 * Header fields: an ordered list of lines, found by name without regard to case
 * (RFC 9110 §5). Never changes once made.
 *
 * Names are keys of a `Map` only, so `__proto__` and `constructor` are names
 * like any other. Values that came from the wire are strings of bytes (Latin-1).
 */
export class Fields implements Iterable<FieldLine> {
  readonly #lines: readonly FieldLine[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(lines: Iterable<FieldLine> = []) {
    this.#lines = Array.from(lines);
    const valuesByName = new Map<string, string[]>();
    for (const [name, value] of this.#lines) {
      const key = lowerCaseAscii(name);
      const values = valuesByName.get(key);
      if (values === undefined) valuesByName.set(key, [value]);
      else values.push(value);
    }
    this.#values = valuesByName;
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
    const values = this.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  }

  /** The values of all lines with this name, in order. */
  getAll(name: string): readonly string[] {
    return this.#values.get(lowerCaseAscii(name)) ?? [];
  }

  /** How many lines have this name. */
  count(name: string): number {
    return this.getAll(name).length;
  }

  /**
   * The values of all lines with this name as one list, joined by `", "`
   * (RFC 9110 §5.3). `undefined` when there are none.
   */
  listOf(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  [Symbol.iterator](): Iterator<FieldLine> {
    return this.#lines[Symbol.iterator]();
  }
}
