/** The WebSocket of browsers (WHATWG WebSockets), over a connection of this library. */
import { isError } from "../../input/index.js";
import { headerLength, ReadyState } from "../../protocol/index.js";
import type { CloseInfo } from "../connection/events.js";
import { establish } from "../client/connect.js";
import type { WebSocketConnection } from "../connection/connection.js";
import type { Message } from "../connection/events.js";
import {
  payloadLength,
  toCloseCode,
  toConnectOptions,
  toReason,
  toSendable,
  toUrl,
  type WebSocketInit,
} from "./arguments.js";
import { BufferedAmount } from "./buffered.js";
import {
  CloseEvent,
  ErrorEvent,
  type EventHandler,
  HandlerAttribute,
  WebSocketTarget,
  defineInterface,
  messageEvent,
  requireArgument,
} from "./events.js";

/** The form of binary messages. */
export type BinaryType = "blob" | "arraybuffer";

const { CONNECTING, OPEN, CLOSING, CLOSED } = ReadyState;

/**
 * The WebSocket of browsers, for code that has to run in both: events, attributes
 * and exceptions as the WHATWG standard has them. {@link connect} can do more.
 *
 * Events come one by one, each when the promises of the one before have settled, so code that awaits
 * one message after the other misses none. An exception in a listener becomes an `uncaughtException`
 * of the process, as with every EventTarget of Node.
 *
 * It differs from the standard in one place: `error` events have the error. As in browsers, the
 * handshake fails when the server picks none of the offered subprotocols; {@link connect} allows that.
 */
