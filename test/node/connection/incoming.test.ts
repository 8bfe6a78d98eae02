// How messages reach the owner of an Incoming. The behaviour of whole connections is in the other tests here.
import { describe, expect, it } from "vitest";
import { Incoming, type IncomingOwner } from "../../../src/node/connection/incoming.js";
import { Budget } from "../../../src/protocol/budget.js";
import { settle } from "../../support/raw-peer.js";

/** A connection whose listener works until it is told to finish. */
class Owner implements IncomingOwner {
  readonly log: string[] = [];
  isListening = true;
  finish: (() => void) | undefined;

  hasListener(): boolean {
    return this.isListening;
  }

  emitMessage(message: string | Buffer): Promise<void> {
    this.log.push(message.toString());
    return new Promise((resolve) => (this.finish = resolve));
  }

  onGuardError(error: unknown): void {
    this.log.push(`guard: ${String(error)}`);
  }

  onDelivered(): void {
    this.log.push("delivered");
  }

  awaitsDelivery(): boolean {
    return false;
  }
}

async function scene() {
  const owner = new Owner();
  const budget = new Budget();
  const incoming = new Incoming(owner, budget, 1_000);
  await settle();
  owner.log.length = 0;
  return { owner, budget, incoming };
}

describe("Incoming", () => {
  it("gives its owner one message at a time, and says when the next can come", async () => {
    const { owner, incoming } = await scene();
    incoming.take("1", true);
    incoming.take("2", true);
    expect(owner.log).toEqual(["1"]);
    expect([incoming.isAnswering, incoming.isEmpty]).toEqual([true, false]);
    owner.finish?.();
    await settle();
    expect(owner.log).toEqual(["1", "2", "delivered"]);
    owner.finish?.();
    await settle();
    expect([incoming.isAnswering, incoming.isEmpty]).toEqual([false, true]);
  });

  it("wants no more while what waits is over the limit", async () => {
    const { owner, budget, incoming } = await scene();
    owner.isListening = false;
    incoming.take("x".repeat(1_000), true);
    expect(budget.queuedBytes).toBeGreaterThan(1_000);
    expect(incoming.wantsMore()).toBe(false);
    expect(incoming.unreadMessages).toBe(1);
    incoming.clear();
    expect(incoming.wantsMore()).toBe(true);
    expect(incoming.unreadMessages).toBe(1); // dropped ones count
  });

  it("reports a guard that throws, and drops the message", async () => {
    const { owner, incoming } = await scene();
    incoming.guard = () => {
      throw new Error("no");
    };
    await settle();
    owner.log.length = 0;
    incoming.take("1", true);
    expect(owner.log).toEqual(["guard: Error: no"]);
    expect(incoming.isEmpty).toBe(true);
  });
});
