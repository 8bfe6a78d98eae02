/** Typed events, for connections, servers and managers. */
import { checkEvent, isPromise, type Names, takeRejection } from "../input/index.js";

/**
 * Typed events of a connection, a server or a manager.
 *
 * It differs from Node's EventEmitter where a peer could use the difference: an
 * event without a listener does nothing, whatever its name; and the caller of `emit`
 * learns whether a listener threw, or returned a promise.
 */
export abstract class Emitter<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #listeners: { [Name in keyof Events]?: Listeners<Events[Name]> } =
    Object.create(NO_NAMES);

  /**
   * Calls `listener` for each event from now on. The same function added twice is called twice.
   *
   * @throws {TypeError} There is no such event, or `listener` is no function.
   */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.#check(name, listener);
    const others = this.#of(name);
    this.#listeners[name] = others.length === 0 ? listener : [...others, listener];
    this.listenerAdded(name, listener);
    return this;
  }

  /** Calls `listener` for the next event only. @throws {TypeError} As {@link on}. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    this.#check(name, listener);
    const onlyOnce: Listener<Events[Name]> = (...values) => {
      this.off(name, onlyOnce);
      return listener(...values);
    };
    originals.set(onlyOnce, listener);
    return this.on(name, onlyOnce);
  }

  /**
   * Takes away `listener`, the one added last when it was added more than once. Does nothing when it is not there.
   *
   * @throws {TypeError} There is no such event.
   */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    checkEvent(name, this.events());
    const listeners = this.#of(name);
    const index = listeners.findLastIndex(
      (one) => one === listener || originals.get(one) === listener,
    );
    if (index >= 0) this.#listeners[name] = listeners.toSpliced(index, 1);
    return this;
  }

  /** How many listeners an event has. One that was added with {@link once} counts until it has been called. */
  listenerCount(name: keyof Events): number {
    const listeners = this.#listeners[name];
    if (listeners === undefined) return 0;
    return typeof listeners === "function" ? 1 : listeners.length;
  }

  /**
   * Calls the listeners in the order they were added. One that throws or rejects
   * does not keep the others from being called; `failed` gets its error.
   *
   * @returns A promise when a listener returned one: it settles, without an error, with the last of them.
   */
  protected emit<Name extends keyof Events>(
    name: Name,
    failed: (error: unknown) => void,
    ...values: Events[Name]
  ): Promise<void> | undefined {
    const listeners: Listeners<Events[Name]> | undefined = this.#listeners[name];
    if (listeners === undefined) return undefined;
    const isOne = typeof listeners === "function";
    const count = isOne ? 1 : listeners.length;
    let pending: Promise<void> | undefined;
    for (let i = 0; i < count; i++) {
      const listener = isOne ? listeners : listeners[i]!;
      try {
        const result = listener(...values);
        if (isPromise(result)) pending = both(pending, takeRejection(result, failed));
      } catch (error) {
        failed(error);
      }
    }
    return pending;
  }

  /** Calls one listener that was added when the event was over, unless it has been removed since. */
  protected emitTo<Name extends keyof Events>(
    listener: Listener<Events[Name]>,
    name: Name,
    failed: (error: unknown) => void,
    ...values: Events[Name]
  ): void {
    if (!this.#of(name).includes(listener)) return;
    // The same as in `emit`: one function for both would cost a message 5 ns of its 70.
    try {
      const result = listener(...values);
      if (isPromise(result)) void takeRejection(result, failed);
    } catch (error) {
      failed(error);
    }
  }

  /** The events there are: one object for all of a class. */
  protected abstract events(): Names<Events>;

  /** Called when a listener has been added. It must not call the listener. */
  protected listenerAdded<Name extends keyof Events>(
    _name: Name,
    _listener: Listener<Events[Name]>,
  ): void {}

  /** Checks for callers without a type checker. */
  #check(name: keyof Events, listener: unknown): void {
    checkEvent(name, this.events());
    if (typeof listener !== "function") throw new TypeError("a listener must be a function");
  }

  #of<Name extends keyof Events>(name: Name): readonly Listener<Events[Name]>[] {
    const listeners = this.#listeners[name] ?? [];
    return typeof listeners === "function" ? [listeners] : listeners;
  }
}

/** May return a promise: where the order of events matters, the next one waits for it. */
export type Listener<Values extends readonly unknown[]> = (...values: Values) => unknown;

/** Nearly every event has one listener, which needs no list. */
type Listeners<Values extends readonly unknown[]> = Listener<Values> | readonly Listener<Values>[];

/**
 * Nothing is inherited under any name: `constructor` is an event like others. Above objects of
 * its own kind it costs nothing, while an object without anything above it is slow.
 */
const NO_NAMES: object = Object.freeze(Object.create(null));

/** The listener that `once` was given, by the one that it added. */
const originals = new WeakMap<object, object>();

async function both(first: Promise<unknown> | undefined, second: Promise<unknown>): Promise<void> {
  await first;
  await second;
}
