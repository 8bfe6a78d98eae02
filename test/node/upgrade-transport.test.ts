// What is left of an opening handshake on an open connection: nothing.
import { describe, expect, it } from "vitest";
import { PendingTransport } from "../../src/node/upgrade-transport.js";
import { FakeClock } from "../support/clock.js";
import { collectGarbage } from "../support/retained-bytes.js";
import { MemorySocket } from "../support/wire-memory.js";
import { turn } from "../support/wire-signal.js";

const NOBODY = { onTimeout: () => {}, onOver: () => {} };

/** Accepts `transport` after a handshake that kept a request busy. */
function accepted(transport: MemorySocket): WeakRef<object>[] {
  const limits = {
    clock: new FakeClock(),
    handshakeTimeoutMs: 1,
    closeTimeoutMs: 1,
    maxQueuedBytes: 1,
  };
  const pending = new PendingTransport(transport, limits, NOBODY);
  const request = { wanted: true };
  pending.readHead(() => request.wanted);
  pending.wanted = { end: () => (request.wanted = false) };
  pending.accept();
  return [new WeakRef(pending), new WeakRef(request)];
}

describe("a transport that was accepted", () => {
  it("keeps nothing of its handshake alive", async () => {
    const [transport] = MemorySocket.pair();
    const left = accepted(transport);
    await turn();
    collectGarbage();

    expect(left.map((one) => one.deref())).toEqual([undefined, undefined]);
    expect(transport.destroyed).toBe(false);
    transport.destroy();
  });
});
