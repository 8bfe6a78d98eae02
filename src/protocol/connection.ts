/** One end of an open WebSocket connection, without I/O. */
import { Budget } from "./budget.js";
import { CloseCode } from "./close-code.js";
import { type CloseStatus, parseClosePayload, serializeClosePayload } from "./close-frame.js";
import { known, type ProtocolConnectionOptions, type SendOptions } from "./connection-options.js";
import { CodecError, type Finding, ProtocolError, type ViolationCode } from "./errors.js";
import {
  type ProtocolEvent,
  ReadyState,
  type TrafficCount,
  nextState,
} from "./connection-reports.js";
import { Opcode, checkControlPayload } from "./frame-header.js";
import type { ChunkMemory } from "./frame-reader.js";
import { FrameTrace } from "./frame-trace.js";
import { FrameWriter } from "./frame-writer.js";
import { type ControlFrame, MessageReceiver } from "./message-receiver.js";
import { MessageSender } from "./message-sender.js";
import { OutputBuffer } from "./output-buffer.js";
import type { Platform } from "./platform.js";
import type { ReadyMessage } from "./prepared-message.js";

/**
 * One end of an open WebSocket connection, without I/O.
 *
 * Bytes go in with {@link receive}, events of the peer come out of {@link nextEvent}, and bytes to
 * write come out of {@link takeOutput}. After each call of another method, call these two until
 * they are empty. Bytes of the peer never make a method throw: they end in a `failed` event.
 */
export class ProtocolConnection {
  readonly #platform: Platform;
  readonly #output: OutputBuffer;
  readonly #writer: FrameWriter;
  readonly #receiver: MessageReceiver;
  readonly #sender: MessageSender;
  /** Counts what is held. Code that holds bytes for this connection elsewhere charges it, too. */
  readonly budget: Budget;
  /** Counts what the peer has sent so far, and what {@link takeOutput} has given for the peer. Only to be read. */
  readonly received: TrafficCount;
  readonly sent: TrafficCount;
  #state: ReadyState = ReadyState.OPEN;
  /** Set by a Close frame of the peer (§1.4) or a failure (§7.1.7): nothing is read any more. */
  #isDiscarding = false;
  /** A pong that waits because the peer does not read: only the latest ping needs one (§5.5.3). */
  #latePong: Uint8Array | undefined;
  #failure: ProtocolError | CodecError | undefined;
  #sentClose: CloseStatus | undefined;
  #receivedClose: CloseStatus | undefined;

