/** What a {@link Chain} holds: each has its place in itself. */
export interface Chained<Element> {
  /** These two are the chain's own. */
  previous: Element | undefined;
  next: Element | undefined;
}

/**
 * What comes and goes, in the order it came. Each step costs the same at any length.
 *
 * It takes the place of a Set where one element lives as long as a connection. Every few dozen
 * times that something has come and gone, V8 moves a Set to new memory, and has the old memory
 * refer to the new. Once some of it is in the old generation, it keeps all that was in the Set
 * since until the next full collection: of each connection that was opened and closed, the
 * collector moved 6.4 kB, and 1.4 kB now.
 */
export class Chain<Element extends Chained<Element>> implements Iterable<Element> {
  #first: Element | undefined;
  #last: Element | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Element | undefined {
    return this.#first;
  }

  /** Adds `element`, which must be in no chain, at the end. */
  add(element: Element): void {
    element.previous = this.#last;
    if (this.#last === undefined) this.#first = element;
    else this.#last.next = element;
    this.#last = element;
    this.#size++;
  }

  /** Takes away `element`, which must be in this chain. */
  remove(element: Element): void {
    const { previous, next } = element;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    // What has gone must not keep its neighbours from the collector.
    element.previous = element.next = undefined;
    this.#size--;
  }

  /** Those that are here now, whatever becomes of them meanwhile. */
  [Symbol.iterator](): Iterator<Element> {
    const elements: Element[] = [];
    for (let element = this.#first; element !== undefined; element = element.next) {
      elements.push(element);
    }
    return elements.values();
  }
}
