/** Masked frames, built before anything is measured and sent over and over again. */
import { constants, deflateRawSync } from "node:zlib";

/** How a client has to compress, as the opening handshake has it. `undefined`: it does not. */
export interface Compression {
  readonly contextTakeover: boolean;
  readonly windowBits: number;
}

export interface Message {
  readonly isText: boolean;
  readonly payload: Uint8Array;
}

/**
 * Frames back to back. After the last one comes the one at `loopStart` again. As many as
 * `run` from any place on are in one piece of `bytes`.
 */
export interface FrameLoop {
  readonly messages: readonly Message[];
  readonly bytes: Uint8Array;
  /** Where each frame starts, and behind the last where that one ends. */
  readonly offsets: readonly number[];
  readonly loopStart: number;
  readonly loopEnd: number;
}

const FLUSH_TAIL_BYTES = 4;

/**
 * Frames for `messages` in turn, of which up to `run` will be sent at once.
 *
 * With context takeover a frame may refer to the messages before it. The messages are
 * compressed twice in a row, and it is the second pass that is repeated: what its frames
 * refer to is a window back, and there the same bytes stand in every pass after it.
 */
export function frameLoop(
  messages: readonly Message[],
  run: number,
  compression?: Compression,
): FrameLoop {
  const passes = compression?.contextTakeover === true ? 2 : 1;
  const loopStart = (passes - 1) * messages.length;
  const loopEnd = passes * messages.length;
  const payloads = compressAll(messages, passes, compression);
  const at = (i: number): number =>
    i < loopEnd ? i : loopStart + ((i - loopStart) % messages.length);
  const frames = Array.from({ length: loopEnd + run }, (_, i) => {
    const { isText } = messages[at(i) % messages.length]!;
    const firstByte = 0x80 | (compression ? 0x40 : 0) | (isText ? 1 : 2);
    return maskedFrame(firstByte, payloads[at(i)]!, (i + 1) * 0x9e3779b1);
  });
  const offsets = [0];
  for (const frame of frames) offsets.push(offsets.at(-1)! + frame.length);
  return { messages, bytes: Buffer.concat(frames), offsets, loopStart, loopEnd };
}

function compressAll(
  messages: readonly Message[],
  passes: number,
  compression: Compression | undefined,
): readonly Uint8Array[] {
  if (!compression) return messages.map(({ payload }) => payload);
  const { windowBits, contextTakeover } = compression;
  let history: Uint8Array = new Uint8Array(0);
  return Array.from({ length: passes * messages.length }, (_, i) => {
    const { payload } = messages[i % messages.length]!;
    const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    const compressed = deflateRawSync(
      payload,
      history.length > 0 ? { ...options, dictionary: history } : options,
    );
    if (contextTakeover) {
      history = Buffer.concat([history, payload]).subarray(-(2 ** windowBits));
    }
    return compressed.subarray(0, -FLUSH_TAIL_BYTES);
  });
}

/** A client's frame (RFC 6455 §5.2) with the low 32 bits of `maskingKey` as its key. */
export function maskedFrame(
  firstByte: number,
  payload: Uint8Array,
  maskingKey: number,
): Uint8Array {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(6 + extended + length);
  frame[0] = firstByte;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.writeUInt32BE(maskingKey >>> 0, 2 + extended);
  const key = frame.subarray(2 + extended, 6 + extended);
  for (let i = 0; i < length; i++) frame[6 + extended + i] = payload[i]! ^ key[i & 3]!;
  return frame;
}
