// A transport that goes from hand to hand: one user at a time gets what happens on it.
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import {
  leaveTransport,
  lendTo,
  type TransportUser,
  useTransport,
} from "../../../src/node/connection/transport-user.js";
import { RawPeer, settle } from "../../support/raw-peer.js";
import { collectGarbage } from "../../support/retained-bytes.js";
import { frame } from "../../support/wire-frame.js";
import { turn } from "../../support/wire-signal.js";

/** Writes down what it gets. */
function recorder(log: string[], name: string): TransportUser {
  return {
    onData: (chunk) => log.push(`${name} data ${chunk.toString()}`),
    onDrain: () => log.push(`${name} drain`),
    onEnd: () => log.push(`${name} end`),
    onError: ({ message }) => log.push(`${name} error ${message}`),
    onClose: () => log.push(`${name} close`),
  };
}

function transport(): Duplex {
  return new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => setImmediate(done),
    highWaterMark: 1,
  });
}

describe("the user of a transport", () => {
  it("gets all that happens on it", async () => {
    const log: string[] = [];
    const used = transport();
    useTransport(used, recorder(log, "one"));
    used.push("1");
    await turn();
    used.write("xx");
    await new Promise((resolve) => used.once("drain", resolve));
    used.push(null);
    await turn();
    used.destroy(new Error("broken"));
    await turn();
    expect(log).toEqual(["one data 1", "one drain", "one end", "one error broken", "one close"]);
  });

  it("is the last one only, without a listener more for it", async () => {
    const log: string[] = [];
    const used = transport();
    useTransport(used, recorder(log, "one"));
    const listeners = used.eventNames().map((name) => used.listenerCount(name));
    useTransport(used, recorder(log, "two"));
    used.push("1");
    await turn();
    leaveTransport(used);
    used.push("2");
    await turn();
    useTransport(used, recorder(log, "three"));
    used.push("3");
    await turn();
    expect(log).toEqual(["two data 1", "three data 3"]);
    expect(used.eventNames().map((name) => used.listenerCount(name))).toEqual(listeners);
  });

  it("is lent what somebody else has read, if it takes that", () => {
    const log: string[] = [];
    const used = transport();
    expect(lendTo(used, Buffer.from("0"))).toBe(false);
    useTransport(used, recorder(log, "one"));
    expect(lendTo(used, Buffer.from("1"))).toBe(false);
    const onLentData = (chunk: Buffer): void => void log.push(`two lent ${chunk.toString()}`);
    useTransport(used, { ...recorder(log, "two"), onLentData });
    expect(lendTo(used, Buffer.from("2"))).toBe(true);
    leaveTransport(used);
    expect(lendTo(used, Buffer.from("3"))).toBe(false);
    expect(log).toEqual(["two lent 2"]);
  });

  it("is not kept by who keeps the transport once it is closed", async () => {
    const used = transport();
    const user = new WeakRef(recorder([], "one"));
    useTransport(used, user.deref()!);
    used.destroy();
    await turn();
    collectGarbage();
    expect(user.deref()).toBeUndefined();
  });

  it("leaves nobody who would make the process fail for an error", async () => {
    const log: string[] = [];
    const used = transport();
    useTransport(used, recorder(log, "one"));
    leaveTransport(used);
    used.destroy(new Error("broken"));
    await turn();
    expect(used.errored).toMatchObject({ message: "broken" });
    expect(log).toEqual([]);
  });
});

describe("a transport that throws [M01]", () => {
  const oops = new Error("oops");
  const fails = (): never => {
    throw oops;
  };
  const failure = { code: "TRANSPORT_FAILED", cause: oops };

  it("ends its connection when it throws in a method, with the error in the end's info", async () => {
    for (const method of ["write", "cork", "end", "pause", "resume"] as const) {
      const peer = new RawPeer({ maxQueuedBytes: 1 });
      peer.transport[method] = fails;
      peer.connection.on("message", () => {}); // `resume`, after `pause`
      peer.connection.pause();
      peer.message("x".repeat(10));
      await settle();
      peer.connection.resume();
      for (let i = 0; i < 3; i++) peer.connection.send(Buffer.alloc(20_000));
      await settle();
      peer.connection.close();
      peer.send(frame(8));
      await settle();
      peer.clock.advance(60_000);
      const { error } = await peer.connection.closed;
      expect([method, error]).toEqual([method, expect.objectContaining(failure)]);
      expect(peer.transport.destroyed).toBe(true);
    }
  });

  it("ends its connection when it cannot be destroyed, either", async () => {
    const peer = new RawPeer();
    peer.transport.write = fails;
    peer.transport.destroy = fails;
    peer.connection.send("x");
    expect(await peer.connection.closed).toMatchObject({ error: failure });
    const other = new RawPeer();
    other.transport.destroy = fails;
    other.connection.terminate();
    expect(await other.connection.closed).toMatchObject({ error: { code: "TERMINATED" } });
    expect(peer.clock.timers + other.clock.timers).toBe(0);
  });
});
