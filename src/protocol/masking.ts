/** Masking: XOR with a 4-byte key that repeats (RFC 6455 §5.3). */

/** Below this, setting up 32-bit access costs more than it saves (measured: bench/masking.bench.ts). */
export const WORDWISE_FROM = 48;

/** From this length on the platform copies faster than a loop, where nothing is to be masked. */
const SET_FROM = 32;

/** From this length on 64-bit access is faster, where the result is not checked for ASCII (measured there, too). */
const LONGWISE_FROM = 1024;

const keyBytes = new Uint8Array(8);
const keyWords = new Int32Array(keyBytes.buffer);
const keyLong = new BigInt64Array(keyBytes.buffer);

/**
 * XORs `bytes[start..end)` with the masking key, in place. Doing it twice undoes it.
 *
 * @param key - The key as a 32-bit integer; its most significant byte comes first.
 * @param position - How many payload bytes came before `start`, when a payload
 *   arrives in parts.
 */
export function applyMask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  position = 0,
): void {
  const turned = turn(key, position);
  if (end - start < WORDWISE_FROM) maskBytes(bytes, start, end, turned);
  else if (end - start < LONGWISE_FROM) maskWords(bytes, start, end, turned);
  else maskLongs(bytes, start, end, turned);
}

/**
 * Applies the mask to text.
 *
 * @param words - The {@link wordsOf} these bytes, if there are any already.
 * @returns Whether it is ASCII afterwards: it can be decoded without being checked.
 */
export function maskText(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  words?: Int32Array,
): boolean {
  const bits =
    end - start < WORDWISE_FROM
      ? maskBytes(bytes, start, end, key)
      : maskWords(bytes, start, end, key, words);
  return (bits & 0x80808080) === 0;
}

/** `bytes` as words, from the first of their addresses that one can stand at: to make this takes half as long as to mask 1 KiB. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes;
  if (length < 4) return NO_WORDS;
  const skipped = unalignedBytes(bytes);
  return new Int32Array(buffer, byteOffset + skipped, (length - skipped) >>> 2);
}

const NO_WORDS = new Int32Array(0);

/** How many bytes come before the first word. */
function unalignedBytes({ byteOffset }: Uint8Array): number {
  return -byteOffset & 3;
}

/** Copies `length` bytes from `source[start]` to `target[offset]`, and applies the mask to the copy. A key of 0 masks nothing. */
export function copyMasked(
  source: Uint8Array,
  start: number,
  target: Uint8Array,
  offset: number,
  length: number,
  key: number,
): void {
  if (length < (key === 0 ? SET_FROM : WORDWISE_FROM)) {
    copyBytes(source, start, target, offset, length, key);
    return;
  }
  const isAll = start === 0 && length === source.length;
  target.set(isAll ? source : source.subarray(start, start + length), offset);
  if (key !== 0) applyMask(target, offset, offset + length, key);
}

/** The key as it applies from `position` on. */
function turn(key: number, position: number): number {
  const bits = (position & 3) * 8;
  return bits === 0 ? key : (key << bits) | (key >>> (32 - bits));
}

/**
 * The four bytes of the key a turn: a third less time than a byte a turn.
 *
 * @returns All bytes afterwards, ORed.
 */
function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): number {
  const first = key >>> 24;
  const second = (key >>> 16) & 0xff;
  const third = (key >>> 8) & 0xff;
  const fourth = key & 0xff;
  let bits = 0;
  let i = start;
  for (const stop = end - 3; i < stop; i += 4) {
    bits |= bytes[i]! ^= first;
    bits |= bytes[i + 1]! ^= second;
    bits |= bytes[i + 2]! ^= third;
    bits |= bytes[i + 3]! ^= fourth;
  }
  if (i < end) bits |= bytes[i]! ^= first;
  if (i + 1 < end) bits |= bytes[i + 1]! ^= second;
  if (i + 2 < end) bits |= bytes[i + 2]! ^= third;
  return bits;
}

