import { type FrameHeader, headerLength, writeFrameHeader } from "./frame-header.js";
import type { FrameTrace } from "./frame-trace.js";
import { applyMask } from "./masking.js";
import { isControl, type Opcode } from "./opcode.js";
import type { OutputBuffer } from "./output-buffer.js";
import type { Platform } from "./platform.js";
import type { PreparedFrame } from "./prepared-message.js";
import type { Role } from "./role.js";
import { noTraffic, type TrafficCount } from "./traffic.js";

/** What of a frame is not its payload. */
export interface FrameStart {
  readonly fin: boolean;
  /** As in {@link FrameHeader.rsv}. */
  readonly rsv: number;
  readonly opcode: Opcode;
}

/**
 * Up to this many bytes a payload is copied behind its header: one chunk to write
 * instead of two. A longer one from a server goes out as it is.
 */
export const COPIED_PAYLOAD_BYTES: number = 16 * 1024;

/** Puts frames into the output, masked when this end is a client (RFC 6455 §5.1, §5.3). */
export class FrameWriter {
  /** All but its `transportBytes`: those are for whoever writes the output. */
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
    const header = this.#begin(start, length, copies ? length : 0);
    if (copies) {
      const { block, position } = this.#output;
      block.set(payload, position);
      this.#finish(header);
    } else this.#output.append(payload);
    this.#trace?.sent(header, payload);
  }

  /** Whether frames are masked, each with a key of its own. */
  get isMasking(): boolean {
    return this.#masked;
  }

  /** Writes a frame that many connections send. Not for one that {@link isMasking}. */
  writePrepared({ header, bytes, payload }: PreparedFrame): void {
    this.sent.payloadBytes += payload.length;
    this.sent.messages++;
    if (bytes.length <= COPIED_PAYLOAD_BYTES) this.#output.appendShared(bytes);
    else this.#output.append(bytes);
    this.#trace?.sent(header, payload);
  }

  /** Writes a frame with `text` as its payload; a lone surrogate goes out as U+FFFD. */
  writeText(start: FrameStart, text: string): void {
    const length = this.#platform.utf8Length(text);
    const header = this.#begin(start, length, length);
    const { block, position } = this.#output;
    this.#platform.writeUtf8(block, position, text);
    if (this.#trace === undefined) {
      this.#finish(header);
      return;
    }
    // The observer may write to another connection, so the block must be in order by then.
    const payload = new Uint8Array(block.subarray(position, position + length));
    this.#finish(header);
    this.#trace.sent(header, payload);
  }

  /** Writes the header, and makes room for `room` bytes of payload behind it. */
  #begin(start: FrameStart, payloadLength: number, room: number): FrameHeader {
    const masked = this.#masked;
    const maskingKey = masked ? this.#platform.generateMaskingKey() : 0;
    const { fin, rsv, opcode } = start;
    if (!isControl(opcode)) {
      this.sent.payloadBytes += payloadLength;
      if (fin) this.sent.messages++;
    }
    const header = { fin, rsv, opcode, payloadLength, masked, maskingKey };
    const size = headerLength(payloadLength, masked);

    const output = this.#output;
    output.reserve(size + room);
    writeFrameHeader(output.block, output.position, header);
    output.commit(size);
    return header;
  }

  /** Masks the payload that stands behind the header, and takes it into the output. */
  #finish({ payloadLength, maskingKey }: FrameHeader): void {
    const output = this.#output;
    const end = output.position + payloadLength;
    if (this.#masked) applyMask(output.block, output.position, end, maskingKey);
    output.commit(payloadLength);
  }
}
