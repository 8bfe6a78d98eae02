/** One end of an open WebSocket connection, as applications have it. */
import type { Duplex } from "node:stream";
import { checkOptions, type Names } from "../../input/index.js";
import {
  CloseCode,
  type MessageData,
  type PreparedMessage,
  ReadyState,
  type SendOptions,
  serializeClosePayload,
} from "../../protocol/index.js";
import {
  CONNECTION_EVENTS,
  type CloseInfo,
  type ConnectionEvents,
  type SendStatus,
  type Traffic,
} from "./events.js";
import type { SessionSetup, UpgradeResponse } from "./setup.js";
import type { MessageGuard } from "./incoming.js";
import { tellOpened } from "../diagnostics.js";
import { Emitter, type Listener } from "../emitter.js";
import type { MessageIterator } from "./inbox.js";
import { type CloseOptions, waitForHandlerMs } from "./last-work.js";
import { nodePlatform } from "../platform.js";
import {
  checkSending,
  type MessageOptions,
  NO_OPTIONS,
  PING_OPTIONS,
  PONG_OPTIONS,
  SEND_OPTIONS,
  STREAM_OPTIONS,
  type Sendable,
  toReady,
} from "./sendable.js";
import { type EmitEvent, Session } from "./session.js";
import type { FragmentSource } from "./source-sender.js";
import type { WrittenOptions } from "./written.js";

/** What the opening handshake leaves to a connection. */
export interface ConnectionSetup<Data> extends SessionSetup<WebSocketConnection> {
  /** `""` when none was picked. */
  readonly subprotocol: string;
  readonly data: Data;
  /** The server's address, when the transport leads to a proxy. @defaultValue that of the transport */
  readonly remoteAddress?: string | undefined;
  /** The response that a client has got: see {@link WebSocketConnection.response}. */
  readonly response?: UpgradeResponse | undefined;
}

/** A new part of a setup is a row here. */
const SETUP: Names<ConnectionSetup<unknown>> = {
  owner: "WebSocketConnection",
  known: {
    role: true,
    transport: true,
    options: true,
    subprotocol: true,
    deflate: true,
    received: true,
    data: true,
    remoteAddress: true,
    response: true,
    onClosed: true,
    membership: true,
  },
};

/** The responses that clients have got. Connections of a server take no room for one. */
const responses = new WeakMap<object, UpgradeResponse>();

/**
 * One end of an open WebSocket connection, over any Duplex stream.
 *
 * Messages go to `message` listeners, or to `for await`. Until there is one of
 * them they wait, up to `maxQueuedBytes`; then the peer waits.
 *
 * No listener is called before `on`, `once`, {@link resume} or {@link send} returns: what waits
 * for it comes in a microtask.
 *
 * Nothing that a peer does throws or emits `error`: it ends in the `close` event, which comes once
 * and last. Listeners that are added late get it, too: see {@link ConnectionEvents.close}.
 */
