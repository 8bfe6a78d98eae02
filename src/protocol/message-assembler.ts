import type { Budget } from "./budget.js";
import { notUtf8, ProtocolError } from "./errors.js";
import { RSV1 } from "./frame-header.js";
import type { FramePart } from "./frame-reader.js";
import { MessageBuffer } from "./message-buffer.js";
import { Opcode, opcodeName } from "./opcode.js";
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

/** Joins fragments to messages, in the order and within the bounds of RFC 6455 §5.4. */
export class MessageAssembler {
  readonly #platform: Platform;
  readonly #budget: Budget;
  readonly #buffer: MessageBuffer;
  #isInMessage = false;
  #isText = false;
  #isCompressed = false;
  /** Checks text while it arrives; compressed text can only be checked at the end. */
  #validator: Utf8Validator | undefined;
  #isDropping = false;

  constructor(platform: Platform, budget: Budget) {
    this.#platform = platform;
    this.#budget = budget;
    this.#buffer = new MessageBuffer(platform.allocate);
  }

  /** Whether a message has begun and not ended. */
  get isInMessage(): boolean {
    return this.#isInMessage;
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
      const isCompressed = this.#isInMessage ? this.#isCompressed : (header.rsv & RSV1) !== 0;
      this.#budget.chargeFragment(header.payloadLength, isCompressed, header.fin);

      if (!this.#isInMessage) {
        const isText = header.opcode === Opcode.TEXT;
        if (isLast && header.fin) {
          this.#budget.releaseMessage();
          return { isText, isCompressed, payload, isView: true };
        }
        this.#begin(isText, isCompressed);
      }
    }
    this.#append(payload, header.fin);
    return isLast && header.fin ? this.#finish() : undefined;
  }

  /** From here on messages are followed, and neither kept nor checked: nobody wants them. */
  dropMessages(): void {
    this.#isDropping = true;
    this.#buffer.clear();
  }

  /** Drops an unfinished message. */
  clear(): void {
    this.#isInMessage = false;
    this.#validator = undefined;
    this.#buffer.clear();
    this.#budget.releaseMessage();
  }

  #checkOrder(opcode: Opcode): void {
    const continues = opcode === Opcode.CONTINUATION;
    if (continues === this.#isInMessage) return;
    if (continues) throw new ProtocolError("CONTINUATION_UNEXPECTED");
    throw new ProtocolError("MESSAGE_INTERLEAVED", { what: opcodeName(opcode) });
  }

  #begin(isText: boolean, isCompressed: boolean): void {
    this.#isInMessage = true;
    this.#isText = isText;
    this.#isCompressed = isCompressed;
    if (isText && !isCompressed) this.#validator = new Utf8Validator(this.#platform.isUtf8);
  }

  #append(payload: Uint8Array, isLastFragment: boolean): void {
    if (payload.length === 0 || this.#isDropping) return;
    this.#buffer.append(payload, isLastFragment ? this.#budget.messageBytes : 0);
    if (this.#validator?.push(payload) === false) throw notUtf8();
  }

  #finish(): AssembledMessage {
    if (this.#validator?.isComplete === false && !this.#isDropping) {
      throw notUtf8();
    }
    const payload = this.#buffer.take();
    this.clear();
    return { isText: this.#isText, isCompressed: this.#isCompressed, payload, isView: false };
  }
}
