/** Random input for the protocol core: what an application may do, and lengths worth a try. */
import * as fc from "fast-check";
import { pattern } from "./protocol.js";

/** Payload lengths that favour both sides of each change of form (125|126, 65535|65536). */
export const payloadLength: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
  fc.maxSafeNat(),
);

/** What an application does with a connection. */
export type Action =
  | { readonly type: "message"; readonly data: string | Uint8Array; readonly compress: boolean }
  | { readonly type: "fragments"; readonly data: readonly string[] | readonly Uint8Array[] }
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array };

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 100, maxLength: 300 }) },
);
const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(125, 126, 16_384, 16_385, 65_535, 65_536).map(pattern) },
);

export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("message" as const),
      data: fc.oneof(text, bytes),
      compress: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("fragments" as const),
      data: fc.oneof(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.array(bytes, { minLength: 1, maxLength: 4 }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("ping" as const, "pong" as const),
      payload: fc.uint8Array({ maxLength: 125 }),
    }),
  },
);
