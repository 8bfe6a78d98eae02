/** The bytes on their way out. */
import type { Allocate } from "./copying.js";
import { beginShared, joinShared } from "./shared-output.js";

/**
 * The bytes on their way out, gathered so that one write carries many frames.
 *
 * Small frames are written one behind the other into a block that all connections of a thread
 * use, as long as their output is short. A connection whose output waits writes into memory of
 * its own, so that a slow peer never keeps more than about twice its bytes. Large payloads are
 * taken as they are.
 */
export class OutputBuffer {
  readonly #allocate: Allocate;
  #chunks: Uint8Array[] | undefined;
  #length = 0;
  /** Where {@link reserve} made room: the caller writes here, from {@link position}. */
  block: Uint8Array = EMPTY;
  position = 0;
  #start = 0;
  #isInCommon = false;
  /** All of the output, as long as it is only bytes of {@link appendShared}. */
  #onlyShared: Uint8Array | undefined;

  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  /** Bytes that {@link take} would give. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` bytes at `block[position]`. Follow with {@link commit}. */
  reserve(count: number): void {
    if (this.#onlyShared !== undefined) {
      this.#copyShared(this.#onlyShared, count);
      return;
    }
    if (this.#canExtend(count)) return;

    this.#seal();
    this.#isInCommon = this.#length === 0 && count <= COMMON_MAX;
    if (this.#isInCommon) {
      // An output in two blocks would be two chunks, and to write a list takes longer: of messages
      // of 1 KiB, 16 in flight, 1.08 times as many are echoed for a second of CPU time.
      if (common.used + Math.max(count, common.usual) > common.block.length) {
        common.block = this.#allocate(BLOCK_LENGTH);
        common.used = 0;
      }
      this.block = common.block;
      this.#start = this.position = common.used;
    } else {
      const room = Math.min(Math.max(this.#length, OWN_MIN), BLOCK_LENGTH);
      this.block = this.#allocate(Math.max(count, room));
      this.#start = this.position = 0;
    }
  }

  /** Takes the `count` bytes that were written at `block[position]`. */
  commit(count: number): void {
    this.position += count;
    this.#length += count;
    if (this.#isInCommon) common.used = this.position;
  }

  /** Adds `bytes` without copying them: they must not change until they are written. */
  append(bytes: Uint8Array): void {
    this.#seal();
    this.#add(bytes);
    this.#length += bytes.length;
  }

  /**
   * Adds `bytes` that many connections send: they must never change. When they are the whole
   * output, they go out as they are. With others they are copied, so that one write carries
   * all of them: once for all connections that add the same in turn, as in a broadcast.
   */
  appendShared(bytes: Uint8Array): void {
    const all =
      this.#length === 0
        ? beginShared(bytes)
        : this.#onlyShared && joinShared(this.#onlyShared, bytes, this.#allocate);
    if (all === undefined) this.#copy(bytes, 0);
    else {
      this.#onlyShared = all;
      this.#length = all.length;
    }
  }

  /** Gives all bytes in order, as chunks of any length, and forgets them. */
  take(): Uint8Array[] {
    this.#seal();
    if (this.block === common.block) common.usual = Math.min(this.#length, COMMON_MAX);
    const chunks = this.#chunks ?? [];
    this.#chunks = undefined;
    this.#length = 0;
    this.block = EMPTY;
    this.#start = this.position = 0;
    return chunks;
  }

  /** Tells whether there is room behind what was written, and no other connection has gone on there in the common block. */
  #canExtend(count: number): boolean {
    if (this.position + count > this.block.length) return false;
    return !this.#isInCommon || (this.block === common.block && this.position === common.used);
  }

  /** Copies an output that was only shared bytes, and makes room behind it. */
  #copyShared(bytes: Uint8Array, room: number): void {
    this.#onlyShared = undefined;
    this.#length = 0;
    this.#copy(bytes, room);
  }

  #copy(bytes: Uint8Array, room: number): void {
    this.reserve(bytes.length + room);
    this.block.set(bytes, this.position);
    this.commit(bytes.length);
  }

  /** Makes a chunk of what was written into the block. The room behind it stays in use. */
  #seal(): void {
    if (this.#onlyShared !== undefined) {
      this.#add(this.#onlyShared);
      this.#onlyShared = undefined;
    }
    if (this.position === this.#start) return;
    this.#add(this.block.subarray(this.#start, this.position));
    this.#start = this.position;
  }

  /** Nearly always there is just one: a list made for one takes less than one that grows. */
  #add(chunk: Uint8Array): void {
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);
/** Bytes of a block. */
const BLOCK_LENGTH = 64 * 1024;
/** Longest output that is written into the common block: four outputs fit in it. */
const COMMON_MAX = BLOCK_LENGTH / 4;
/** Shortest memory of a connection's own. */
const OWN_MIN = 1024;

/** The common block. `usual` is the length of the last output, up to a bound: the next output finds so much room. */
const common = { block: EMPTY, used: 0, usual: 0 };
