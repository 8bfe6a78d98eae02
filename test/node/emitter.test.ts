import { describe, expect, it, vi } from "vitest";
import type { Names } from "../../src/input/index.js";
import { Emitter } from "../../src/node/emitter.js";

interface DoorEvents {
  knock: [times: number];
  ring: [];
}

class Door extends Emitter<DoorEvents> {
  readonly added: PropertyKey[] = [];

  knock(times: number, failed: (error: unknown) => void = () => {}): Promise<void> | undefined {
    return this.emit("knock", failed, times);
  }

  protected override events(): Names<DoorEvents> {
    return { owner: "a door", known: { knock: true, ring: true } };
  }

  protected override listenerAdded(name: PropertyKey): void {
    this.added.push(name);
  }
}

describe("Emitter", () => {
  it("calls listeners in the order they were added, each as often as it was added", () => {
    const door = new Door();
    const log: string[] = [];
    const a = (times: number): unknown => log.push(`a${times}`);
    door
      .on("knock", a)
      .on("knock", (times) => log.push(`b${times}`))
      .on("knock", a);
    void door.knock(2);
    expect(log).toEqual(["a2", "b2", "a2"]);
    expect(door.listenerCount("knock")).toBe(3);
    expect(door.listenerCount("ring")).toBe(0);
    expect(door.added).toEqual(["knock", "knock", "knock"]);
  });

  it("takes away the listener added last, also one added with once, and ignores strangers", () => {
    const door = new Door();
    const listener = vi.fn<(times: number) => void>();
    door.on("knock", listener).once("knock", listener);
    door.off("knock", () => {});
    door.off("knock", listener);
    void door.knock(1);
    void door.knock(2);
    expect(listener.mock.calls).toEqual([[1], [2]]);
  });

  it("calls a once listener once, also when it emits again from inside", () => {
    const door = new Door();
    let count = 0;
    door.once("knock", () => {
      count++;
      void door.knock(2);
    });
    void door.knock(1);
    expect(count).toBe(1);
  });

  it("refuses an event that does not exist, and what is no function, on every way [M04]", () => {
    const door = new Door();
    const listener = vi.fn<() => void>();
    for (const method of ["on", "once", "off"] as const) {
      // @ts-expect-error -- no such event
      expect(() => door[method]("knok", listener), method).toThrow(
        new TypeError(
          'a door has no event "knok": did you mean "knock"? Its events are knock, ring',
        ),
      );
      // @ts-expect-error -- no such event
      expect(() => door[method]("toString", listener), method).toThrow(/no event "toString"/);
    }
    for (const method of ["on", "once"] as const) {
      // @ts-expect-error -- no function
      expect(() => door[method]("ring", undefined), method).toThrow(
        "a listener must be a function",
      );
    }
    expect(door.added).toEqual([]);
  });

  it("does nothing for an event without listeners, whatever its name", () => {
    expect(new Door().knock(1)).toBeUndefined();
  });

  it.each(["constructor", "toString", "__proto__"])(
    "knows no listener of %s before one is added",
    (name) => {
      const emitter = new (class extends Emitter<Record<string, [number]>> {
        tell = (value: number) => this.emit(name, () => {}, value);
        protected override events = () => ({ owner: "it", known: { [name]: true as const } });
      })();
      const listener = vi.fn<(value: number) => void>();
      expect(emitter.listenerCount(name)).toBe(0);
      emitter.off(name, listener).on(name, listener);
      expect(emitter.listenerCount(name)).toBe(1);
      void emitter.tell(7);
      emitter.off(name, listener);
      void emitter.tell(8);
      expect(listener.mock.calls).toEqual([[7]]);
      expect(emitter.listenerCount(name)).toBe(0);
    },
  );

  it("keeps to the listeners there were when the event began", () => {
    const door = new Door();
    const late = vi.fn<() => void>();
    door.on("knock", () => void door.on("knock", late));
    void door.knock(1);
    expect(late).not.toHaveBeenCalled();
  });

  it("tells of each error, and calls the others all the same", async () => {
    const door = new Door();
    const last = vi.fn<() => void>();
    const failed = vi.fn<(error: unknown) => void>();
    door.on("knock", () => {
      throw new Error("thrown");
    });
    door.on("knock", () => Promise.reject(new Error("rejected")));
    door.on("knock", last);
    await door.knock(1, failed);
    expect(last).toHaveBeenCalledTimes(1);
    expect(failed.mock.calls.map(([error]) => error)).toEqual([
      new Error("thrown"),
      new Error("rejected"),
    ]);
  });

  it("gives a promise that waits for all of them, and never rejects", async () => {
    const door = new Door();
    const log: string[] = [];
    const gates: (() => void)[] = [];
    for (const name of ["a", "b"]) {
      door.on("knock", async () => {
        await new Promise<void>((open) => gates.push(open));
        log.push(name);
      });
    }
    const settled = door.knock(1)?.then(() => log.push("settled"));
    gates[1]?.();
    await Promise.resolve();
    gates[0]?.();
    await settled;
    expect(log).toEqual(["b", "a", "settled"]);
  });

  it("waits for promises, and not for other values", () => {
    const door = new Door();
    door.on("knock", () => ({})).on("knock", () => null);
    expect(door.knock(1)).toBeUndefined();
  });

  it("does not grow when listeners come and go", () => {
    const door = new Door();
    for (let i = 0; i < 10_000; i++) {
      const listener = (): void => {};
      door.on("knock", listener).off("knock", listener);
    }
    expect(door.listenerCount("knock")).toBe(0);
  });
});
