/** How functions of an application misbehave, and what a test of one of them needs. */
// oxlint-disable unicorn/no-thenable -- promises that are none are what is tried here
import { expect } from "vitest";
import { settle } from "../../support/raw-peer.js";
import type { World } from "../../support/universal.js";

const oops = new Error("oops");

/** `isFailure`: what it does is an error, whoever asks; the rest may be an answer, or is one of the wrong type. */
export interface Way {
  readonly name: string;
  readonly isFailure: boolean;
  readonly call: () => unknown;
}

const fails = (): never => {
  throw oops;
};

// oxfmt-ignore
export const WAYS: readonly Way[] = [
  { name: "throws",                                      isFailure: true,  call: fails },
  // oxlint-disable-next-line typescript/only-throw-error -- that is what is tried here
  { name: "throws undefined",                            isFailure: true,  call: () => { throw undefined; } },
  { name: "rejects",                                     isFailure: true,  call: () => Promise.reject(oops) },
  { name: "returns a thenable that throws",              isFailure: true,  call: () => ({ then: fails }) },
  { name: "returns a thenable whose then cannot be got", isFailure: true,  call: () => ({ get then() { return fails(); } }) },
  { name: "returns a thenable that calls back twice",    isFailure: true,  call: () => ({ then: (done: () => void, failed: (error: unknown) => void) => { failed(oops); done(); failed(oops); } }) },
  { name: "returns a thenable that never calls back",    isFailure: false, call: () => ({ then: () => {} }) },
  { name: "never settles",                               isFailure: false, call: () => new Promise(() => {}) },
  { name: "returns a symbol",                            isFailure: false, call: () => Symbol("wrong") },
  { name: "returns an empty object",                     isFailure: false, call: () => ({}) },
];

/** Assignable to a function of any type. */
export type Hook = (...values: readonly unknown[]) => never;

/** Runs one misbehaving function, and keeps what is told of it. */
export class Stage {
  readonly world: World;
  /** What `onHandlerError` was told. */
  readonly reports: unknown[] = [];
  /** How many functions have misbehaved. */
  misbehaved = 0;
  readonly #way: Way;
  #made = 0;

  constructor(world: World, way: Way) {
    this.world = world;
    this.#way = way;
  }

  readonly onHandlerError = (error: unknown): void => void this.reports.push(error);

  /** A function that misbehaves when it is called for the first time, and then does as `good` does. */
  hook(good: (...values: readonly unknown[]) => unknown = () => undefined): Hook {
    let calls = 0;
    this.#made++;
    const misbehave = (): unknown => {
      this.misbehaved++;
      return this.#way.call();
    };
    return function hook(this: unknown, ...values): never {
      const result: unknown = calls++ === 0 ? misbehave() : Reflect.apply(good, this, [...values]);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it stands for what any type wants
      return result as never;
    };
  }

  /** Lets all that is due happen, and the deadlines of handshakes, closes and requests pass. */
  async pass(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await settle();
      this.world.clock.advance(40_000);
    }
    await settle();
  }

  /** @param reports - How often a failure is told to `onHandlerError`. */
  check(reports: number): void {
    expect(this.misbehaved).toBe(this.#made);
    const told = this.reports.length;
    if (this.#way.isFailure) expect(told).toBe(reports * this.#made);
    else expect(told).toBeLessThanOrEqual(reports * this.#made);
  }
}

/** One row: makes the function run, and looks at who is affected. */
export interface Scenario {
  readonly run: (stage: Stage) => Promise<void>;
  /** @defaultValue 1 */
  readonly reports?: number;
}

export type Rows = Readonly<Record<string, Scenario>>;
