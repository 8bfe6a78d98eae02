/** Looks at every byte that comes back, before anything is measured: a wrong echo is not worth counting. */
import { constants, inflateRawSync } from "node:zlib";
import type { Message } from "./frames.js";

const CONTROL = 0x08;
const MAX_WINDOW_BYTES = 32_768;
const FLUSH_TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

export interface ReplyRules {
  /** Replies have to be compressed. */
  readonly compressed: boolean;
  readonly contextTakeover: boolean;
}

/** Puts frames together to messages, and compares these with what was sent. */
export class ReplyCheck {
  readonly #rules: ReplyRules;
  #unread: Uint8Array = new Uint8Array(0);
  readonly #parts: Uint8Array[] = [];
  #firstByte = 0;
  #history: Uint8Array = new Uint8Array(0);

  constructor(rules: ReplyRules) {
    this.#rules = rules;
  }

  /**
   * Takes the messages that are complete now, in order.
   *
   * @throws {Error} A message cannot be read, or is not compressed although it has to be.
   */
  take(chunk: Uint8Array): Message[] {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    const messages: Message[] = [];
    for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) {
      if ((frame.firstByte & CONTROL) !== 0) continue;
      if (this.#parts.length === 0) this.#firstByte = frame.firstByte;
      this.#parts.push(frame.payload);
      if ((frame.firstByte & 0x80) !== 0) messages.push(this.#message());
    }
    return messages;
  }

  #nextFrame(): { firstByte: number; payload: Uint8Array } | undefined {
    const bytes = Buffer.from(this.#unread.buffer, this.#unread.byteOffset, this.#unread.length);
    const short = (bytes[1] ?? 0) & 0x7f;
    const extended = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (bytes.length < 2 + extended) return undefined;
    const length =
      extended === 0
        ? short
        : extended === 2
          ? bytes.readUInt16BE(2)
          : Number(bytes.readBigUInt64BE(2));
    const isMasked = (bytes[1]! & 0x80) !== 0;
    const start = 2 + extended + (isMasked ? 4 : 0);
    if (bytes.length < start + length) return undefined;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (isMasked) for (let i = 0; i < length; i++) payload[i]! ^= bytes[start - 4 + (i & 3)]!;
    this.#unread = bytes.subarray(start + length);
    return { firstByte: bytes[0]!, payload };
  }

  #message(): Message {
    const payload = Buffer.concat(this.#parts.splice(0));
    const isText = (this.#firstByte & 0x0f) === 1;
    if ((this.#firstByte & 0x40) !== 0) return { isText, payload: this.#inflate(payload) };
    if (this.#rules.compressed) throw new Error("the reply is not compressed");
    return { isText, payload };
  }

  #inflate(payload: Uint8Array): Uint8Array {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const message = inflateRawSync(
      Buffer.concat([payload, FLUSH_TAIL]),
      this.#history.length > 0 ? { ...options, dictionary: this.#history } : options,
    );
    if (this.#rules.contextTakeover) {
      this.#history = Buffer.concat([this.#history, message]).subarray(-MAX_WINDOW_BYTES);
    }
    return message;
  }
}

/** @throws {Error} `actual` is not `expected`; it says where they part. */
export function checkEcho(actual: Message, expected: Message): void {
  if (actual.isText !== expected.isText) {
    throw new Error(`${kind(expected)} was sent and ${kind(actual)} came back`);
  }
  if (Buffer.compare(actual.payload, expected.payload) === 0) return;
  const at = expected.payload.findIndex((byte, i) => actual.payload[i] !== byte);
  throw new Error(
    `${expected.payload.length} bytes were sent, ${actual.payload.length} came back, and they differ at byte ${at === -1 ? expected.payload.length : at}`,
  );
}

function kind(message: Message): string {
  return message.isText ? "a text message" : "a binary message";
}
