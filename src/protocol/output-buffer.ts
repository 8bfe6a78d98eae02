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
  #chunks: Uint8Array[] | undefined;
  #length = 0;
  /** Where {@link reserve} made room: the caller writes here, from {@link position}. */
  block: Uint8Array = EMPTY;
  position = 0;
  #start = 0;
  #isShared = false;
  /** All there is, as long as no more than shared bytes come; see {@link appendShared}. */
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
      // In two blocks it would be two chunks: a list of them to write takes longer than one.
      if (shared.used + Math.max(count, shared.usual) > shared.block.length) {
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
    this.#add(bytes);
    this.#length += bytes.length;
  }

  /**
   * Adds `bytes` that many buffers have in common: they must never change. Alone they
   * go out as they are. Among others they are copied, so that one write carries them
   * all: once for all buffers to which the same is added in turn, as in a broadcast.
   */
  appendShared(bytes: Uint8Array): void {
    if (this.#length === 0) {
      this.#lone = common.alone = bytes;
      this.#length = bytes.length;
      return;
    }
    const joined = this.#lone && joinCommon(this.#lone, bytes, this.#allocate);
    if (joined === undefined) this.#copy(bytes, 0);
    else {
      this.#lone = joined;
      this.#length = joined.length;
    }
  }

  /** Gives all bytes in order, as chunks of any length, and forgets them. */
  take(): Uint8Array[] {
    this.#seal();
    if (this.block === shared.block) shared.usual = Math.min(this.#length, SHARED_MAX);
    const chunks = this.#chunks ?? [];
    this.#chunks = undefined;
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
      this.#add(this.#lone);
      this.#lone = undefined;
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
const BLOCK_LENGTH = 64 * 1024;
const SHARED_MAX = BLOCK_LENGTH / 4;
const OWN_MIN = 1024;

/** `usual` is how long the last output was, up to a bound: so much room the next one finds. */
const shared = { block: EMPTY, used: 0, usual: 0 };

/** Bytes that only wait longer would be copied again and again. */
const COMMON_MAX = 8 * 1024;

/** The last that was added alone, and the last two that were joined. */
const common = { alone: EMPTY, first: EMPTY, second: EMPTY, joined: EMPTY };

/**
 * Joins shared bytes, once for all who ask for the same in a row.
 *
 * @returns `undefined` when others will hardly ask for the same: `first` is not what the
 *   last ones had, or it is long, so that its buffer must wait for a slow peer.
 */
function joinCommon(
  first: Uint8Array,
  second: Uint8Array,
  allocate: (length: number) => Uint8Array,
): Uint8Array | undefined {
  if (first === common.first && second === common.second) return common.joined;
  const length = first.length + second.length;
  if ((first !== common.alone && first !== common.joined) || length > COMMON_MAX) return undefined;

  const joined = allocate(length);
  joined.set(first);
  joined.set(second, first.length);
  common.first = first;
  common.second = second;
  common.joined = joined;
  return joined;
}
