import type { Budget } from "./budget.js";
import { ProtocolError } from "./errors.js";
import { RSV1 } from "./frame-header.js";
import type { FramePart } from "./frame-reader.js";
import { MessageBuffer } from "./message-buffer.js";
import { Opcode } from "./opcode.js";
import type { Platform } from "./platform.js";
import { Utf8Validator } from "./utf8.js";

/** A message whose fragments have all arrived. */
export interface AssembledMessage {
  readonly isText: boolean;
  /** RSV1 was set on its first frame: the payload is still compressed (RFC 7692 §6). */
  readonly isCompressed: boolean;
  readonly payload: Uint8Array;
  /** The payload is a view of a chunk of input, and not memory of its own. */
  readonly isView: boolean;
}

interface Unfinished {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  /** Checks text while it arrives; compressed text can only be checked at the end. */
  readonly validator: Utf8Validator | undefined;
}

/** Joins fragments to messages, in the order and within the bounds of RFC 6455 §5.4. */
export class MessageAssembler {
  readonly #platform: Platform;
  readonly #budget: Budget;
  readonly #buffer: MessageBuffer;
  #unfinished: Unfinished | undefined;

  constructor(platform: Platform, budget: Budget) {
    this.#platform = platform;
    this.#budget = budget;
    this.#buffer = new MessageBuffer(platform.allocate);
  }

  /** Whether a message has begun and not ended. */
  get isInMessage(): boolean {
    return this.#unfinished !== undefined;
  }

  /**
   * Takes the next part of a data frame.
   *
   * @returns The message, when this part completes it.
   * @throws {ProtocolError} The peer broke §5.4 or §8.1, or a limit (§10.4).
   *   The assembler must not be used again.
   */
  push(part: FramePart): AssembledMessage | undefined {
    const { header, payload, isLast } = part;
    if (part.isFirst) {
      this.#checkOrder(header.opcode);
      const isCompressed = this.#unfinished?.isCompressed ?? (header.rsv & RSV1) !== 0;
      this.#budget.chargeFragment(header.payloadLength, isCompressed);

      if (isLast && header.fin && this.#unfinished === undefined) {
        this.#budget.releaseMessage();
        return { isText: header.opcode === Opcode.TEXT, isCompressed, payload, isView: true };
      }
      this.#unfinished ??= this.#begin(header.opcode === Opcode.TEXT, isCompressed);
    }
    this.#append(payload);
    return isLast && header.fin ? this.#finish() : undefined;
  }

  /** Drops an unfinished message. */
  clear(): void {
    this.#unfinished = undefined;
    this.#buffer.clear();
    this.#budget.releaseMessage();
  }

  #checkOrder(opcode: Opcode): void {
    const continues = opcode === Opcode.CONTINUATION;
    if (continues === this.isInMessage) return;
    throw new ProtocolError(continues ? "CONTINUATION_UNEXPECTED" : "MESSAGE_INTERLEAVED");
  }

  #begin(isText: boolean, isCompressed: boolean): Unfinished {
    const checkable = isText && !isCompressed;
    const validator = checkable ? new Utf8Validator(this.#platform.isUtf8) : undefined;
    return { isText, isCompressed, validator };
  }

  #append(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const copy = this.#buffer.append(payload, this.#budget.messageBytes);
    if (this.#unfinished?.validator?.push(copy) === false) throw new ProtocolError("UTF8_INVALID");
  }

  #finish(): AssembledMessage | undefined {
    if (this.#unfinished === undefined) return undefined;
    const { isText, isCompressed, validator } = this.#unfinished;
    if (validator?.isComplete === false) throw new ProtocolError("UTF8_INVALID");

    const payload = this.#buffer.take();
    this.clear();
    return { isText, isCompressed, payload, isView: false };
  }
}
