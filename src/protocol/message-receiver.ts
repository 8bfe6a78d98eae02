/** Turns received bytes into control frames and messages (RFC 6455 §6.2). */
import { isError } from "../input/index.js";
import type { Budget } from "./budget.js";
import { isValidOnWire } from "./close-code.js";
import { CodecError, isProtocolError, notUtf8, type ProtocolError } from "./errors.js";
import { type MessageEvent, type TrafficCount, noTraffic } from "./connection-reports.js";
import type { MessageExtension } from "./extensions/extension.js";
import { type Opcode, isControl, peerRules } from "./frame-header.js";
import { type ChunkMemory, type FramePart, FrameReader } from "./frame-reader.js";
import type { FrameTrace } from "./frame-trace.js";
import { type AssembledMessage, MessageAssembler } from "./message-assembler.js";
import { copyOf, mayStayView } from "./copying.js";
import type { Platform } from "./platform.js";
import type { Role } from "./connection-options.js";
import type { WholeFrame } from "./whole-frame.js";

export interface ControlFrame {
  readonly type: "control";
  readonly opcode: Opcode;
  readonly payload: Uint8Array;
}

export interface MessageReceiverOptions {
  /** Of this end. */
  readonly role: Role;
  readonly platform: Platform;
  readonly budget: Budget;
  readonly extension: MessageExtension | undefined;
  readonly textAs: "string" | "bytes";
  readonly zeroCopy: boolean;
  readonly trace: FrameTrace | undefined;
  /** Called when decoding that went on elsewhere is done. */
  readonly onProgress: () => void;
}

interface Decoding {
  readonly isText: boolean;
  /** Of the payload. */
  readonly length: number;
  outcome?: Uint8Array | Error;
}

/** Turns bytes into control frames and decoded messages, in the order they came (RFC 6455 §6.2). */
export class MessageReceiver {
  /** Counts all but `transportBytes`: the caller that brings the bytes counts them. */
  readonly received: TrafficCount = noTraffic();
  readonly #platform: Platform;
  readonly #budget: Budget;
  readonly #extension: MessageExtension | undefined;
  readonly #textAs: "string" | "bytes";
  readonly #zeroCopy: boolean;
  readonly #trace: FrameTrace | undefined;
  readonly #onProgress: () => void;
  readonly #reader: FrameReader;
  /** Made for the first frame that is no message by itself. */
  #assembler: MessageAssembler | undefined;
  /** A message whose decoding goes on elsewhere; nothing behind it is read meanwhile. */
  #decoding: Decoding | undefined;
  readonly #messagesWhileClosing: "drop" | "deliver";
  #isDropping = false;

  constructor(options: MessageReceiverOptions, messagesWhileClosing: "drop" | "deliver" = "drop") {
    const { role, platform, budget, extension } = options;
    this.#platform = platform;
    this.#budget = budget;
    this.#extension = extension;
    this.#textAs = options.textAs;
    this.#zeroCopy = options.zeroCopy;
    this.#trace = options.trace;
    this.#onProgress = options.onProgress;
    this.#messagesWhileClosing = messagesWhileClosing;
    this.#reader = new FrameReader(peerRules(role === "server", extension?.rsv ?? 0), budget);
  }

  /** Whether a message has begun and not ended. */
  get isInMessage(): boolean {
    return this.#assembler?.isInMessage === true;
  }

  /** Whether {@link next} waits for a codec, and not for bytes. */
  get isDecoding(): boolean {
    return this.#decoding !== undefined && this.#decoding.outcome === undefined;
  }

  /** Whether an extension may have to decode a message. */
  get canDecode(): boolean {
    return this.#extension !== undefined;
  }

  /** Takes ownership of `chunk`, or borrows it until {@link keepLent}. */
  push(chunk: Uint8Array, memory: ChunkMemory = "given"): void {
    this.#reader.push(chunk, memory);
  }

  /** Copies what has not been read of lent memory. */
  keepLent(): void {
    this.#reader.keepLent();
  }

