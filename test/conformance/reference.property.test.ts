/**
 * The library against the reference decoder: whatever a peer sends, however it is
 * cut, both report the same, and each event gets the answer that the RFC asks for.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Role } from "../../src/protocol/connection-options.js";
import { expectedAnswers, observe, reference } from "../support/observed-connection.js";
import { conversation, cutStream, cutting } from "../support/wire-arbitraries.js";

const roles = fc.constantFrom<Role>("client", "server");

const agreements = fc.option(
  fc.record({ windowBits: fc.integer({ min: 9, max: 15 }), contextTakeover: fc.boolean() }),
  { nil: undefined },
);

/** Small enough that a random conversation meets them, large enough that most do not. */
const limits = fc.record({
  maxMessageBytes: fc.constantFrom(40, 400, 70_000),
  maxFragments: fc.constantFrom(3, 7, 1_000),
});

const cases = fc
  .record({
    role: roles,
    deflate: agreements,
    limits,
    textAsBytes: fc.boolean(),
    zeroCopy: fc.boolean(),
  })
  .chain((settings) =>
    fc.record({
      settings: fc.constant(settings),
      stream: conversation(settings),
      places: cutting,
    }),
  );

describe("ProtocolConnection", () => {
  it("reports what the reference decoder reports, and answers each event, in both roles and for any cut [6455-5.4-09] [6455-10-10]", () => {
    fc.assert(
      fc.property(cases, ({ settings, stream, places }) => {
        const { events, unfinished, doubtful } = reference(settings, stream);
        const observed = observe(settings, cutStream(stream, places));

        if (doubtful) {
          expect(observed.events.slice(0, events.length)).toEqual(events);
          return;
        }
        // A header that is cut off may already be enough to see a broken rule.
        const early = unfinished === "header" && observed.events.length > events.length;
        const due = early ? [...events, { type: "failed", closeCode: 1002 } as const] : events;
        expect(observed.events).toEqual(due);
        expect(observed.answers).toEqual(expectedAnswers(due));
      }),
    );
  });

  it("gets mostly legal conversations in this test, and every kind of event", () => {
    const seen = new Map<string, number>();
    const samples = fc.sample(cases, { numRuns: 600, seed: 1 });
    for (const { settings, stream } of samples) {
      for (const event of reference(settings, stream).events) {
        const name = event.type === "failed" ? `failed ${event.closeCode}` : event.type;
        seen.set(name, (seen.get(name) ?? 0) + 1);
      }
    }
    for (const name of ["text", "binary", "ping", "pong", "close", "failed 1002"]) {
      expect(seen.get(name), name).toBeGreaterThan(50);
    }
    for (const name of ["failed 1007", "failed 1008", "failed 1009"]) {
      expect(seen.get(name), name).toBeGreaterThan(5);
    }
  });
});
