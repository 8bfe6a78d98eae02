// What an opening handshake leaves to an open connection: the bytes behind the head, and nothing else.
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { PendingTransport } from "../../../src/node/server/pending.js";
import { FakeClock } from "../../support/clock.js";
import { collectGarbage } from "../../support/retained-bytes.js";
import { MemorySocket } from "../../support/wire-memory.js";
import { turn } from "../../support/wire-signal.js";

const LIMITS = {
  clock: new FakeClock(),
  handshakeTimeoutMs: 1,
  closeTimeoutMs: 1,
  maxQueuedBytes: 1,
};

const NOBODY = { onTimeout: () => {}, onOver: () => {} };

/** Accepts `transport` after a handshake that kept a request busy. */
function accepted(transport: MemorySocket): WeakRef<object>[] {
  const pending = new PendingTransport(transport, LIMITS, NOBODY);
  const request = { wanted: true };
  pending.readHead(() => request.wanted);
  pending.wanted = { end: () => (request.wanted = false) };
  pending.accept();
  return [new WeakRef(pending), new WeakRef(request)];
}

describe("a transport that was accepted", () => {
  it("has the bytes behind the head, of another realm too [M10]", () => {
    const [transport] = MemorySocket.pair();
    const pending = new PendingTransport(transport, LIMITS, NOBODY);
    pending.keep(runInNewContext("new Uint8Array([0, 1, 2, 3]).subarray(1)"));
    pending.keep(Uint8Array.of(4));
    expect([...pending.accept()]).toEqual([1, 2, 3, 4]);
    transport.destroy();
  });

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
