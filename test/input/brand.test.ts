// How objects are told apart when their class was loaded more than once.
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { brand, isError, isPromise } from "../../src/input/index.js";

/** One copy of a module with two classes of it. */
function load() {
  class Lamp {
    readonly #watts = 5;
    get watts(): number {
      return this.#watts;
    }
  }
  class Torch extends Lamp {}
  return { Lamp, Torch, isLamp: brand(Lamp, "TestLamp"), isTorch: brand(Torch, "TestTorch") };
}

const [here, there] = [load(), load()];

describe("a brand", () => {
  it("is known by each copy, on objects of the class and of those derived from it", () => {
    for (const { Lamp, Torch, isLamp, isTorch } of [here, there]) {
      const [lamp, torch] = [new there.Lamp(), new there.Torch()];
      expect([isLamp(lamp), isTorch(lamp), isLamp(torch), isTorch(torch)]).toEqual([
        true,
        false,
        true,
        true,
      ]);
      expect([lamp instanceof Lamp, lamp instanceof Torch]).toEqual([true, false]);
      expect([torch instanceof Lamp, torch instanceof Torch]).toEqual([true, true]);
    }
  });

  it("says nothing of classes that others derive: those have no brand of their own", () => {
    class Own extends here.Lamp {}
    expect(new there.Lamp()).not.toBeInstanceOf(Own);
    expect(new here.Lamp()).not.toBeInstanceOf(Own);
    expect(new Own()).toBeInstanceOf(Own);
    expect(new Own()).toBeInstanceOf(there.Lamp);
  });

  it.each([
    undefined,
    null,
    false,
    0,
    "",
    "lamp",
    {},
    { watts: 5 },
    () => 5,
    Symbol("lamp"),
    JSON.parse('{"plainsocket.TestLamp":true}'),
  ])("is not on %s", (value) => {
    expect(here.isLamp(value)).toBe(false);
    expect(value instanceof here.Lamp).toBe(false);
  });

  it("shows in no loop, copy or text of the object", () => {
    const lamp = new here.Lamp();
    expect(Reflect.ownKeys(lamp)).toEqual([]);
    expect(here.isLamp(Object.assign({}, lamp))).toBe(false);
    expect(here.isLamp(structuredClone(lamp))).toBe(false);
  });
});

describe("isError", () => {
  it.each([
    ["an error", new Error("e")],
    ["an error of a class", new (class extends TypeError {})("e")],
    ["an error of another realm", runInNewContext("new TypeError('e')")],
    ["a DOMException", new DOMException("e")],
    [
      "an error with a name of its own",
      Object.assign(new Error("e"), { [Symbol.toStringTag]: "Own" }),
    ],
  ])("knows %s", (_what, value) => {
    expect(isError(value)).toBe(true);
  });

  it.each([undefined, null, "Error", {}, { message: "e", stack: "" }, Uint8Array.of(1), Error])(
    "takes %s for none",
    (value) => {
      expect(isError(value)).toBe(false);
    },
  );
});

describe("a promise", () => {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what other promises are
  const ofAnotherLibrary = { then: () => {} };

  it.each([Promise.resolve(), runInNewContext("Promise.resolve()"), ofAnotherLibrary])(
    "is known, whoever made it: %o",
    (value) => {
      expect(isPromise(value)).toBe(true);
    },
  );

  // oxlint-disable-next-line unicorn/no-thenable -- a field of that name is no method
  it.each([undefined, null, true, "then", {}, { then: 1 }, () => {}])("is not %o", (value) => {
    expect(isPromise(value)).toBe(false);
  });
});
