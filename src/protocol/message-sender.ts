import type { Budget } from "./budget.js";
import { CodecError } from "./errors.js";
import type { MessageExtension } from "./extensions/extension.js";
import type { FrameWriter } from "./frame-writer.js";
import { Opcode } from "./opcode.js";
import type { Platform } from "./platform.js";

/** A message or a Close frame that waits behind a message whose encoding goes on elsewhere. */
type Waiting =
  | {
      readonly type: "message";
      readonly isText: boolean;
      readonly payload: Uint8Array;
      readonly encode: boolean;
    }
  | { readonly type: "close"; readonly payload: Uint8Array };

export interface MessageSenderOptions {
  readonly writer: FrameWriter;
  readonly platform: Platform;
  readonly budget: Budget;
  readonly extension: MessageExtension | undefined;
  /** Called when encoding that went on elsewhere is done, and what waited for it has moved on. */
  readonly onProgress: () => void;
  /** Called when it failed: messages would be missing from here on. */
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
  #waiting: Waiting[] = [];
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

  /** @param encode - False keeps the extension off this message. */
  send(data: string | Uint8Array, isText: boolean, encode: boolean): void {
    if (this.isInMessage) throw new Error("a message is being sent in fragments: end it first");
    if (!this.#isEncoding && !this.#encodes(data.length, encode)) {
      const opcode = isText ? Opcode.TEXT : Opcode.BINARY;
      const start = { fin: true, rsv: 0, opcode };
      if (typeof data === "string") this.#writer.writeText(start, data);
      else this.#writer.write(start, data);
      return;
    }
    const payload = typeof data === "string" ? this.#toBytes(data) : data;
    if (this.#isEncoding) this.#wait({ type: "message", isText, payload, encode });
    else this.#encode(payload, isText);
  }

  /** Starts a message that is sent in fragments; they are never encoded. */
  start(isText: boolean): void {
    if (this.isInMessage) throw new Error("a message is being sent in fragments: end it first");
    if (this.#isEncoding) throw new Error("a message is being encoded: wait until it is out");
    this.#fragmentOpcode = isText ? Opcode.TEXT : Opcode.BINARY;
  }

  sendFragment(data: string | Uint8Array, fin: boolean): void {
    if (this.#fragmentOpcode === undefined) throw new Error("no message has been started");
    const start = { fin, rsv: 0, opcode: this.#fragmentOpcode };
    if (typeof data === "string") this.#writer.writeText(start, data);
    else this.#writer.write(start, data);
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

  /** Forgets what waits; what is being encoded is dropped when it is done. */
  clear(): void {
    for (const { payload } of this.#waiting) this.#budget.outputBytes -= payload.length;
    this.#budget.objects -= this.#waiting.length;
    this.#waiting = [];
    this.#isEncoding = false;
    this.#fragmentOpcode = undefined;
  }

  #encodes(length: number, encode: boolean): boolean {
    return encode && this.#extension?.isWorthEncoding(length) === true;
  }

  #toBytes(text: string): Uint8Array {
    const bytes = this.#platform.allocate(this.#platform.utf8Length(text));
    this.#platform.writeUtf8(bytes, 0, text);
    return bytes;
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#budget.outputBytes += waiting.payload.length;
    this.#budget.objects++;
  }

  #encode(payload: Uint8Array, isText: boolean): void {
    this.#isEncoding = true;
    this.#budget.codecBytes += payload.length;
    const encoded = this.#extension?.encode(payload, (outcome) => {
      if (!this.#isEncoding) return;
      if (outcome instanceof Error) {
        this.#budget.codecBytes -= payload.length;
        this.clear();
        this.#onCodecError(new CodecError(outcome));
      } else {
        this.#finish(outcome, payload.length, isText);
        this.#sendWaiting();
      }
      this.#onProgress();
    });
    if (encoded !== undefined) this.#finish(encoded, payload.length, isText);
  }

  #finish(encoded: Uint8Array, plainLength: number, isText: boolean): void {
    this.#isEncoding = false;
    this.#budget.codecBytes -= plainLength;
    const opcode = isText ? Opcode.TEXT : Opcode.BINARY;
    this.#writer.write({ fin: true, rsv: this.#extension?.rsv ?? 0, opcode }, encoded);
  }

  #sendWaiting(): void {
    while (!this.#isEncoding) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#budget.outputBytes -= next.payload.length;
      this.#budget.objects--;
      if (next.type === "close") this.#writeClose(next.payload);
      else this.send(next.payload, next.isText, next.encode);
    }
  }

  #writeClose(payload: Uint8Array): void {
    this.#fragmentOpcode = undefined;
    this.#writer.write({ fin: true, rsv: 0, opcode: Opcode.CLOSE }, payload);
  }
}
