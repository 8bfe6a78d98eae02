import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveClusterOptions } from "../../src/cluster/options.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { realClock } from "../../src/node/index.js";
import { FakeClock } from "../support/clock.js";

const broker = new MemoryBroker();
const onEvent = (): void => {};

const LIMITS = [
  "heartbeatIntervalMs",
  "nodeTtlMs",
  "maxPayloadBytes",
  "maxQueuedBytes",
  "maxQueuedMessages",
] as const;

describe("the options of a cluster", () => {
  it("are as documented where nothing is said, or undefined", () => {
    const defaults = {
      broker,
      clock: realClock,
      onEvent,
      heartbeatIntervalMs: 5_000,
      nodeTtlMs: 15_000,
      maxPayloadBytes: 16_777_216,
      maxQueuedBytes: 16_777_216,
      maxQueuedMessages: 10_000,
    };
    expect(resolveClusterOptions({ broker }, onEvent)).toEqual(defaults);
    const unsaid = Object.fromEntries(LIMITS.map((name) => [name, undefined]));
    expect(resolveClusterOptions({ broker, clock: undefined, ...unsaid }, onEvent)).toEqual(
      defaults,
    );
  });

  it("are taken as they are", () => {
    const clock = new FakeClock();
    const limits = {
      heartbeatIntervalMs: 1,
      nodeTtlMs: Infinity,
      maxPayloadBytes: 0.5,
      maxQueuedBytes: 3,
      maxQueuedMessages: 4,
    };
    const resolved = resolveClusterOptions({ broker, clock, ...limits }, onEvent);
    expect(resolved).toEqual({ broker, clock, onEvent, ...limits });
  });

  it.each(LIMITS)(
    "cannot have a %s of 0 or less, or none at all, and the error names it",
    (name) => {
      for (const value of [0, -1, -Infinity, Number.NaN]) {
        const resolve = (): unknown => resolveClusterOptions({ broker, [name]: value }, onEvent);
        expect(resolve).toThrow(new RangeError(`${name} must be above 0, not ${value}`));
      }
    },
  );

  it("let a node live: the time after which it is gone is above that between its signs of life", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e9, noNaN: true }),
        fc.double({ min: 0.001, max: 1e9, noNaN: true }),
        (heartbeatIntervalMs, nodeTtlMs) => {
          const options = { broker, heartbeatIntervalMs, nodeTtlMs };
          const resolve = (): unknown => resolveClusterOptions(options, onEvent);
          if (nodeTtlMs > heartbeatIntervalMs) expect(resolve()).toMatchObject(options);
          else expect(resolve).toThrow(/nodeTtlMs \S+ must be above heartbeatIntervalMs/);
        },
      ),
    );
  });
});
