import { describe, expect, it, vi } from "vitest";
import { ClusterQueue, type Outgoing } from "../../src/cluster/queue.js";
import { FakeClock } from "../support/clock.js";

/** Sends that are settled by hand. */
class Engine {
  readonly log: string[] = [];
  readonly #pending: { resolve: () => void; reject: () => void }[] = [];

  outgoing(name: string, bytes = 1): Outgoing {
    return {
      bytes,
      send: async () => {
        this.log.push(name);
        await new Promise<void>((resolve, reject) => {
          this.#pending.push({ resolve, reject: () => reject(new Error("refused")) });
        });
      },
    };
  }

  async settle(...outcomes: ("resolve" | "reject")[]): Promise<void> {
    for (const outcome of outcomes) this.#pending.shift()?.[outcome]();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function queueWith(limits: { maxMessages?: number; maxBytes?: number } = {}): {
  clock: FakeClock;
  engine: Engine;
  queue: ClusterQueue;
  onOverflow: () => void;
  onRefused: () => void;
} {
  const [clock, engine] = [new FakeClock(), new Engine()];
  const [onOverflow, onRefused] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const queue = new ClusterQueue({
    clock,
    maxMessages: Infinity,
    maxBytes: Infinity,
    onOverflow,
    onRefused,
    ...limits,
  });
  return { clock, engine, queue, onOverflow, onRefused };
}

describe("ClusterQueue", () => {
  it("sends at once when nothing is under way, and the rest together when it is done", async () => {
    const { engine, queue } = queueWith();
    for (const name of ["a", "b", "c"]) queue.add(engine.outgoing(name));
    expect(engine.log).toEqual(["a"]);
    await engine.settle("resolve");
    expect(engine.log).toEqual(["a", "b", "c"]);
    const empty = queue.whenEmpty();
    await engine.settle("resolve", "resolve");
    await empty;
    expect([queue.messages, queue.bytes]).toEqual([0, 0]);
    await queue.whenEmpty();
  });

  it("sends again what failed, in its order and before the rest, after longer and longer", async () => {
    const { clock, engine, queue } = queueWith();
    for (const name of ["a", "b", "c", "d"]) queue.add(engine.outgoing(name));
    await engine.settle("resolve");
    await engine.settle("reject", "resolve", "reject");
    expect(queue.messages).toBe(2);
    queue.add(engine.outgoing("e"));
    clock.advance(49);
    expect(engine.log.slice(4)).toEqual([]);
    clock.advance(1);
    expect(engine.log.slice(4)).toEqual(["b", "d", "e"]);
    await engine.settle("reject", "resolve", "resolve");
    clock.advance(99);
    expect(engine.log.slice(7)).toEqual([]);
    queue.retry();
    expect(engine.log.slice(7)).toEqual(["b"]);
    await engine.settle("reject");
    clock.advance(50);
    expect(engine.log.slice(8)).toEqual(["b"]);
  });

  it("drops the oldest that is not under way, and tells once for a run of them", async () => {
    const { engine, queue, onOverflow } = queueWith({ maxMessages: 3 });
    for (const name of ["a", "b", "c"]) queue.add(engine.outgoing(name));
    expect(onOverflow).not.toHaveBeenCalled();
    for (const name of ["d", "e"]) queue.add(engine.outgoing(name));
    const exceeded = { option: "maxQueuedMessages", limit: 3, value: 4 };
    expect(onOverflow).toHaveBeenCalledExactlyOnceWith(exceeded);
    expect([queue.dropped, queue.messages, queue.bytes]).toEqual([2, 3, 3]);
    await engine.settle("resolve");
    expect(engine.log).toEqual(["a", "d", "e"]);
    await engine.settle("resolve", "resolve");
    for (const name of ["f", "g", "h", "i"]) queue.add(engine.outgoing(name));
    expect(onOverflow).toHaveBeenCalledTimes(2);
  });

  it("drops as many as the bytes of a large one ask for, and that one when it is alone too large", () => {
    const { engine, queue, onOverflow } = queueWith({ maxBytes: 10 });
    for (const name of ["a", "b", "c"]) queue.add(engine.outgoing(name, 3));
    queue.add(engine.outgoing("d", 6));
    expect([queue.dropped, queue.bytes]).toEqual([2, 9]);
    const exceeded = { option: "maxQueuedBytes", limit: 10, value: 15 };
    expect(onOverflow).toHaveBeenCalledExactlyOnceWith(exceeded);
    queue.add(engine.outgoing("e", 11));
    expect([queue.dropped, queue.bytes]).toEqual([4, 3]);
  });

  it("gives up a message that the engine refuses while it takes others, and none when it takes nothing", async () => {
    const { clock, engine, queue, onRefused } = queueWith();
    queue.add(engine.outgoing("poison"));
    for (let attempt = 0; attempt < 10; attempt++) {
      await engine.settle("reject");
      clock.advance(2_000);
    }
    expect(queue.messages).toBe(1);
    for (const name of ["a", "b", "c"]) {
      queue.add(engine.outgoing(name));
      await engine.settle("reject");
      clock.advance(2_000);
      await engine.settle("reject", "resolve");
      clock.advance(2_000);
    }
    await engine.settle("reject");
    expect([queue.messages, queue.dropped, queue.bytes]).toEqual([0, 1, 0]);
    expect(onRefused).toHaveBeenCalledTimes(1);
  });

  it("says of each message, once, that it waits no longer, whatever became of it", async () => {
    const { clock, engine, queue } = queueWith({ maxMessages: 3 });
    const settled: string[] = [];
    const add = (name: string): void =>
      queue.add({ ...engine.outgoing(name), settled: () => settled.push(name) });
    for (const name of ["a", "b", "c", "d"]) add(name);
    expect(settled).toEqual(["b"]);
    await engine.settle("reject");
    expect(settled).toEqual(["b"]);
    clock.advance(2_000);
    await engine.settle("resolve", "reject", "resolve");
    expect(settled).toEqual(["b", "a", "d"]);
    queue.close();
    expect(settled).toEqual(["b", "a", "d", "c"]);
  });

  it("gives up everything when it is closed", async () => {
    const { clock, engine, queue } = queueWith();
    queue.add(engine.outgoing("a"));
    queue.add(engine.outgoing("b"));
    const empty = queue.whenEmpty();
    queue.close();
    await empty;
    await engine.settle("reject");
    queue.add(engine.outgoing("c"));
    queue.retry();
    clock.advance(10_000);
    expect(engine.log).toEqual(["a"]);
    expect([queue.messages, queue.bytes, clock.timers]).toEqual([0, 0, 0]);
  });
});
