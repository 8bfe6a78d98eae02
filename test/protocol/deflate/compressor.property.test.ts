import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import { anyMessage, streamRuns, zlibVerdict } from "../../support/deflate-oracle.js";
import { inspectPayload } from "../../support/deflate-window.js";

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const anyOptions = fc.record({
  windowBits: fc.integer({ min: 8, max: 15 }),
  contextTakeover: fc.boolean(),
  level: fc.integer({ min: 1, max: 9 }),
});

describe("Compressor", () => {
  it("writes what zlib and our decompressor inflate, and grows nothing by more than promised", () => {
    const messages = fc.array(anyMessage(150_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(anyOptions, messages, (options, conversation) => {
        const compressor = new Compressor(options);
        const { windowBits, contextTakeover } = options;
        const decompressor = new Decompressor({ windowBits, contextTakeover });
        let history: Uint8Array = new Uint8Array(0);
        for (const message of conversation) {
          const payload = compressor.compress(message);
          expect(payload.length).toBeLessThanOrEqual(
            message.length + 5 * Math.ceil(message.length / 65_535) + 1,
          );
          expect(isEqual(zlibVerdict(payload, history)!, message)).toBe(true);
          expect(isEqual(decompressor.decompress(payload, message.length), message)).toBe(true);
          if (!options.contextTakeover) continue;
          history = Buffer.concat([history, message]).subarray(-(2 ** options.windowBits));
          expect(isEqual(compressor.history, history)).toBe(true);
        }
      }),
      streamRuns(150),
    );
  });

  it("never reaches behind the window (D06) [7692-7-19] [7692-7-24]", () => {
    const messages = fc.array(anyMessage(3000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(anyOptions, messages, (options, conversation) => {
        const compressor = new Compressor(options);
        let before: Uint8Array = new Uint8Array(0);
        for (const message of conversation) {
          const payload = compressor.compress(message);
          const inspection = inspectPayload(payload, before);
          expect(isEqual(inspection.message, message)).toBe(true);
          expect(inspection.largestDistance).toBeLessThanOrEqual(2 ** options.windowBits);
          if (options.contextTakeover) before = Buffer.concat([before, message]);
        }
      }),
      streamRuns(150),
    );
  });

  it("compresses the same way whatever other connections send in between", () => {
    const messages = fc.array(anyMessage(3000), { minLength: 1, maxLength: 5 });
    const others = fc.array(fc.tuple(anyOptions, anyMessage(3000)), { maxLength: 5 });
    fc.assert(
      fc.property(anyOptions, messages, others, (options, conversation, strangers) => {
        const alone = new Compressor(options);
        const payloads = conversation.map((message) => alone.compress(message));
        const among = new Compressor(options);
        const theirs = strangers.map(
          ([other, message]) => [new Compressor(other), message] as const,
        );
        for (const [i, message] of conversation.entries()) {
          for (const [other, stranger] of theirs) other.compress(stranger);
          expect(isEqual(among.compress(message), payloads[i]!)).toBe(true);
        }
      }),
      streamRuns(150),
    );
  });

  it("compresses a message the same way each time without context takeover [7692-7-12] [7692-7-16]", () => {
    const messages = fc.array(anyMessage(10_000), { maxLength: 5 });
    fc.assert(
      fc.property(anyOptions, anyMessage(10_000), messages, (options, message, others) => {
        const compressor = new Compressor({ ...options, contextTakeover: false });
        const payload = compressor.compress(message);
        for (const other of others) {
          compressor.compress(other);
          expect(isEqual(compressor.compress(message), payload)).toBe(true);
        }
      }),
      streamRuns(150),
    );
  });
});
