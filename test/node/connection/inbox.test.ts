import { describe, expect, it, vi } from "vitest";
import { Inbox } from "../../../src/node/connection/inbox.js";
import { Budget } from "../../../src/protocol/budget.js";

describe("Inbox", () => {
  it("charges the connection's budget for what waits, and nothing more when it is taken or dropped", () => {
    const budget = new Budget();
    const inbox = new Inbox(budget);
    inbox.push("x".repeat(1_000), true);
    inbox.push(Buffer.alloc(0), false);
    expect(budget.queuedBytes).toBe(1_400);
    expect(inbox.shift()).toMatchObject({ isText: true });
    expect(budget.heldBytes).toBe(200);
    inbox.push("y", true);
    inbox.clear();
    expect(budget.heldBytes).toBe(0);
    expect(inbox.isEmpty).toBe(true);
    expect(inbox.shift()).toBeUndefined();
  });

  it("gives messages to readers in the order they began to wait", async () => {
    const inbox = new Inbox(new Budget());
    const iterator = inbox.iterate(() => {});
    const [first, second] = [iterator.next(), iterator.next()];
    expect(inbox.hasReader).toBe(true);
    inbox.give("1");
    inbox.give("2");
    expect(await Promise.all([first, second])).toEqual([
      { value: "1", done: false },
      { value: "2", done: false },
    ]);
    const waiting = iterator.next();
    inbox.end();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });

  it("ends the reads that an iterator has left when it is returned, and loses nothing to them", async () => {
    const inbox = new Inbox(new Budget());
    const [given, kept] = [inbox.iterate(() => {}), inbox.iterate(() => {})];
    const reads = [given.next(), kept.next(), given.next()];
    expect(await given.return?.()).toEqual(DONE);
    expect(await Promise.all([reads[0], reads[2]])).toEqual([DONE, DONE]);
    expect(inbox.isIterated).toBe(true);
    inbox.give("for the one that is left");
    expect(await reads[1]).toEqual({ value: "for the one that is left", done: false });
    expect(inbox.hasReader).toBe(false);
  });

  it("lets the event loop turn behind many reads, and ends those that are over by then", async () => {
    const inbox = new Inbox(new Budget());
    const iterator = inbox.iterate(() => {
      const next = inbox.hasReader ? inbox.shift() : undefined;
      if (next !== undefined) inbox.give(next.message);
    });
    for (let i = 0; i < 3_000; i++) inbox.push("", true);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (let i = 0; i < 3_000; i++) await iterator.next();
    expect(turns).toBeGreaterThanOrEqual(2);
    isOver = true;
    const reads = Array.from({ length: 1_024 }, () => iterator.next()); // one of them waits for a turn
    await iterator.return?.();
    expect(await Promise.all(reads)).toEqual(reads.map(() => DONE));
  });

  it("takes a second return and throw for what they are: nothing changes", async () => {
    const inbox = new Inbox(new Budget());
    const wanted = vi.fn<() => void>();
    const [one, other] = [inbox.iterate(wanted), inbox.iterate(wanted)];
    const read = one.next();
    await expect(one.throw?.(new Error("given up"))).rejects.toThrow("given up");
    await expect(one.throw?.(new Error("again"))).rejects.toThrow("again");
    expect([await read, await one.return?.(), await one.return?.(), await one.next()]).toEqual(
      Array.from({ length: 4 }, () => DONE),
    );
    expect(inbox.isIterated).toBe(true);
    await other.return?.();
    expect(inbox.isIterated).toBe(false);
  });
});

const DONE = { value: undefined, done: true };
