/** All that is fuzzed. */
import type { FuzzTarget } from "../target.js";
import { closePayload } from "./close-payload.js";
import { clusterEnvelope } from "./cluster-envelope.js";
import { contractMessage } from "./contract-message.js";
import { extensionHeader } from "./extension-header.js";
import { frames } from "./frames.js";
import { inflate } from "./inflate.js";
import { requestHead } from "./request-head.js";
import { responseHead } from "./response-head.js";

export const TARGETS: readonly FuzzTarget[] = [
  requestHead,
  responseHead,
  extensionHeader,
  frames,
  inflate,
  closePayload,
  clusterEnvelope,
  contractMessage,
];