/** As {@link maskBytes}, from one place to another. */
function copyBytes(
  source: Uint8Array,
  start: number,
  target: Uint8Array,
  offset: number,
  length: number,
  key: number,
): void {
  const first = key >>> 24;
  const second = key >>> 16;
  const third = key >>> 8;
  let i = 0;
  for (const stop = length - 3; i < stop; i += 4) {
    target[offset + i] = source[start + i]! ^ first;
    target[offset + i + 1] = source[start + i + 1]! ^ second;
    target[offset + i + 2] = source[start + i + 2]! ^ third;
    target[offset + i + 3] = source[start + i + 3]! ^ key;
  }
  if (i < length) target[offset + i] = source[start + i]! ^ first;
  if (i + 1 < length) target[offset + i + 1] = source[start + i + 1]! ^ second;
  if (i + 2 < length) target[offset + i + 2] = source[start + i + 2]! ^ third;
}

/**
 * Four bytes a step, eight steps a turn: 7 times as fast as bytes from 1 KiB on.
 *
 * @returns All words afterwards, ORed, and all bytes at the edges.
 */
function maskWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  words: Int32Array = wordsOf(bytes),
): number {
  const origin = unalignedBytes(bytes);
  const firstWord = (start - origin + 3) >> 2;
  const lastWord = (end - origin) >> 2;
  const aligned = origin + firstWord * 4;
  let bits = maskBytes(bytes, start, aligned, key);

  const turned = turn(key, aligned - start);
  const word = inMemoryOrder(turned);
  let i = firstWord;
  for (const stop = lastWord - 7; i < stop; i += 8) {
    bits |= words[i]! ^= word;
    bits |= words[i + 1]! ^= word;
    bits |= words[i + 2]! ^= word;
    bits |= words[i + 3]! ^= word;
    bits |= words[i + 4]! ^= word;
    bits |= words[i + 5]! ^= word;
    bits |= words[i + 6]! ^= word;
    bits |= words[i + 7]! ^= word;
  }
  for (; i < lastWord; i++) bits |= words[i]! ^= word;

  return bits | maskBytes(bytes, origin + lastWord * 4, end, turned);
}

/**
 * Eight bytes a step, eight steps a turn: twice as fast as words. V8 keeps these integers in
 * registers as long as each goes straight from memory to memory.
 */
function maskLongs(bytes: Uint8Array, start: number, end: number, key: number): void {
  const aligned = start + (-(bytes.byteOffset + start) & 7);
  maskBytes(bytes, start, aligned, key);

  const longCount = (end - aligned) >>> 3;
  const longs = new BigInt64Array(bytes.buffer, bytes.byteOffset + aligned, longCount);
  const turned = turn(key, aligned - start);
  keyWords[1] = inMemoryOrder(turned);
  const long = keyLong[0]!;
  let i = 0;
  for (const stop = longCount & ~7; i < stop; i += 8) {
    longs[i] = longs[i]! ^ long;
    longs[i + 1] = longs[i + 1]! ^ long;
    longs[i + 2] = longs[i + 2]! ^ long;
    longs[i + 3] = longs[i + 3]! ^ long;
    longs[i + 4] = longs[i + 4]! ^ long;
    longs[i + 5] = longs[i + 5]! ^ long;
    longs[i + 6] = longs[i + 6]! ^ long;
    longs[i + 7] = longs[i + 7]! ^ long;
  }
  for (; i < longCount; i++) longs[i] = longs[i]! ^ long;

  maskBytes(bytes, aligned + longCount * 8, end, turned);
}

/** The integer that has the key's bytes in payload order in this machine's memory. */
function inMemoryOrder(key: number): number {
  keyBytes[0] = key >>> 24;
  keyBytes[1] = key >>> 16;
  keyBytes[2] = key >>> 8;
  keyBytes[3] = key;
  return keyWords[0]!;
}
