/** What an option does, observed at two values or more. */

/** One option at one value. */
export interface Check {
  /** The value, and where it was given. */
  readonly what: string;
  readonly observe: () => unknown;
  readonly expected: unknown;
}

export type Row = readonly Check[];

/** The compiler wants a row for every option of `Options`, and none besides. */
export type Table<Options extends object> = Readonly<Record<keyof Options & string, Row>>;

/** An option at several values, with what is observed at each. */
export function row<Value>(
  values: readonly Value[],
  observe: (value: Value) => unknown,
  expected: readonly unknown[],
): readonly Check[] {
  return values.map((value, i) => ({
    what: nameOf(value),
    observe: () => observe(value),
    expected: expected[i],
  }));
}

/** An option that has the same effect in several ways in, by their names. */
export function rowOn<Value, Way>(
  ways: Readonly<Record<string, Way>>,
  values: readonly Value[],
  observe: (way: Way, value: Value) => unknown,
  expected: readonly unknown[],
): readonly Check[] {
  return Object.entries(ways).flatMap(([name, way]) =>
    values.map((value, i) => ({
      what: `${nameOf(value)} on ${name}`,
      observe: () => observe(way, value),
      expected: expected[i],
    })),
  );
}

function nameOf(value: unknown): string {
  if (typeof value === "function") return value.name || "a function";
  const isNumber = typeof value === "number"; // JSON has no Infinity
  return (isNumber ? String(value) : (JSON.stringify(value) ?? "undefined")).slice(0, 60);
}
