/** Payloads of permessage-deflate as a broken or hostile peer sends them. */
import * as fc from "fast-check";
import { Compressor } from "../../src/protocol/deflate/compressor.js";
import { anyMessage, anyZlibOptions, zlibPayload } from "./deflate-oracle.js";

/** With prepared codes in many cases, which no other sender has. */
function ownPayload(message: Uint8Array, history: Uint8Array): Uint8Array {
  const own = new Compressor({ windowBits: 15, contextTakeover: true });
  own.skip(history);
  return own.compress(message);
}

const mutation = fc.record({
  kind: fc.constantFrom("flip", "set", "cut", "insert", "remove", "repeat"),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: fc.nat(255),
});

export interface DamagedPayload {
  /** What the message may refer to. */
  readonly history: Uint8Array;
  readonly payload: Uint8Array;
}

/** A payload of zlib or ours, damaged in one to three places, often near the start. */
export const damagedPayload: fc.Arbitrary<DamagedPayload> = fc
  .record({
    isOurs: fc.boolean(),
    history: anyMessage(2000),
    message: anyMessage(2000),
    options: anyZlibOptions,
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
    nearStart: fc.boolean(),
  })
  .map(({ isOurs, history, message, options, mutations, nearStart }) => {
    const dictionary = history.length > 0 ? { dictionary: history } : {};
    const bytes = Array.from(
      isOurs ? ownPayload(message, history) : zlibPayload(message, { ...options, ...dictionary }),
    );
    for (const { kind, at, value } of mutations) {
      const i = Math.floor((nearStart ? Math.min(bytes.length, 20) : bytes.length) * at);
      if (kind === "flip") bytes[i]! ^= 1 << (value & 7);
      else if (kind === "set") bytes[i] = value;
      else if (kind === "cut") bytes.length = i;
      else if (kind === "insert") bytes.splice(i, 0, value);
      else if (kind === "remove") bytes.splice(i, 1 + (value & 3));
      else bytes.splice(i, 0, ...bytes.slice(i, i + 1 + (value & 15)));
    }
    return { history, payload: Uint8Array.from(bytes) };
  });
