/**
 * Typed events of a manager. As with the events of a connection, one without a listener
 * does nothing, whatever its name, and the one who emits learns whether a listener threw
 * or returned a promise.
 */
export abstract class Emitter<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #listeners: { [Name in keyof Events]?: readonly Listener<Events[Name]>[] } =
    Object.create(null); // no name is there already

  /** Calls `listener` for each event from now on. The same function added twice is called twice. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.#listeners[name] = [...(this.#listeners[name] ?? []), listener];
    this.listenerAdded(name);
    return this;
  }

  /** Takes away `listener`, the one added last when it was added more than once. Does nothing when it is not there. */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    const listeners = this.#listeners[name] ?? [];
    const index = listeners.lastIndexOf(listener);
    if (index >= 0) this.#listeners[name] = listeners.toSpliced(index, 1);
    return this;
  }

  listenerCount(name: keyof Events): number {
    return this.#listeners[name]?.length ?? 0;
  }

  /**
   * Calls the listeners in the order they were added. One that throws or rejects does not
   * keep the others from being called; `failed` gets its error.
   *
   * @returns A promise when a listener returned one: it settles, without an error, with the last of them.
   */
  protected emit<Name extends keyof Events>(
    name: Name,
    failed: (error: unknown) => void,
    ...values: Events[Name]
  ): Promise<void> | undefined {
    let pending: Promise<unknown>[] | undefined;
    for (const listener of this.#listeners[name] ?? []) {
      try {
        const result = listener(...values);
        if (isPromise(result)) (pending ??= []).push(result.then(undefined, failed));
      } catch (error) {
        failed(error);
      }
    }
    return pending && settled(pending);
  }

  /** Told when a listener has been added. */
  protected listenerAdded(_name: keyof Events): void {}
}

/** May return a promise: where the order of events matters, the next one waits for it. */
export type Listener<Values extends readonly unknown[]> = (...values: Values) => unknown;

/** Whether `value` has to be waited for. */
export function isPromise<Value>(value: unknown): value is Promise<Value> {
  return Object(value) === value && typeof Object(value).then === "function";
}

async function settled(pending: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(pending);
}
