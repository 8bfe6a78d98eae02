/** Every threshold that decides whether bytes are copied or kept as a view, and the routines that copy and join bytes. */

/*
 * Figures are of Node 20, one run each, unless a line says otherwise. Those of the commits that
 * brought a threshold were taken with the load bench: `npm run bench:load`.
 */

/**
 * Bytes from which a received message may be a view of its chunk. A shorter message is copied
 * without asking how long the memory behind its chunk is. A copy in pooled memory takes 115 ns for
 * 512 bytes and 161 ns for 1 KiB; a view and the question for its memory take 44 ns and up to 18 ns.
 */
export const VIEWED_FROM_BYTES = 512;

/** Bytes from which memory for a copy is not taken from a pool: it costs an allocation of its own. */
const UNPOOLED_FROM_BYTES = 4096;

/**
 * Tells whether a message of `length` bytes may stay a view of the `memoryBytes` that it came in.
 * An application that keeps the message keeps all of that memory: at most twice the bytes of a
 * message below 4 KiB, and at most four times those of a longer one. A few long messages fill a
 * chunk, so they mostly share it. To copy each of them took a fifth of all their time: of messages
 * of 16 KiB, 4 in flight on 10 connections, 90 600 for a second of CPU time are views and 71 600
 * were copies.
 */
export function mayStayView(length: number, memoryBytes: number): boolean {
  return length * (length < UNPOOLED_FROM_BYTES ? 2 : 4) >= memoryBytes;
}

/**
 * Bytes from which a part of an unfinished message is kept as a view. To copy fewer bytes takes
 * less time and less memory than one more part. Of messages of 1 MiB, 4 in flight, 1 180 for a
 * second of CPU time arrive in parts that are kept, and 1 052 arrived in memory that doubled.
 */
const PART_FROM_BYTES = 4096;

/** Tells whether a part of a message may be kept as a view: it is long, and at least half of its memory. */
export function mayStayPart({ length, buffer }: Uint8Array): boolean {
  return length >= PART_FROM_BYTES && length * 2 >= buffer.byteLength;
}

/**
 * Bytes up to which a chunk that waits behind another one is copied into {@link JOINED_CHUNKS_BYTES}
 * of memory with its neighbours. A chunk of its own takes 220 bytes on the heap, whatever is in it: a
 * peer that sends byte by byte would make a connection hold 200 times what it sent.
 */
export const COPIED_CHUNK_BYTES = 1024;

/** Bytes of memory for chunks that are copied together: four of the longest. */
export const JOINED_CHUNKS_BYTES = 4096;

/**
 * Bytes up to which a payload is copied behind its header, into one chunk with the frames around
 * it. A longer payload of a server goes out as it is, in a chunk of its own. Up to here the caller
 * may change the bytes as soon as they are sent; from here on a copy costs more than that is worth.
 * With 16 frames in a write, CPU time of both ends for each frame, in one chunk and in two each:
 * 0.43 and 0.52 µs at 256 bytes, 1.1 and 1.0 at 1 KiB, 3.1 and 2.2 at 4 KiB, 3.7 and 2.8 at 8 KiB.
 */
export const COPIED_PAYLOAD_BYTES: number = 4 * 1024;

/**
 * Bytes up to which shared bytes are joined, once for all connections that send the same: see
 * `shared-output.ts`. A longer output waits for a slow peer, and would be copied again with each
 * message that is added to it.
 */
export const JOINED_SHARED_BYTES: number = 8 * 1024;

/** Gives memory of so many bytes for its caller alone, filled with anything. */
export type Allocate = (length: number) => Uint8Array;

/** Gives memory that is in use by nobody else, the buffer behind it included. */
export const allocateOwn: Allocate = (length) => new Uint8Array(length);

/** Copies `bytes` into memory that `allocate` gives. */
export function copyOf(bytes: Uint8Array, allocate: Allocate): Uint8Array {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Copies `parts` one behind the other into memory that `allocate` gives.
 *
 * @param capacity - Bytes of that memory: as many as the parts have, or more.
 */
export function joinParts(
  parts: readonly Uint8Array[],
  capacity: number,
  allocate: Allocate = allocateOwn,
): Uint8Array {
  const joined = allocate(capacity);
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}
