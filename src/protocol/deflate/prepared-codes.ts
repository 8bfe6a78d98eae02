import { PreparedDescription } from "./prepared-description.js";
import { type LengthsOfTwo, PREPARED_LENGTHS } from "./prepared-lengths.js";

/** Two codes that are known before any block is, with their description. */
export interface PreparedCodes extends LengthsOfTwo {
  readonly description: PreparedDescription;
}

/** All there are; see `prepared-lengths.ts`. */
export const PREPARED_CODES: readonly PreparedCodes[] = PREPARED_LENGTHS.map(
  ({ litlen, distance }) => ({
    litlen,
    distance,
    description: new PreparedDescription(litlen, distance),
  }),
);
