/**
 * Bytes on their way out, gathered so that one write carries many frames.
 *
 * Small frames are written one behind the other into memory that all connections
 * of a thread share while they have little to say; a connection whose output
 * waits gathers in memory of its own, so that a slow peer never keeps more than
 * about twice its bytes. Large payloads are taken as they are.
 */
export class OutputBuffer {
  readonly #allocate: (length: number) => Uint8Array;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Where {@link reserve} made room: the caller writes here, from {@link position}. */
  block: Uint8Array = EMPTY;
  position = 0;
  #start = 0;
  #isShared = false;
  /** All there is, as long as nothing more comes; see {@link appendShared}. */
  #lone: Uint8Array | undefined;

  constructor(allocate: (length: number) => Uint8Array) {
    this.#allocate = allocate;
  }

  /** Bytes that {@link take} would give. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` bytes at `block[position]`. Follow with {@link commit}. */
  reserve(count: number): void {
    if (this.#lone !== undefined) {
      this.#join(this.#lone, count);
      return;
    }
    if (this.#canExtend(count)) return;

    this.#seal();
    this.#isShared = this.#length === 0 && count <= SHARED_MAX;
    if (this.#isShared) {
      if (shared.used + count > shared.block.length) {
        shared.block = this.#allocate(BLOCK_LENGTH);
        shared.used = 0;
      }
      this.block = shared.block;
      this.#start = this.position = shared.used;
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
    if (this.#isShared) shared.used = this.position;
  }

  /** Adds `bytes` without copying them: they must not change until they are written. */
  append(bytes: Uint8Array): void {
    this.#seal();
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /**
   * Adds `bytes` that many buffers have in common. Alone they go out as they are:
   * they must never change. Among others they are copied, so that one write
   * carries them all.
   */
  appendShared(bytes: Uint8Array): void {
    if (this.#length === 0) {
      this.#lone = bytes;
      this.#length = bytes.length;
    } else this.#copy(bytes, 0);
  }

  /** Gives all bytes in order, as chunks of any length, and forgets them. */
  take(): Uint8Array[] {
    this.#seal();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    this.block = EMPTY;
    this.#start = this.position = 0;
    return chunks;
  }

  /** Whether there is room behind what was written, and in shared memory nobody else has gone on there. */
  #canExtend(count: number): boolean {
    if (this.position + count > this.block.length) return false;
    return !this.#isShared || (this.block === shared.block && this.position === shared.used);
  }

  /** Copies what was alone, and makes room behind it. */
  #join(lone: Uint8Array, room: number): void {
    this.#lone = undefined;
    this.#length = 0;
    this.#copy(lone, room);
  }

  #copy(bytes: Uint8Array, room: number): void {
    this.reserve(bytes.length + room);
    this.block.set(bytes, this.position);
    this.commit(bytes.length);
  }

  /** Makes a chunk of what was written into the block. The room behind it stays in use. */
  #seal(): void {
    if (this.#lone !== undefined) {
      this.#chunks.push(this.#lone);
      this.#lone = undefined;
    }
    if (this.position === this.#start) return;
    this.#chunks.push(this.block.subarray(this.#start, this.position));
    this.#start = this.position;
  }
}

const EMPTY = new Uint8Array(0);
const BLOCK_LENGTH = 64 * 1024;
const SHARED_MAX = BLOCK_LENGTH / 4;
const OWN_MIN = 1024;

const shared: { block: Uint8Array; used: number } = { block: EMPTY, used: 0 };
