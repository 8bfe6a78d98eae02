/** One thing wrong in an otherwise legal stream of frames. */
import * as fc from "fast-check";
import type { SentFrame } from "./wire-arbitraries.js";
import { concat, encodeFrame } from "./wire-frame.js";

/** `at` picks the frame; a number beyond the last one counts on from the first. */
export type Mutation =
  | { readonly type: "rsv" | "opcode"; readonly at: number; readonly value: number }
  | { readonly type: "fin" | "mask" | "drop" | "repeat" | "swap"; readonly at: number }
  | { readonly type: "length form"; readonly at: number; readonly bits: 16 | 64 }
  | { readonly type: "length"; readonly at: number; readonly length: bigint }
  | { readonly type: "byte"; readonly at: number; readonly place: number; readonly value: number }
  | { readonly type: "stop"; readonly place: number }
  | { readonly type: "noise"; readonly at: number; readonly bytes: Uint8Array };

const at = fc.nat({ max: 30 });
const place = fc.nat({ max: 100_000 });

const lengths: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(0n, 70_000n),
  fc.constantFrom(2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n),
  fc.constantFrom(2n ** 63n, 2n ** 64n - 1n),
);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ type: fc.constant("rsv" as const), at, value: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ type: fc.constant("opcode" as const), at, value: fc.nat({ max: 15 }) }),
  fc.record({ type: fc.constantFrom("fin", "mask", "drop", "repeat", "swap"), at }),
  fc.record({ type: fc.constant("length form" as const), at, bits: fc.constantFrom(16, 64) }),
  fc.record({ type: fc.constant("length" as const), at, length: lengths }),
  fc.record({ type: fc.constant("byte" as const), at, place, value: fc.nat({ max: 255 }) }),
  fc.record({ type: fc.constant("stop" as const), place }),
  fc.record({ type: fc.constant("noise" as const), at, bytes: fc.uint8Array({ maxLength: 20 }) }),
);

/** The bytes of `frames` with that one thing changed. */
export function mutateFrames(frames: readonly SentFrame[], change: Mutation): Uint8Array {
  const encoded = frames.map((it) => encodeFrame(it, it));
  if (change.type === "stop") {
    const whole = concat(encoded);
    return whole.slice(0, change.place % (whole.length + 1));
  }
  const at = frames.length === 0 ? 0 : change.at % frames.length;
  const target = frames[at];
  if (target === undefined) return change.type === "noise" ? change.bytes : concat(encoded);
  encoded.splice(at, 1, ...replacement(target, change, frames[at + 1]));
  if (change.type === "swap") encoded.splice(at + 1, 1);
  return concat(encoded);
}

/** What stands where `target` stood; a swap brings `next` along. */
function replacement(
  target: SentFrame,
  change: Exclude<Mutation, { type: "stop" }>,
  next: SentFrame | undefined,
): Uint8Array[] {
  const changed = (form: Partial<SentFrame>): Uint8Array[] => {
    const sent = { ...target, ...form };
    return [encodeFrame(sent, sent)];
  };
  switch (change.type) {
    case "rsv":
      return changed({ rsv: change.value });
    case "opcode":
      return changed({ opcode: change.value });
    case "fin":
      return changed({ fin: !target.fin });
    case "mask":
      return changed({ maskingKey: target.maskingKey ? undefined : Uint8Array.of(9, 8, 7, 6) });
    case "drop":
      return [];
    case "repeat":
      return [...changed({}), ...changed({})];
    case "swap":
      return next === undefined ? changed({}) : [encodeFrame(next, next), ...changed({})];
    case "length form":
      return target.payload.length > 65_535 ? changed({}) : changed({ lengthBits: change.bits });
    case "length":
      return changed({ declaredLength: change.length });
    case "byte":
      return changed({ payload: withByte(target.payload, change.place, change.value) });
    default:
      return [change.bytes, ...changed({})];
  }
}

function withByte(payload: Uint8Array, place: number, value: number): Uint8Array {
  if (payload.length === 0) return payload;
  return payload.with(place % payload.length, value);
}
