import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Compressor } from "../../../src/protocol/deflate/compressor.js";
import { Decompressor } from "../../../src/protocol/deflate/decompressor.js";
import { ProtocolError } from "../../../src/protocol/errors.js";
import { CORPORA, seeded } from "../../support/deflate-corpora.js";
import { damagedPayload } from "../../support/deflate-damage.js";
import {
  anyMessage,
  anyZlibOptions,
  streamRuns,
  zlibPayload,
  zlibVerdict,
} from "../../support/deflate-oracle.js";

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What our decompressor says of a payload behind `history`. */
function verdict(payload: Uint8Array, history: Uint8Array): Uint8Array | undefined {
  const own = new Decompressor({ windowBits: 15, contextTakeover: true });
  own.skip(history);
  try {
    return own.decompress(payload, 2 ** 26);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: "DEFLATE_INVALID" });
    return undefined;
  }
}

describe("Decompressor", () => {
  it("says of damaged payloads what zlib says, but for those that end inside a block (D03)", () => {
    fc.assert(
      fc.property(damagedPayload, ({ history, payload }) => {
        const ours = verdict(payload, history);
        const theirs = zlibVerdict(payload, history);
        if (ours === undefined || theirs === undefined) expect(ours).toEqual(theirs);
        else expect(isEqual(ours, theirs)).toBe(true);
      }),
      streamRuns(1500),
    );
  });

  it("ends within a number of steps that the sizes of input and output bound", () => {
    const loads = vi.spyOn(DataView.prototype, "getInt32");
    fc.assert(
      fc.property(damagedPayload, ({ history, payload }) => {
        loads.mockClear();
        const message = verdict(payload, history);
        // Each step loads bits and takes one at least. Refused output is bounded by its input, too.
        const output = message?.length ?? payload.length * 8 * 258;
        expect(loads.mock.calls.length).toBeLessThan(payload.length * 8 * 4 + output + 500);
      }),
      streamRuns(300),
    );
    loads.mockRestore();
  });

  it.each([9, 12, 15])(
    "and zlib inflate each other's messages of 1 MiB, window 2^%i",
    (windowBits) => {
      for (const [i, corpus] of [CORPORA.json, CORPORA.chat, CORPORA.noise].entries()) {
        const message = corpus(seeded(i), 2 ** 20);
        const options = { windowBits, contextTakeover: true };
        for (const strategy of [0, 1, 2, 3, 4]) {
          const payload = zlibPayload(message, { windowBits, strategy, level: 1 + 2 * strategy });
          const inflated = new Decompressor(options).decompress(payload, message.length);
          expect(isEqual(inflated, message)).toBe(true);
        }
        const payload = new Compressor(options).compress(message);
        expect(isEqual(zlibVerdict(payload, new Uint8Array(0))!, message)).toBe(true);
      }
    },
  );

  it("inflates whatever zlib deflates, with and without context takeover", () => {
    const conversation = fc.record({
      options: anyZlibOptions,
      contextTakeover: fc.boolean(),
      messages: fc.array(anyMessage(70_000), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(conversation, ({ options, contextTakeover, messages }) => {
        const windowBits = options.windowBits!;
        const own = new Decompressor({ windowBits, contextTakeover });
        let history: Uint8Array = new Uint8Array(0);
        for (const message of messages) {
          const dictionary = history.length > 0 ? { dictionary: history } : {};
          const payload = zlibPayload(message, { ...options, ...dictionary });
          expect(isEqual(own.decompress(payload, message.length), message)).toBe(true);
          if (contextTakeover) {
            history = Buffer.concat([history, message]).subarray(-(2 ** windowBits));
            expect(isEqual(own.history, history)).toBe(true);
          }
        }
      }),
      streamRuns(150),
    );
  });
});