  constructor(options: ProtocolConnectionOptions) {
    const { role, platform, extension, textAs = "string", zeroCopy = false } = known(options);
    const { onProgress = NOTHING_TO_DO, messagesWhileClosing } = options;
    const trace = options.onFrame && new FrameTrace(options.onFrame);
    const budget = (this.budget = new Budget(options.limits));
    this.#platform = platform;
    this.#output = new OutputBuffer(platform.allocate);
    const writer = (this.#writer = new FrameWriter(role, platform, this.#output, trace));
    this.sent = writer.sent;
    // No spreading: each object made so has a shape of its own, which is slow to read from.
    const receiving = { role, platform, budget, extension, textAs, zeroCopy, trace, onProgress };
    this.#receiver = new MessageReceiver(receiving, messagesWhileClosing);
    this.received = this.#receiver.received;
    // At once: no message may follow a missing one.
    const failNow = (error: CodecError): void => this.#sendCloseFor((this.#failure ??= error));
    const onCodecError = extension ? failNow : NOTHING_TO_DO;
    const sending = { writer, platform, budget, extension, onProgress, onCodecError };
    this.#sender = new MessageSender(sending);
  }

  get readyState(): ReadyState {
    return this.#state;
  }

  /** What the peer's Close frame said, once it has come. */
  get receivedClose(): CloseStatus | undefined {
    return this.#receivedClose;
  }

  /** What our Close frame says, once it is in the output or waits for the messages before it. */
  get sentClose(): CloseStatus | undefined {
    return this.#sentClose;
  }

  /** Whether the peer is in the middle of a message. */
  get isInMessage(): boolean {
    return this.#receiver.isInMessage;
  }

  /** Whether {@link nextEvent} waits for a codec, and not for bytes. */
  get isDecoding(): boolean {
    return this.#receiver.isDecoding;
  }

  /** Whether an extension may have to decode a message of the peer. */
  get canDecode(): boolean {
    return this.#receiver.canDecode;
  }

  /** Whether a codec works on a message that was sent: {@link startMessage} is not possible then. */
  get isEncoding(): boolean {
    return this.#sender.isEncoding;
  }

  /** Whether a codec failed to encode: messages in front of our Close frame are missing. */
  get hasLost(): boolean {
    return this.#failure instanceof CodecError;
  }

  /** Bytes of the peer that wait to be read. */
  get unreadBytes(): number {
    return this.budget.unparsedBytes;
  }

  /** Bytes sent that {@link takeOutput} has not given yet, those that wait for a codec included. */
  get unsentBytes(): number {
    return this.#output.length + this.budget.outputBytes + this.budget.encodingBytes;
  }

  /** All that this connection holds for or of its peer, in bytes; see {@link Budget}. */
  get heldBytes(): number {
    return this.budget.heldBytes + this.#output.length;
  }

  /** Takes ownership of `chunk`, or borrows it until {@link keepLent} if its memory is lent. Unmasking writes into it. */
  receive(chunk: Uint8Array, memory: ChunkMemory = "given"): void {
    this.received.transportBytes += chunk.length;
    if (!this.#isDiscarding) this.#receiver.push(chunk, memory);
  }

  /** Copies what {@link nextEvent} has not used of a lent chunk, which may change after that. */
  keepLent(): void {
    this.#receiver.keepLent();
  }

  /**
   * The next thing the peer did; `undefined` until more bytes come, or a codec is done. To make the peer wait, do not call it.
   */
  nextEvent(): ProtocolEvent | undefined {
    if (this.#failure !== undefined && !this.#isDiscarding) return this.#fail(this.#failure);
    while (!this.#isDiscarding) {
      try {
        const next = this.#receiver.next();
        if (next === undefined) return undefined;
        const event = next.type === "control" ? this.#handle(next) : next;
        if (event !== undefined) return event;
      } catch (error) {
        if (error instanceof ProtocolError || error instanceof CodecError) return this.#fail(error);
        throw error; // a bug of this library, and no fault of the peer
      }
    }
    return undefined;
  }

  /** The bytes to write, in order, as chunks of any length. They belong to the caller, to write and not to change. */
  takeOutput(): Uint8Array[] {
    if (this.#latePong !== undefined) this.#sendControl(Opcode.PONG, this.#latePong);
    this.#latePong = undefined;
    this.sent.transportBytes += this.#output.length;
    return this.#output.take();
  }

  /**
   * Sends a whole message. Leaves `data` alone. Bytes that a server sends, longer than {@link
   * COPIED_PAYLOAD_BYTES}, must not change until they are written; all other data is copied. {@link
   * prepareMessage} is for a message to many connections.
   *
   * @returns False when the connection is closing or closed: nothing was sent.
   * @throws {TypeError} Bytes that were to be sent as text are not UTF-8, or a prepared message is
   *   to be sent as another type than it was prepared for.
   * @throws {Error} A message is being sent in fragments.
   */
  sendMessage(data: ReadyMessage, options: SendOptions = NO_OPTIONS): boolean {
    if (this.#state !== ReadyState.OPEN) return false;
    this.#sender.sendMessage(data, options);
    return true;
  }

  /**
   * Starts a message that is sent in fragments while it is produced (§5.4). Until the fragment with
   * `fin` no other message may be sent; control frames may. It is not compressed.
   *
   * @returns False when the connection is closing or closed.
   * @throws {Error} A message is being sent in fragments, or compressed, already.
   */
  startMessage(type: "text" | "binary"): boolean {
    if (this.#state !== ReadyState.OPEN) return false;
    this.#sender.start(type === "text");
    return true;
  }

  /**
   * Sends the next fragment, copied as in {@link sendMessage}; an empty one is fine. Fragments of text that are given as bytes are
   * not checked. Strings must not be cut inside a surrogate pair: each half would become U+FFFD.
   *
   * @returns False when the connection is closing or closed: the message stays unfinished.
   * @throws {Error} No message has been started.
   */
  sendFragment(data: string | Uint8Array, fin: boolean): boolean {
    if (this.#state !== ReadyState.OPEN) return false;
    this.#sender.sendFragment(data, fin);
    return true;
  }

  /** Sends a Ping frame (§5.5.2). @returns False when closing or closed. @throws {RangeError} `payload` is over 125 bytes. */
  ping(payload: Uint8Array = EMPTY): boolean {
    return this.#sendOwnControl(Opcode.PING, payload);
  }

  /** Sends a Pong frame that answers no ping (§5.5.3); see {@link ping}. */
  pong(payload: Uint8Array = EMPTY): boolean {
    return this.#sendOwnControl(Opcode.PONG, payload);
  }

  /**
   * Starts the closing handshake (§7.1.2): a Close frame goes out behind all messages sent before,
   * and `messagesWhileClosing` decides about messages that still arrive. Does nothing once it is closing or closed.
   *
   * @param code - Any that may be sent; without one the Close frame is empty.
   * @throws {RangeError} See {@link serializeClosePayload}. Nothing was sent.
   */
  close(code: number = CloseCode.NO_STATUS_RCVD, reason = ""): void {
    const payload = serializeClosePayload({ code, reason }, this.#platform);
    if (this.#state === ReadyState.OPEN) this.#sendClose({ code, reason }, payload);
  }

  /**
   * _Fail the WebSocket Connection_ (§7.1.7) for a rule that only the caller can see broken, with
   * a `finding` for the reason. Does nothing when nothing more is expected of the peer.
   */
  fail(violation: ViolationCode, finding?: Finding): void {
    if (this.#state !== ReadyState.CLOSED) this.#failure ??= new ProtocolError(violation, finding);
  }

  /** The transport has ended: nothing more comes or goes. What has come can still be read. Once is enough. */
  transportEnded(): void {
    this.#state = nextState(this.#state, "transport ended");
    this.#latePong = undefined;
    this.#sender.clear();
  }

  /** Drops what has come and has not been read: {@link nextEvent} gives nothing more. */
  discard(): void {
    this.#isDiscarding = true;
    this.#latePong = undefined;
    this.#receiver.clear();
  }

  #handle({ opcode, payload }: ControlFrame): ProtocolEvent {
    if (opcode === Opcode.PING) {
      this.#answerPing(payload);
      return { type: "ping", payload: new Uint8Array(payload) };
    }
    if (opcode === Opcode.PONG) return { type: "pong", payload: new Uint8Array(payload) };

    const close = (this.#receivedClose = parseClosePayload(payload, this.#platform));
    this.discard();
    if (this.#state === ReadyState.OPEN) this.#sendClose(close, new Uint8Array(payload));
    this.#state = nextState(this.#state, "close frame received");
    return { type: "close", ...close };
  }

  /** §5.5.2: the same bytes, also when our own Close frame is out already. */
  #answerPing(payload: Uint8Array): void {
    if (this.#state === ReadyState.CLOSED) return;
    if (this.#output.length < LATE_PONG_FROM) this.#sendControl(Opcode.PONG, payload);
    else this.#latePong = new Uint8Array(payload);
  }

  #fail(error: ProtocolError | CodecError): ProtocolEvent {
    this.discard();
    if (this.#state === ReadyState.OPEN) this.#sendCloseFor(error);
    return { type: "failed", error };
  }

  #sendCloseFor({ closeCode, reason }: ProtocolError | CodecError): void {
    const close = { code: closeCode, reason };
    this.#sendClose(close, serializeClosePayload(close, this.#platform));
  }

  #sendClose(close: CloseStatus, payload: Uint8Array): void {
    this.#sentClose = close;
    this.#sender.sendClose(payload);
    this.#receiver.closeSent();
    this.#state = nextState(this.#state, "close frame sent");
  }

  #sendOwnControl(opcode: Opcode, payload: Uint8Array): boolean {
    checkControlPayload(payload);
    if (this.#state !== ReadyState.OPEN) return false;
    this.#sendControl(opcode, payload);
    return true;
  }

  #sendControl(opcode: Opcode, payload: Uint8Array): void {
    this.#writer.write({ fin: true, rsv: 0, opcode }, payload);
  }
}

const NOTHING_TO_DO = (): void => {};
const EMPTY = new Uint8Array(0);
const NO_OPTIONS: SendOptions = {};

/** With this many bytes unsent the peer is not reading, and a pong would only add to them. */
const LATE_PONG_FROM = 64 * 1024;
