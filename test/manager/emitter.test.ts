import { describe, expect, it } from "vitest";
import { Emitter } from "../../src/manager/emitter.js";

class Bell extends Emitter<{ ring: [times: number]; constructor: [] }> {
  readonly added: string[] = [];
  readonly errors: unknown[] = [];

  ring(times: number): Promise<void> | undefined {
    return this.emit("ring", (error) => this.errors.push(error), times);
  }

  protected override listenerAdded(name: string): void {
    this.added.push(name);
  }
}

describe("events of a manager", () => {
  it("go to listeners in their order, and to nobody without", () => {
    const bell = new Bell();
    const heard: string[] = [];
    expect(bell.ring(0)).toBeUndefined();
    bell
      .on("ring", (times) => heard.push(`a${times}`))
      .on("ring", (times) => heard.push(`b${times}`));
    void bell.ring(1);

    expect(heard).toEqual(["a1", "b1"]);
    expect(bell.added).toEqual(["ring", "ring"]);
    expect(bell.listenerCount("ring")).toBe(2);
    expect(bell.listenerCount("constructor")).toBe(0);
  });

  it("wait for listeners that take their time, and no listener for another's error", async () => {
    const bell = new Bell();
    let isDone = false;
    bell.on("ring", () => {
      throw new Error("thrown");
    });
    bell.on("ring", () => Promise.reject(new Error("rejected")));
    bell.on("ring", async () => {
      await Promise.resolve();
      isDone = true;
    });
    await bell.ring(1);

    expect(isDone).toBe(true);
    expect(bell.errors).toEqual([new Error("thrown"), new Error("rejected")]);
  });

  it("are for those who listened when they began", () => {
    const bell = new Bell();
    const heard: string[] = [];
    const second = (): unknown => heard.push("second");
    bell.on("ring", () => {
      heard.push("first");
      bell.off("ring", second);
      bell.on("ring", () => heard.push("third"));
    });
    bell.on("ring", second);
    void bell.ring(1);

    expect(heard).toEqual(["first", "second"]);
  });

  it("forget listeners that are taken away, the latest of equal ones first", () => {
    const bell = new Bell();
    const heard: number[] = [];
    const listener = (times: number): unknown => heard.push(times);
    bell.on("ring", listener).on("ring", listener).off("ring", listener);
    bell.off("ring", () => {}).off("constructor", () => {});
    void bell.ring(7);

    expect(heard).toEqual([7]);
  });
});
