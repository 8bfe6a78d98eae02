/**
 * First in, first out, and out of the middle where it must be. Each step costs the
 * same at any length: `Array.shift` moves all that is left, once an array is long.
 */
export class Queue<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What {@link shift} would give. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Adds `value` at the end. @returns Its place, for {@link remove}. */
  push(value: T): Place<T> {
    const place: Place<T> = { value, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.#length++;
    return place;
  }

  /** Removes the first value and gives it; `undefined` when there is none. */
  shift(): T | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.remove(place);
    return place.value;
  }

  /** Removes what is at `place`, which must be in this queue. */
  remove(place: Place<T>): void {
    const { previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    // An old place must not keep those behind it from the collector.
    place.previous = place.next = undefined;
    this.#length--;
  }

  clear(): void {
    this.#first = this.#last = undefined;
    this.#length = 0;
  }

  /** The places from first to last. The one that was given last may be removed meanwhile. */
  *places(): Generator<Place<T>, void, undefined> {
    for (let place = this.#first; place !== undefined;) {
      const { next } = place;
      yield place;
      place = next;
    }
  }
}

/** Where a value stands in a {@link Queue}. */
export interface Place<T> {
  readonly value: T;
  /** The queue's own. */
  previous: Place<T> | undefined;
  next: Place<T> | undefined;
}
