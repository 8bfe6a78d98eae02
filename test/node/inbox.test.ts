import { describe, expect, it } from "vitest";
import { Inbox } from "../../src/node/inbox.js";
import { Budget } from "../../src/protocol/budget.js";

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
});
