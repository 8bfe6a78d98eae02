/** Checks the numbers that users hand over as options. */

/**
 * A limit: `value`, or `defaultValue` where none is given.
 *
 * @throws {TypeError | RangeError} `value` is no number, or cannot be a limit.
 */
export function limit(name: string, value: number | undefined, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  checkNumber(name, value);
  if (value >= 0) return value;
  throw new RangeError(`${name} must be 0 or more, or Infinity for no limit, not ${value}`);
}

/** @throws {TypeError | RangeError} `value` is no number, or below `least`. */
export function atLeast(least: number, name: string, value: number): number {
  checkNumber(name, value);
  if (value >= least) return value;
  throw new RangeError(`${name} must be ${least} or more, not ${value}`);
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new TypeError(
    `${name} must be a number, not ${value === null ? "null" : `a ${typeof value}`}`,
  );
}
