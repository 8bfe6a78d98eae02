/** What Web IDL makes of an interface and JavaScript does not make of a class (https://webidl.spec.whatwg.org §3). */

/**
 * Makes the members of a class enumerable, and gives its objects their class string,
 * `[object Name]`: libraries that copy or wrap an object look for both.
 */
export function defineInterface(name: string, { prototype }: { readonly prototype: object }): void {
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== "constructor") Object.defineProperty(prototype, member, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** @throws {TypeError} As for everything that is called without an argument it needs. */
export function requireArgument(name: string, count: number): void {
  if (count === 0) throw new TypeError(`${name} needs an argument`);
}

/** As a DOMString is made of any value. @throws {TypeError} Of a symbol none is. */
export function toDomString(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("a symbol is no string");
  return String(value);
}

/**
 * What an event handler attribute holds. The type of a method, and silent about `this`, so that
 * a socket is assignable to the WebSocket of TypeScript's DOM.
 */
export type EventHandler<E extends Event> = { handle(event: E): unknown }["handle"] | null;

/** An event handler attribute such as `onopen` (HTML §8.1.8.1): it calls one function, that can be replaced. */
export class HandlerAttribute<E extends Event> {
  readonly #target: EventTarget;
  readonly #type: string;
  #handler: EventHandler<E> = null;

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get(): EventHandler<E> {
    return this.#handler;
  }

  /**
   * A function in the place of another is called when that would have been, among all
   * listeners. An object is kept, but not called; anything else is like null.
   */
  set(handler: EventHandler<E>): void {
    const isHandler = typeof handler === "function" || typeof handler === "object";
    if (isHandler && handler !== null) this.#target.addEventListener(this.#type, this); // once, however often it is added
    else this.#target.removeEventListener(this.#type, this);
    this.#handler = isHandler ? handler : null;
  }

  /** As EventTarget calls a listener that is an object. */
  handleEvent(event: E): void {
    if (typeof this.#handler === "function") this.#handler.call(this.#target, event);
  }
}
