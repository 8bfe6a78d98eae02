/** Turns messages into frames, in the order they were sent (RFC 6455 §6.1). */
import { isError } from "../input/index.js";
import type { Budget } from "./budget.js";
import type { SendOptions } from "./connection-options.js";
import { CodecError } from "./errors.js";
import type { MessageExtension } from "./extensions/extension.js";
import { COPIED_PAYLOAD_BYTES, copyOf } from "./copying.js";
import type { FrameStart, FrameWriter } from "./frame-writer.js";
import { Opcode } from "./frame-header.js";
import type { Platform } from "./platform.js";
import {
  adoptPrepared,
  noTextBytes,
  type LaterFrame,
  type PreparedFrame,
  type PreparedMessage,
  type ReadyMessage,
} from "./prepared-message.js";
import { Queue } from "./queue.js";

/** A message or a Close frame that waits behind a message whose encoding goes on elsewhere. */
type Waiting =
  | {
      readonly type: "message";
      readonly isText: boolean;
      readonly payload: Uint8Array;
      readonly extension: MessageExtension | undefined;
    }
  | {
      readonly type: "prepared";
      readonly message: PreparedMessage;
      readonly payload: Uint8Array;
      readonly options: SendOptions;
    }
  | { readonly type: "close"; readonly payload: Uint8Array };

interface MessageSenderOptions {
  readonly writer: FrameWriter;
  readonly platform: Platform;
  readonly budget: Budget;
  readonly extension: MessageExtension | undefined;
  /** Called when encoding that went on elsewhere is done, and what waited for it has moved on. */
  readonly onProgress: () => void;
  /**
   * Called when encoding failed, here or elsewhere: messages are missing from
   * here on, and a Close frame that waited behind them is dropped like them.
   */
  readonly onCodecError: (error: CodecError) => void;
}

/** Turns messages into frames (RFC 6455 §5.4, §6.1), in the order they were sent. */
export class MessageSender {
  readonly #writer: FrameWriter;
  readonly #platform: Platform;
  readonly #budget: Budget;
  readonly #extension: MessageExtension | undefined;
  readonly #onProgress: () => void;
  readonly #onCodecError: (error: CodecError) => void;
  /** Made when something has to wait. */
  #waiting: Queue<Waiting> | undefined;
  #isEncoding = false;
  /** The opcode of the next fragment while a message is being sent in fragments. */
  #fragmentOpcode: Opcode | undefined;

  constructor(options: MessageSenderOptions) {
    this.#writer = options.writer;
    this.#platform = options.platform;
    this.#budget = options.budget;
    this.#extension = options.extension;
    this.#onProgress = options.onProgress;
    this.#onCodecError = options.onCodecError;
  }

  /** Whether a message has been started and not ended. */
  get isInMessage(): boolean {
    return this.#fragmentOpcode !== undefined;
  }

  /** Whether a message is being encoded elsewhere, so that the next message has to wait. */
  get isEncoding(): boolean {
    return this.#isEncoding;
  }

