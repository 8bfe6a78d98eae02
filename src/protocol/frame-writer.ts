/** Puts frames into the output (RFC 6455 §5.2, §5.3). */
import type { Role } from "./connection-options.js";
import { type TrafficCount, noTraffic } from "./connection-reports.js";
import {
  type FrameHeader,
  type Opcode,
  headerLength,
  isControl,
  writeFrameHeader,
} from "./frame-header.js";
import { COPIED_PAYLOAD_BYTES } from "./copying.js";
import type { FrameTrace } from "./frame-trace.js";
import { applyMask, copyMasked } from "./masking.js";
import type { OutputBuffer } from "./output-buffer.js";
import type { Platform } from "./platform.js";
import type { PreparedFrame } from "./prepared-message.js";

/** The start of a frame's header. */
export interface FrameStart {
  readonly fin: boolean;
  /** As in {@link FrameHeader.rsv}. */
  readonly rsv: number;
  readonly opcode: Opcode;
}

/** Puts frames into the output, masked when this end is a client (RFC 6455 §5.1, §5.3). */
export class FrameWriter {
  /** Counts all but `transportBytes`: the caller that writes the output counts them. */
  readonly sent: TrafficCount = noTraffic();
  readonly #masked: boolean;
  readonly #platform: Platform;
  readonly #output: OutputBuffer;
  readonly #trace: FrameTrace | undefined;

  constructor(role: Role, platform: Platform, output: OutputBuffer, trace?: FrameTrace) {
    this.#masked = role === "client";
    this.#platform = platform;
    this.#output = output;
    this.#trace = trace;
  }

  /**
   * Writes a frame. A server does not copy a payload of more than
   * {@link COPIED_PAYLOAD_BYTES}: it must not change until it is written.
   */
  write(start: FrameStart, payload: Uint8Array): void {
    const { length } = payload;
    const copies = length <= COPIED_PAYLOAD_BYTES || this.#masked;
    const size = headerLength(length, this.#masked);
    const room = copies ? size + length : size;
    const maskingKey = this.#begin(start, length, room);
    const output = this.#output;
    if (copies) copyMasked(payload, 0, output.block, output.position + size, length, maskingKey);
    output.commit(room);
    if (!copies) output.append(payload);
    if (this.#trace !== undefined)
      this.#trace.sent(this.#header(start, length, maskingKey), payload);
  }

  /** Whether frames are masked, each with a key of its own. */
  get isMasking(): boolean {
    return this.#masked;
  }

  /** Writes a frame that many connections send. Must not be called where {@link isMasking} is true. */
  writePrepared({ header, bytes, payload }: PreparedFrame): void {
    this.sent.payloadBytes += payload.length;
    this.sent.messages++;
    if (bytes.length <= COPIED_PAYLOAD_BYTES) this.#output.appendShared(bytes);
    else this.#output.append(bytes);
    this.#trace?.sent(header, payload);
  }

  /** Writes a frame with `text` as its payload; a lone surrogate goes out as U+FFFD. */
  writeText(start: FrameStart, text: string): void {
    if (text.length <= SHORT_TEXT && this.#trace === undefined && this.#writeAscii(start, text))
      return;
    const length = this.#platform.utf8Length(text);
    const size = headerLength(length, this.#masked);
    const maskingKey = this.#begin(start, length, size + length);
    const output = this.#output;
    const { block } = output;
    const position = output.position + size;
    this.#platform.writeUtf8(block, position, text, length);
    // The observer may write to another connection, so the block must be in order by then.
    const payload = this.#trace && new Uint8Array(block.subarray(position, position + length));
    if (this.#masked) applyMask(block, position, position + length, maskingKey);
    output.commit(size + length);
    if (payload !== undefined) this.#trace?.sent(this.#header(start, length, maskingKey), payload);
  }

  /** @returns False when `text` is not ASCII: nothing was written. */
  #writeAscii(start: FrameStart, text: string): boolean {
    const { length } = text;
    const output = this.#output;
    const size = headerLength(length, this.#masked);
    output.reserve(size + length);
    const { block, position } = output;
    if (!writeAscii(block, position + size, text)) return false;
    const maskingKey = this.#begin(start, length, size + length);
    if (this.#masked) applyMask(block, position + size, position + size + length, maskingKey);
    output.commit(size + length);
    return true;
  }

  /**
   * Makes room for `room` bytes, and writes the header at their start. Commit all of them at once:
   * most frames are so short that each further step costs time.
   *
   * @returns The masking key; 0 on a server.
   */
  #begin(start: FrameStart, payloadLength: number, room: number): number {
    if (!isControl(start.opcode)) {
      this.sent.payloadBytes += payloadLength;
      if (start.fin) this.sent.messages++;
    }
    const maskingKey = this.#masked ? this.#platform.generateMaskingKey() : 0;
    const output = this.#output;
    output.reserve(room);
    writeFrameHeader(output.block, output.position, this.#header(start, payloadLength, maskingKey));
    return maskingKey;
  }

  #header(
    { fin, rsv, opcode }: FrameStart,
    payloadLength: number,
    maskingKey: number,
  ): FrameHeader {
    return { fin, rsv, opcode, payloadLength, masked: this.#masked, maskingKey };
  }
}

/**
 * Short text as bytes. Up to this many characters a loop takes less time than the call into
 * the platform's encoder: 21 and 92 ns for 8 characters, 47 and 99 for 20, 83 and 102 for 32,
 * 159 and 131 for 64 (Node 20).
 */
const SHORT_TEXT = 32;

/** Writes `text` at `target[offset]`. @returns False when it is not ASCII; what was written means nothing then. */
function writeAscii(target: Uint8Array, offset: number, text: string): boolean {
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    target[offset + i] = unit;
    bits |= unit;
  }
  return bits < 0x80;
}
