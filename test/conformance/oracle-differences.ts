/** Where other implementations differ from the scripts, who is right, and why. Data of docs/conformance.md. */
import type { Difference } from "./oracle-difference.js";
import { FRAME_DIFFERENCES } from "./oracle-differences-frames.js";
import { REQUEST_DIFFERENCES } from "./oracle-differences-requests.js";
import { RESPONSE_DIFFERENCES } from "./oracle-differences-responses.js";

export const DIFFERENCES: readonly Difference[] = [
  ...REQUEST_DIFFERENCES,
  ...RESPONSE_DIFFERENCES,
  ...FRAME_DIFFERENCES,
];
