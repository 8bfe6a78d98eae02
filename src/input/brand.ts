/** Checks what kind of object a value is, also when it comes from another copy of this package or another realm. */

/** A class, as a value. */
type Class<Made extends object> = abstract new (...values: never) => Made;

/**
 * Marks the objects of a class, so that other copies of this package in the process know them. A process
 * has two copies when one is linked or bundled, or when CommonJS is loaded beside ES modules. `instanceof`
 * looks for the mark, too. For classes that applications derive from the class, `instanceof` works as usual.
 *
 * An object of another copy may be of another version: check each value that you read from it.
 *
 * @returns A function that tells whether a value is of the class.
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

/** Whether a value is a promise, of any library. A promise that was taken for a result would count as done. */
export function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/**
 * Whether a value is an error, of this realm or another. In Jest and in `vm` contexts Node's errors are of
 * another realm, and so are the errors of a frame in a page.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || ERRORS.has(Object.prototype.toString.call(value));
}

const ERRORS: ReadonlySet<string> = new Set(["[object Error]", "[object DOMException]"]);