  /** Our Close frame is on its way. Where messages are dropped from then on, what they hold is not checked either. */
  closeSent(): void {
    if (this.#messagesWhileClosing === "deliver") return;
    this.#isDropping = true;
    this.#assembler?.dropMessages();
  }

  /** Forgets everything; the outcome of a decoding under way is dropped. */
  clear(): void {
    if (this.#decoding !== undefined) this.#releaseDecoding(this.#decoding.length);
    this.#reader.clear();
    this.#assembler?.clear();
  }

  /**
   * The next control frame or message, or `undefined` when it takes more bytes, or
   * the outcome of a codec.
   *
   * @throws {ProtocolError} The peer broke a rule.
   * @throws {CodecError} A codec failed through no fault of the peer.
   */
  next(): ControlFrame | MessageEvent | undefined {
    if (this.#decoding !== undefined) {
      if (this.#decoding.outcome === undefined) return undefined;
      const { isText, length, outcome } = this.#decoding;
      this.#releaseDecoding(length);
      if (!this.#isDropping) {
        if (isError(outcome)) throw asFault(outcome);
        return this.#deliverDecoded(isText, length, outcome);
      }
    }
    if (this.#reader.isEmpty) return undefined;
    const whole = this.#readsWhole() ? this.#reader.readWhole() : undefined;
    return whole === undefined ? this.#nextPart() : this.#takeWhole(whole);
  }

  #readsWhole(): boolean {
    return !this.#isDropping && !this.isInMessage && this.#trace === undefined;
  }

  #takeWhole(whole: WholeFrame): MessageEvent | undefined {
    const { isText, length } = whole;
    if (whole.isCompressed && this.#extension !== undefined) {
      const payload = whole.isLent ? whole.own(this.#platform) : whole.view();
      return this.#decode({ isText, payload }, this.#extension);
    }
    if (isText && this.#textAs === "string") {
      const data = whole.text(this.#platform);
      if (data === undefined) throw notUtf8();
      return this.#count({ type: "message", isText, data }, length);
    }
    const isView = this.#zeroCopy && !whole.isLent;
    return this.#deliver(isText, isView ? whole.view() : whole.own(this.#platform));
  }

  /** Reads the frames that {@link FrameReader.readWhole} leaves. */
  #nextPart(): ControlFrame | MessageEvent | undefined {
    for (let part = this.#readPart(); part !== undefined; part = this.#readPart()) {
      this.#trace?.received(part);
      const { opcode } = part.header;
      if (isControl(opcode)) return { type: "control", opcode, payload: part.payload };

      const message = this.#assembling().push(part);
      if (message === undefined || this.#isDropping) continue;
      const extension = this.#extension;
      if (message.isCompressed && extension !== undefined) return this.#decode(message, extension);
      return this.#deliver(message.isText, this.#keepable(message));
    }
    return undefined;
  }

  /** A part whose payload is not lent. */
  #readPart(): FramePart | undefined {
    const part = this.#reader.read();
    if (part === undefined || !this.#reader.isLent) return part;
    return { ...part, payload: copyOf(part.payload, this.#platform.allocate) };
  }

  #assembling(): MessageAssembler {
    if (this.#assembler === undefined) {
      this.#assembler = new MessageAssembler(this.#platform, this.#budget);
      if (this.#isDropping) this.#assembler.dropMessages();
    }
    return this.#assembler;
  }

  #decode(
    { isText, payload }: Pick<AssembledMessage, "isText" | "payload">,
    extension: MessageExtension,
  ): MessageEvent | undefined {
    const budget = this.#budget;
    const decoding: Decoding = { isText, length: payload.length };
    this.#decoding = decoding;
    budget.decodingBytes += payload.length;
    const later = (outcome: Uint8Array | Error): void => {
      if (this.#decoding !== decoding) return;
      this.#decoding.outcome = outcome;
      this.#onProgress();
    };
    let decoded: Uint8Array | undefined;
    try {
      decoded = extension.decode(payload, budget.maxMessageBytes, later);
    } catch (error) {
      throw asFault(error);
    }
    if (decoded === undefined) return undefined;
    this.#releaseDecoding(payload.length);
    return this.#deliverDecoded(isText, payload.length, decoded);
  }

  #releaseDecoding(length: number): void {
    this.#decoding = undefined;
    this.#budget.decodingBytes -= length;
  }

  /** @param length - Of the payload as it came. */
  #deliverDecoded(isText: boolean, length: number, decoded: Uint8Array): MessageEvent {
    this.received.compressedBytes += length;
    this.received.uncompressedBytes += decoded.length;
    return this.#deliver(isText, decoded);
  }

  #deliver(isText: boolean, data: Uint8Array): MessageEvent {
    return this.#count(this.#eventOf(isText, data), data.length);
  }

  #count(event: MessageEvent, length: number): MessageEvent {
    this.received.messages++;
    this.received.payloadBytes += length;
    return event;
  }

  #eventOf(isText: boolean, data: Uint8Array): MessageEvent {
    if (!isText) return { type: "message", isText, data };

    if (this.#textAs === "bytes") {
      if (!this.#platform.isUtf8(data)) throw notUtf8();
      return { type: "message", isText, data };
    }
    const text = this.#platform.decodeUtf8(data);
    if (text === undefined) throw notUtf8();
    return { type: "message", isText, data: text };
  }

  /** Copies a small message, so that an application that keeps it does not keep a large chunk with it. */
  #keepable({ isText, isView, payload }: AssembledMessage): Uint8Array {
    if (!isView || this.#zeroCopy || (isText && this.#textAs === "string")) return payload;
    if (mayStayView(payload.length, payload.buffer.byteLength)) return payload;
    return copyOf(payload, this.#platform.allocate);
  }
}

/** An error of a codec is the peer's fault if it is a ProtocolError, perhaps of another version of the package; otherwise it is the codec's own. */
function asFault(error: unknown): ProtocolError | CodecError {
  if (!isProtocolError(error)) return new CodecError(error);
  const canBeSent = isValidOnWire(error.closeCode) && typeof error.reason === "string";
  return canBeSent ? error : new CodecError(error);
}
