/** Memory for compressed and decompressed messages, and copies in it. */

/** Gives memory of so many bytes for its caller alone, filled with anything. */
export type Allocate = (length: number) => Uint8Array;

/** Memory that is nobody else's as a whole. */
export const allocateOwn: Allocate = (length) => new Uint8Array(length);

/** A copy of the bytes from `start` to `end`. */
export function copyOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  allocate: Allocate,
): Uint8Array {
  const copy = allocate(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}