  /**
   * Sends a whole message; see {@link ProtocolConnection.sendMessage}.
   *
   * @throws {TypeError} It cannot be sent as what `options` ask for.
   */
  sendMessage(data: ReadyMessage, options: SendOptions): void {
    if (typeof data !== "string" && !ArrayBuffer.isView(data)) {
      this.sendPrepared(adoptPrepared(data), options);
      return;
    }
    const isText = options.type === undefined ? typeof data === "string" : options.type === "text";
    if (isText && typeof data !== "string" && !this.#platform.isUtf8(data)) throw noTextBytes();
    this.send(data, isText, options.compress ?? true);
  }

  /** @param encode - False keeps the extension off this message. */
  send(data: string | Uint8Array, isText: boolean, encode: boolean): void {
    this.#checkNoMessage();
    const extension = this.#extensionFor(data.length, encode);
    if (this.#isEncoding) {
      const payload = typeof data === "string" ? this.#toBytes(data) : this.#keepable(data);
      this.#wait({ type: "message", isText, payload, extension });
    } else if (extension === undefined || data.length < extension.elsewhereBytes) {
      this.#frame(data, isText, extension);
    } else this.#frame(typeof data === "string" ? data : this.#keepable(data), isText, extension);
  }

  /**
   * Sends a message that other connections send, too.
   *
   * @throws {TypeError} `options` ask for another type than it was prepared for.
   */
  sendPrepared(message: PreparedMessage, options: SendOptions): void {
    message.checkType(options.type);
    const isEncoded = message.compress && (options.compress ?? true);
    if (this.#writer.isMasking) {
      this.send(message.payload, message.type === "text", isEncoded);
      return;
    }
    this.#checkNoMessage();
    if (this.#isEncoding) {
      this.#wait({ type: "prepared", message, payload: message.payload, options });
      return;
    }
    const extension = this.#extensionFor(message.length, isEncoded);
    if (extension !== undefined) this.#encodePrepared(extension, message);
    else this.#writer.writePrepared(message.plainFrame(this.#platform.allocate));
  }

  /** Starts a message that is sent in fragments; they are never encoded. */
  start(isText: boolean): void {
    this.#checkNoMessage();
    if (this.#isEncoding) throw new Error("a message is being encoded: wait until it is out");
    this.#fragmentOpcode = isText ? Opcode.TEXT : Opcode.BINARY;
  }

  sendFragment(data: string | Uint8Array, fin: boolean): void {
    if (this.#fragmentOpcode === undefined) throw new Error("no message has been started");
    this.#write({ fin, rsv: 0, opcode: this.#fragmentOpcode }, data);
    this.#fragmentOpcode = fin ? undefined : Opcode.CONTINUATION;
  }

  /**
   * Writes a Close frame behind everything that was sent before. A message in
   * fragments ends here unfinished: no data may follow (§5.5.1).
   */
  sendClose(payload: Uint8Array): void {
    if (this.#isEncoding) this.#wait({ type: "close", payload });
    else this.#writeClose(payload);
  }

  /** Drops all messages that wait; a message that is being encoded is dropped when it is done. */
  clear(): void {
    if (this.#waiting !== undefined) {
      for (const { value } of this.#waiting.places())
        this.#budget.outputBytes -= value.payload.length;
      this.#budget.objects -= this.#waiting.length;
      this.#waiting = undefined;
    }
    this.#isEncoding = false;
    this.#fragmentOpcode = undefined;
  }

  #write(start: FrameStart, data: string | Uint8Array): void {
    if (typeof data === "string") this.#writer.writeText(start, data);
    else this.#writer.write(start, data);
  }

  #toBytes(text: string): Uint8Array {
    const length = this.#platform.utf8Length(text);
    const bytes = this.#platform.allocate(length);
    this.#platform.writeUtf8(bytes, 0, text, length);
    return bytes;
  }

  /** The extension for a message of `length` bytes; `undefined` when the message goes out as it is. */
  #extensionFor(length: number, encode: boolean): MessageExtension | undefined {
    const extension = encode ? this.#extension : undefined;
    return extension?.isWorthEncoding(length) === true ? extension : undefined;
  }

  #frame(data: string | Uint8Array, isText: boolean, extension?: MessageExtension): void {
    if (extension === undefined) this.#write(isText ? WHOLE_TEXT : WHOLE_BINARY, data);
    else this.#encode(extension, typeof data === "string" ? this.#toBytes(data) : data, isText);
  }

  /** Copies bytes that wait or are encoded elsewhere, if they would be copied when written at once: see {@link FrameWriter.write}. */
  #keepable(data: Uint8Array): Uint8Array {
    if (data.length > COPIED_PAYLOAD_BYTES && !this.#writer.isMasking) return data;
    return copyOf(data, this.#platform.allocate);
  }

  #wait(waiting: Waiting): void {
    (this.#waiting ??= new Queue()).push(waiting);
    this.#budget.outputBytes += waiting.payload.length;
    this.#budget.objects++;
  }

  #encode(extension: MessageExtension, payload: Uint8Array, isText: boolean): void {
    const { length } = payload;
    const start = { fin: true, rsv: extension.rsv, opcode: isText ? Opcode.TEXT : Opcode.BINARY };
    const write = (encoded: Uint8Array): void => {
      this.#writer.write(start, encoded);
      this.#countEncoded(length, encoded.length);
    };
    const later = (outcome: Uint8Array | Error): void => this.#goOn(length, outcome, write);
    let encoded: Uint8Array | undefined;
    try {
      encoded = extension.encode(payload, later);
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    if (encoded === undefined) this.#awaitEncoding(length);
    else write(encoded);
  }

  #encodePrepared(extension: MessageExtension, message: PreparedMessage): void {
    const { length } = message;
    const write = (frame: PreparedFrame): void => {
      this.#writer.writePrepared(frame);
      this.#countEncoded(length, frame.payload.length);
    };
    const later: LaterFrame = (outcome) => this.#goOn(length, outcome, write);
    let frame: PreparedFrame | undefined;
    try {
      frame = message.encodedFrame(extension, this.#platform.allocate, later);
      extension.skip(message.payload);
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    if (frame === undefined) this.#awaitEncoding(length);
    else write(frame);
  }

  #awaitEncoding(length: number): void {
    this.#isEncoding = true;
    this.#budget.encodingBytes += length;
  }

  /** Encoding that went on elsewhere is done. */
  #goOn<Encoded>(
    length: number,
    outcome: Encoded | Error,
    write: (encoded: Encoded) => void,
  ): void {
    this.#budget.encodingBytes -= length;
    if (!this.#isEncoding) return;
    this.#isEncoding = false;
    if (isError(outcome)) this.#giveUp(outcome);
    else {
      write(outcome);
      this.#sendWaiting();
    }
    this.#onProgress();
  }

  /** @param length - Bytes of the payload before encoding. */
  #countEncoded(length: number, encodedLength: number): void {
    const { sent } = this.#writer;
    sent.uncompressedBytes += length;
    sent.compressedBytes += encodedLength;
    sent.payloadBytes += length - encodedLength;
  }

  #checkNoMessage(): void {
    if (this.isInMessage) throw new Error("a message is being sent in fragments: end it first");
  }

  #giveUp(error: unknown): void {
    this.clear();
    this.#onCodecError(new CodecError(error));
  }

  #sendWaiting(): void {
    while (!this.#isEncoding) {
      const next = this.#waiting?.shift();
      if (next === undefined) return;
      this.#budget.outputBytes -= next.payload.length;
      this.#budget.objects--;
      if (next.type === "close") this.#writeClose(next.payload);
      else if (next.type === "prepared") this.sendPrepared(next.message, next.options);
      else this.#frame(next.payload, next.isText, next.extension);
    }
  }

  #writeClose(payload: Uint8Array): void {
    this.#fragmentOpcode = undefined;
    this.#writer.write({ fin: true, rsv: 0, opcode: Opcode.CLOSE }, payload);
  }
}

const WHOLE_TEXT: FrameStart = { fin: true, rsv: 0, opcode: Opcode.TEXT };
const WHOLE_BINARY: FrameStart = { fin: true, rsv: 0, opcode: Opcode.BINARY };
