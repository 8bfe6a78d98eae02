/** Joins the fragments of a message, and keeps their payload meanwhile (RFC 6455 §5.4). */
import type { Budget } from "./budget.js";
import { type Allocate, joinParts, mayStayPart } from "./copying.js";
import { ProtocolError, notUtf8 } from "./errors.js";
import { Opcode, RSV1, opcodeName } from "./frame-header.js";
import type { FramePart } from "./frame-reader.js";
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

  /** From here on messages are only followed to their end, and neither kept nor checked. */
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

/**
 * The payload of one message while it arrives, in parts.
 *
 * Large parts are kept as they are, and joined once half of the message is there: a
 * message in one piece that grows would be copied twice, into memory that the
 * system must find anew each time. Small parts are copied together in memory that grows.
 */
export class MessageBuffer {
  readonly #allocate: Allocate;
  /** The bytes before {@link #bytes}. */
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  #bytes: Uint8Array = EMPTY;
  #used = 0;

  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  get length(): number {
    return this.#partsLength + this.#used;
  }

  /**
   * Adds `payload` at the end, as a view if it is large, and most of the memory it
   * is in: it must not change. Memory grows with what has arrived, to at most
   * twice that: what a header announces costs nothing until it comes.
   *
   * @param expected - The length of the whole message once it is known, so that
   *   the last step of growth can be exact; else 0. A sum of the fragments so far
   *   would make every step exact: each fragment would copy all before it.
   */
  append(payload: Uint8Array, expected: number): void {
    const arrived = this.length + payload.length;
    const isLastStep = arrived <= expected && arrived * 2 >= expected;
    if (isLastStep) {
      if (this.#parts.length > 0) this.#join(expected);
    } else if (mayStayPart(payload)) {
      this.#seal();
      this.#keep(payload);
      return;
    }
    const end = this.#used + payload.length;
    if (end > this.#bytes.length) this.#grow(end, expected - this.#partsLength);
    this.#bytes.set(payload, this.#used);
    this.#used = end;
  }

  /** Gives all bytes to the caller, at most twice as much memory behind them, and starts afresh. */
  take(): Uint8Array {
    if (this.#parts.length > 0) this.#join(this.length);
    const bytes = this.#copied();
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#parts = [];
    this.#bytes = EMPTY;
    this.#partsLength = this.#used = 0;
  }

  #copied(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  /** Begins new memory for small parts, behind the large part that comes next. */
  #seal(): void {
    if (this.#used === 0) return;
    this.#keep(this.#copied());
    this.#bytes = EMPTY;
    this.#used = 0;
  }

  /** Copies all there is into one piece of memory. */
  #join(capacity: number): void {
    this.#seal();
    const joined = joinParts(this.#parts, capacity, this.#allocate);
    const used = this.#partsLength;
    this.clear();
    this.#bytes = joined;
    this.#used = used;
  }

  #grow(needed: number, expected: number): void {
    const grown = Math.max(needed * 2, MIN_CAPACITY);
    const bytes = this.#allocate(expected >= needed ? Math.min(grown, expected) : grown);
    bytes.set(this.#copied());
    this.#bytes = bytes;
  }
}

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 256;