export class WebSocketConnection<Data = unknown>
  extends Emitter<ConnectionEvents>
  implements AsyncDisposable
{
  /** The value that `authenticate` returned for this connection; free to use. */
  data: Data;
  /** The subprotocol that was agreed on, or `""`. */
  readonly subprotocol: string;
  /** The extensions that were agreed on, as in the WHATWG attribute: `"permessage-deflate"` or `""`. */
  readonly extensions: string;
  /** The peer's address, past `trustedProxies`, when the transport is a socket that has one. */
  readonly remoteAddress: string | undefined;
  readonly #session: Session<WebSocketConnection>;

  /** Meant for {@link WebSocketServer} and {@link connect}, and for transports of your own. */
  constructor(setup: ConnectionSetup<Data>) {
    super();
    checkOptions(setup, SETUP);
    this.data = setup.data;
    this.subprotocol = setup.subprotocol;
    this.extensions = setup.deflate === undefined ? "" : "permessage-deflate";
    this.#session = new Session<WebSocketConnection>(setup, this, WebSocketConnection.#emit);
    this.remoteAddress = setup.remoteAddress ?? this.#session.driver.remoteAddress;
    if (setup.response !== undefined) responses.set(this, setup.response);
    tellOpened(this.#session.driver, this);
  }

  /**
   * How the server answered the opening handshake: status and header fields of the 101, such as
   * the cookies that it set. `undefined` on a server's connection.
   */
  get response(): UpgradeResponse | undefined {
    return responses.get(this);
  }

  /**
   * Resolves with what `close` says, when that is told; never rejects. Without a `message` listener
   * and without a loop that is at the end of the transport. A loop that begins after that still gets
   * the messages that wait; a listener does not.
   */
  get closed(): Promise<CloseInfo> {
    return this.#session.ending.closed;
  }

  /**
   * The stream that the connection runs on: a `Socket` of node:net, a `TLSSocket` of node:tls, or the stream that
   * it was made with; the same when it is closed. Meant to be looked at
   * (`remotePort`, `getPeerCertificate()`): to write into it, read from it or end it breaks the connection.
   */
  get transport(): Duplex {
    return this.#session.driver.transport;
  }

  /** CLOSING from {@link close} or the peer's Close frame on, CLOSED once the transport has ended (RFC 6455 §7.1.3, §7.1.4). */
  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** Bytes sent that the operating system has not taken yet; framing counts. */
  get bufferedAmount(): number {
    return this.#session.outgoing.bufferedBytes;
  }

  /** Messages that `bufferPolicy` has dropped so far. */
  get droppedMessages(): number {
    return this.#session.outgoing.droppedMessages;
  }

  /** Messages and bytes in both directions so far: a copy. */
  get traffic(): Traffic {
    return this.#session.traffic;
  }

  /** How long the last pong took, in milliseconds; pings of the keepalive count. `undefined` before the first. */
  get roundTripMs(): number | undefined {
    return this.#session.driver.roundTripMs;
  }

  /**
   * Sends a message: a string as text, anything else as binary. Bytes of more than 4 KiB that a
   * server sends are not copied: do not change them until {@link flushed} or `onWritten`. All
   * others are. For what many connections send, see {@link prepareMessage}.
   *
   * A Blob is read when its turn comes. One that cannot be read closes the connection with 1011: the
   * error is in CloseInfo, and goes to `onHandlerError`.
   *
   * @returns What became of it; see {@link SendStatus}. Without an open connection `"closed"`.
   * @throws {TypeError} `data` cannot be sent, or is sent as text and is not UTF-8; or an option does
   *   not exist. Nothing was sent.
   */
  send(data: Sendable | PreparedMessage, options: MessageOptions = NO_OPTIONS): SendStatus {
    if (options !== NO_OPTIONS) checkSending(options, SEND_OPTIONS);
    const message = toReady(data);
    if (this.readyState !== ReadyState.OPEN) return this.#session.outgoing.refuse(options);
    const status = this.#session.outgoing.send(message, options);
    if (status === "buffered") this.#session.incoming.throttle();
    return status;
  }

  /**
   * Sends one message in fragments, as they are produced (RFC 6455 §5.4), no faster than the peer
   * reads. It is not compressed. Later messages wait for its end; control frames do not. A source
   * may use a buffer again when it is asked for the next fragment: what was in it has gone out.
   * When it throws, or gives what cannot be sent, the connection closes with 1011, for half a message
   * cannot be taken back; the error is in CloseInfo, goes to `onHandlerError`, and rejects the
   * promise, which does no harm when nobody handles it.
   *
   * @param options - Without a `type`, that of the first fragment decides.
   * @returns `"sent"`, or `"closed"` when the connection closed before the end.
   * @throws {TypeError} `source` is not iterable, or is a whole message; or an option does not exist.
   */
  sendStream(
    source: FragmentSource,
    options: Pick<SendOptions, "type"> = NO_OPTIONS,
  ): Promise<SendStatus> {
    checkSending(options, STREAM_OPTIONS);
    if (this.readyState !== ReadyState.OPEN) return Promise.resolve("closed");
    return this.#session.outgoing.sendStream(source, options.type);
  }

  /**
   * Sends a Ping frame (§5.5.2).
   *
   * @param payload - At most 125 bytes; by default a number that is unique on this connection.
   * @returns The time until the pong came, in milliseconds. A rejection, a TransportError when the
   *   connection ends before or a RangeError for a long payload, does no harm when nobody handles it.
   */
  ping(payload?: MessageData, options: WrittenOptions = NO_OPTIONS): Promise<number> {
    checkSending(options, PING_OPTIONS);
    return this.#session.ping(payload, options);
  }

  /** Sends a Pong frame that answers no ping (§5.5.3). @throws {RangeError} `payload` is over 125 bytes. */
  pong(payload: MessageData = "", options: WrittenOptions = NO_OPTIONS): void {
    checkSending(options, PONG_OPTIONS);
    this.#session.pong(payload, options);
  }

  /**
   * Starts the closing handshake (§7.1.2) and returns at once; `close` is emitted
   * when the transport has ended, after `closeTimeoutMs` at the latest.
   * Messages already passed to {@link send} go out first; those that arrive from now on
   * go by `messagesWhileClosing`. On a connection that is closing or closed this does nothing.
   *
   * The Close frame does not wait for a listener that is at work on a message: what the listener
   * sends afterwards is not sent any more. `options` can change that.
   *
   * @param code - Without one the Close frame is empty and the peer sees 1005.
   * @param reason - At most 123 bytes as UTF-8.
   * @throws {RangeError} `code` may not be sent, or `reason` is too long or given
   *   without a code. Nothing has been sent.
   * @throws {TypeError | RangeError} An option does not exist, or cannot be used.
   */
  close(code?: number, reason = "", options: CloseOptions = {}): void {
    serializeClosePayload({ code: code ?? CloseCode.NO_STATUS_RCVD, reason }, nodePlatform);
    const waitMs = waitForHandlerMs(options);
    if (waitMs > 0) this.#session.closeBehindWork(code, reason, waitMs);
    else this.#session.close(code, reason);
  }

  /**
   * Ends the transport at once, without a closing handshake. What was sent before goes out as far as
   * the operating system takes it at once, some hundred KiB as a rule. Messages that wait for a
   * listener are dropped: `close` reports 1006, and their number in `unreadMessages`. When the
   * transport has ended by itself, this still drops them.
   */
  terminate(): void {
    this.#session.terminate();
  }

  /**
   * Asked about each message before listeners and iterators: anything but true drops it. The next
   * message waits for a promise. It may fail like a listener.
   */
  set messageGuard(guard: MessageGuard | undefined) {
    this.#session.incoming.guard = guard;
  }

  /** Whether a listener, the guard or the body of a loop is at work on a message. */
  get isHandling(): boolean {
    return this.#session.incoming.isHandling;
  }

  /**
   * Stops the delivery of messages at once, and soon the peer: nothing is read, not even its Close
   * frame. When the transport has ended, messages that wait, and `close` behind them, wait for
   * {@link resume}, unless {@link close} was called here.
   */
  pause(): void {
    this.#session.incoming.pause();
  }

  /** Goes on after {@link pause}, in order. */
  resume(): void {
    this.#session.incoming.resume();
  }

  /**
   * Resolves at once while no more than `maxBufferedBytes` wait to be sent, and else when
   * nothing waits any more: with true, or with false when the connection has ended.
   */
  drained(): Promise<boolean> {
    return this.#session.drained();
  }

  /**
   * Resolves when all that was sent so far is with the operating system: messages that wait,
   * Blobs, streams and what is being compressed included. With true; or with false when the
   * connection has ended, and when it ends before. Either way bytes that were sent may be changed.
   *
   * Not for the source of {@link sendStream}: it would wait for its own end.
   */
  flushed(): Promise<boolean> {
    return this.#session.flushed();
  }

  /**
   * The messages, one by one; the peer waits while the loop body works. Ends when the connection
   * does. Leaving the loop early does not close it. Several loops share the messages.
   */
  [Symbol.asyncIterator](): MessageIterator {
    return this.#session.incoming.iterate();
  }

  /** Closes with 1000, and waits until the connection has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close(CloseCode.NORMAL_CLOSURE);
    await this.closed;
  }

  protected override events(): Names<ConnectionEvents> {
    return CONNECTION_EVENTS;
  }

  protected override listenerAdded<Name extends keyof ConnectionEvents>(
    name: Name,
    listener: Listener<ConnectionEvents[Name]>,
  ): void {
    const session = this.#session;
    const told = session.told(name);
    const call = told && ((): void => this.emitTo(listener, name, session.reporter(name), ...told));
    session.listenerAdded(name, call);
  }

  static readonly #emit: EmitEvent<WebSocketConnection> = (connection, name, failed, ...values) =>
    connection.emit(name, failed, ...values);
}
