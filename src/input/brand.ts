/** Tells of which class an object is, whichever copy of this package or realm of JavaScript it comes from. */

/** What `new` makes objects of. */
type Class<Made extends object> = abstract new (...values: never) => Made;

/**
 * Marks the objects of a class, so that other copies of this package in the process know them: one
 * that is linked, bundled, or CommonJS beside ES modules. `instanceof` knows them by the mark, too;
 * for classes that applications derive from it, it does what it always does.
 *
 * What another copy has made may be of another version: who reads it checks what is read.
 *
 * @returns What tells whether a value is of the class.
 */
export function brand<Made extends object>(
  type: Class<Made>,
  name: string,
): (value: unknown) => value is Made {
  const mark = Symbol.for(`plainsocket.${name}`);
  const isOne = (value: unknown): value is Made =>
    typeof value === "object" && value !== null && mark in value;
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this === type) return isOne(value);
      return Function.prototype[Symbol.hasInstance].call(this, value);
    },
  });
  return isOne;
}

/** Whether a value is a promise, of any library: one that is taken for a result would count as done. */
export function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/**
 * Whether a value is an error, of this or another realm: those of Node are of another one in Jest and
 * in `vm` contexts, those of a page's frame as well.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || ERRORS.has(Object.prototype.toString.call(value));
}

const ERRORS: ReadonlySet<string> = new Set(["[object Error]", "[object DOMException]"]);
