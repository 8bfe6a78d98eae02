/** What the suite needs beyond the defaults: its messages are up to 16 MiB, in up to 65 536 fragments. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export const LIMITS = {
  maxMessageBytes: MAX_MESSAGE_BYTES,
  maxFragments: 65_537,
  // An echo waits to be sent as a whole, with its header.
  maxBufferedBytes: MAX_MESSAGE_BYTES + 1024,
} as const;
