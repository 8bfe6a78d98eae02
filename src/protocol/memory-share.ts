/** From this many bytes on, memory for a copy is not taken from a pool: it costs an allocation of its own. */
const LARGE = 4096;

/**
 * Whether a message of `length` bytes may be a view of the `memoryBytes` that it came in:
 * who keeps the message keeps them all. That is at most twice a small message, and four
 * times one of 4 KiB and more: a few of those fill a chunk, so they mostly share it, and
 * to copy them takes a fifth of all their time.
 */
export function mayStayView(length: number, memoryBytes: number): boolean {
  return length * (length < LARGE ? 2 : 4) >= memoryBytes;
}