export class WebSocket extends WebSocketTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  static {
    for (const [name, value] of Object.entries(ReadyState)) {
      for (const holder of [this, this.prototype]) {
        Object.defineProperty(holder, name, { value, enumerable: true });
      }
    }
  }

  readonly #url: URL;
  readonly #attempt = new AbortController();
  readonly #buffered = new BufferedAmount();
  readonly #onopen = new HandlerAttribute<Event>(this, "open");
  readonly #onmessage = new HandlerAttribute<MessageEvent>(this, "message");
  readonly #onerror = new HandlerAttribute<ErrorEvent>(this, "error");
  readonly #onclose = new HandlerAttribute<CloseEvent>(this, "close");
  #connection: WebSocketConnection | undefined;
  #state: ReadyState = CONNECTING;
  #binaryType: BinaryType = "blob";
  /** An event is being dispatched that is older than the present state of the connection. */
  #isTelling = false;

  /**
   * Starts to connect. `open`, or `error` and `close`, tell the result.
   *
   * @param url - Absolute; http and https stand for ws and wss. Also `ws+unix:`, see {@link connect}.
   * @param protocols - Subprotocols to offer, best first, none of them twice in any case; or options, which browsers do not have.
   * @throws {DOMException} `SyntaxError`: the URL or a subprotocol.
   * @throws {TypeError | RangeError} An option; see {@link ConnectOptions}.
   */
  constructor(url: string | URL, protocols: string | Iterable<string> | WebSocketInit = []) {
    super();
    // oxlint-disable-next-line prefer-rest-params -- Web IDL tells none from undefined
    requireArgument("the constructor", arguments.length);
    this.#url = toUrl(url);
    const options = toConnectOptions(this.#url, protocols, this.#attempt.signal);
    establish(options, () => this.#buffered.end(this.#connection?.bufferedAmount ?? 0)).then(
      (connection) => this.#opened(connection),
      (error: unknown) => this.#failed(error),
    );
  }

  /** The URL that it connects to: `ws:` or `wss:`, with at least `/` as its path. */
  get url(): string {
    return this.#url.href;
  }

  /** CLOSING from `close()` or the peer's Close frame on, whichever comes first. */
  get readyState(): ReadyState {
    if (this.#state !== OPEN || this.#isTelling) return this.#state;
    return this.#connection?.readyState === OPEN ? OPEN : CLOSING;
  }

  /** The subprotocol that the server picked, or `""`. */
  get protocol(): string {
    return this.#connection?.subprotocol ?? "";
  }

  /** The extensions that the server accepted, or `""`. */
  get extensions(): string {
    return this.#connection?.extensions ?? "";
  }

  /**
   * Bytes of payload passed to {@link send} that the network has not taken yet. Messages that can
   * never be sent count, too. With permessage-deflate it is an estimate while a part of a message is
   * sent.
   */
  get bufferedAmount(): number {
    return this.#buffered.amount(this.#connection?.bufferedAmount ?? 0);
  }

  /** The form of binary messages, from the next message on. Other values are ignored. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(value: BinaryType) {
    const isKnown = value === "blob" || value === "arraybuffer";
    this.#binaryType = isKnown ? value : this.#binaryType; // throws when `this` is no WebSocket, as all members do
  }

  get onopen(): EventHandler<Event> {
    return this.#onopen.get();
  }

  set onopen(handler: EventHandler<Event>) {
    this.#onopen.set(handler);
  }

  get onmessage(): EventHandler<MessageEvent> {
    return this.#onmessage.get();
  }

  set onmessage(handler: EventHandler<MessageEvent>) {
    this.#onmessage.set(handler);
  }

  /** The events are ErrorEvents; the type says Event, as the DOM's does. */
  get onerror(): EventHandler<Event> {
    return this.#onerror.get();
  }

  set onerror(handler: EventHandler<ErrorEvent>) {
    this.#onerror.set(handler);
  }

  get onclose(): EventHandler<CloseEvent> {
    return this.#onclose.get();
  }

  set onclose(handler: EventHandler<CloseEvent>) {
    this.#onclose.set(handler);
  }

  /**
   * Sends a message: bytes and Blobs as binary, other values as text. Bytes are copied.
   * On a socket that is closing or closed it only adds to {@link bufferedAmount}.
   *
   * Nothing is dropped, however much waits, unless `bufferPolicy` says so. {@link bufferedAmount} tells how much waits.
   *
   * @throws {DOMException} `InvalidStateError` before `open`.
   * @throws {TypeError} A Blob of another library has no `arrayBuffer()`.
   */
  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void {
    // oxlint-disable-next-line prefer-rest-params -- see the constructor
    requireArgument("send", arguments.length);
    if (this.#state === CONNECTING) {
      throw new DOMException("the connection is not open yet", "InvalidStateError");
    }
    const message = toSendable(data);
    const payloadBytes = payloadLength(message);
    const connection = this.#connection;
    const before = connection?.bufferedAmount ?? 0;
    const status = connection?.send(message) ?? "closed";
    if (status === "closed") this.#buffered.addLost(payloadBytes);
    if (connection === undefined || status === "closed" || status === "dropped") return;
    const wireBytes =
      connection.extensions === ""
        ? payloadBytes + headerLength(payloadBytes, true)
        : Math.max(connection.bufferedAmount - before, 0);
    this.#buffered.add({ payloadBytes, wireBytes }, before);
  }

  /**
   * Starts the closing handshake behind the messages that were sent. Before `open` it gives up.
   * Does nothing on a socket that is closing or closed.
   *
   * @param code - 1000, or 3000 to 4999; 1000 when there is only a reason.
   * @param reason - At most 123 bytes as UTF-8.
   * @throws {DOMException} `InvalidAccessError` for the code, `SyntaxError` for the reason.
   */
  close(...[code, reason]: [code?: number, reason?: string]): void {
    const state = this.#state;
    const closeCode = toCloseCode(code);
    const text = toReason(reason);
    if (state === CONNECTING) {
      this.#state = CLOSING;
      this.#attempt.abort(new DOMException("close() was called", "AbortError"));
    } else if (state === OPEN) {
      this.#state = CLOSING;
      this.#connection?.close(text === "" ? closeCode : (closeCode ?? 1000), text);
    }
  }

  #opened(connection: WebSocketConnection): void {
    if (this.#state !== CONNECTING) {
      // close() was called when the response had arrived already: too late to abort.
      connection.terminate();
      void connection.closed.then(() => this.#failed(this.#attempt.signal.reason));
      return;
    }
    this.#connection = connection;
    this.#state = OPEN;
    connection.pause();
    connection.on("message", (message) => this.#received(message));
    void connection.closed.then((info) => this.#closed(info));
    this.#tell(new Event("open"));
    void settled().then(() => connection.resume());
  }

  /** Messages that came after `close()` was called are dropped. */
  #received(message: Message): Promise<void> | undefined {
    if (this.#state !== OPEN) return undefined;
    const data = typeof message === "string" ? message : this.#toBinary(message);
    this.#tell(messageEvent(data, this.#url.origin));
    return settled();
  }

  /** Dispatches an event. EventTarget reports the errors of listeners. */
  #tell(event: Event): void {
    this.#isTelling = true;
    this.dispatchEvent(event);
    this.#isTelling = false;
  }

  #toBinary(bytes: Buffer): Blob | ArrayBuffer {
    if (this.#binaryType === "blob") return new Blob([bytes]);
    return new Uint8Array(bytes).buffer;
  }

  #closed({ code, reason, wasClean, error }: CloseInfo): void {
    // The closing handshake is clean when a Blob could not be read or a buffer was full, and there is an error.
    if (!wasClean || error !== undefined) this.#tellError(error);
    this.#tellClose({ code, reason, wasClean });
  }

  #failed(error: unknown): void {
    this.#tellError(error);
    this.#tellClose({ code: 1006, reason: "", wasClean: false });
  }

  #tellError(error: unknown): void {
    this.#state = CLOSED;
    const message = isError(error) ? error.message : "the connection was lost";
    this.dispatchEvent(new ErrorEvent("error", { message, error }));
  }

  #tellClose(init: Pick<CloseInfo, "code" | "reason" | "wasClean">): void {
    this.#state = CLOSED;
    this.dispatchEvent(new CloseEvent("close", init));
  }
}

/** Resolves when all code that waits for settled promises has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });
}

defineInterface("WebSocket", WebSocket);
