/** Where other implementations differ from the scripts, who is right, and why. Data of docs/conformance.md. */
import type { Difference } from "./oracle-difference.js";
import { FRAME_DIFFERENCES } from "./oracle-differences-frames.js";
import { HANDSHAKE_DIFFERENCES } from "./oracle-differences-handshake.js";

export const DIFFERENCES: readonly Difference[] = [...HANDSHAKE_DIFFERENCES, ...FRAME_DIFFERENCES];
