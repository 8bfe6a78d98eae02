// The header fields of one HTTP message, in the order they came.

/**
 * Header fields: an ordered list of lines, found by name without regard to case
 * (RFC 9110 §5). Never changes once made.
 *
 * Names are keys of a `Map` only, so `__proto__` and `constructor` are names
 * like any other. Values are strings of bytes (Latin-1), as they were on the wire.
 */
export class Fields implements Iterable<readonly [name: string, value: string]> {
  readonly #lines: readonly (readonly [name: string, value: string])[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(lines: Iterable<readonly [name: string, value: string]> = []) {
    this.#lines = Array.from(lines);
    this.#values = new Map();
  }

  /** Reads names and values that alternate, as in Node's `rawHeaders`. */
  static fromRawHeaders(rawHeaders: readonly string[]): Fields {
    throw new Error(`unfinished ${rawHeaders.length}`);
  }

  /** How many lines there are. */
  get size(): number {
    return this.#lines.length;
  }

  /** The value, when exactly one line has this name; `undefined` when none or several have. */
  get(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  }

  /** The values of all lines with this name, in order. */
  getAll(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** How many lines have this name. */
  count(name: string): number {
    return this.getAll(name).length;
  }

  /** The values of all lines with this name as one list, joined by `", "` (RFC 9110 §5.3); `undefined` when there are none. */
  listOf(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.#lines[Symbol.iterator]();
  }
}
