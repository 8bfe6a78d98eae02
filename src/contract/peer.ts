/** The peer: one end of a contract, to send to the other end and to handle its messages. */
import { checkOptions, type Names } from "../input/index.js";
import { type Definition, Dispatcher, unknownType } from "./dispatcher.js";
import type { Envelope } from "./envelope.js";
import { closedError, RequestError } from "./error-reply.js";
import type {
  DataArguments,
  EventName,
  Handler,
  Handlers,
  MessageTypes,
  Outgoing,
  RequestName,
  ResponseResult,
} from "./message-types.js";
import {
  type ContractCounters,
  type PeerSettings,
  type ResolvedPeerOptions,
  resolvePeerOptions,
  SETTINGS,
} from "./peer-options.js";
import { PendingRequests, type RequestOptions } from "./pending-requests.js";
import { Receiver } from "./receiver.js";
import type { SendStatus, Signal, Transport } from "./transport.js";
import { isValid, validate } from "./validator.js";
import type { Wire, WireMessage } from "./wire.js";

/** The second argument of a handler, beside the data. */
export interface HandlerContext<
  Out extends MessageTypes = MessageTypes,
  In extends MessageTypes = MessageTypes,
  Connection = unknown,
> {
  readonly type: string;
  /** Aborts when the connection has ended, or when the peer does not wait for the response any more. */
  readonly signal: Signal;
  /** The sender of the message, to send and ask in return. */
  readonly peer: ContractPeer<Out, In, Connection>;
  /** The connection that the contract runs over. */
  readonly connection: Connection;
}

/** Options of one end of a contract. Times are in milliseconds. */
export interface PeerOptions<
  Out extends MessageTypes,
  In extends MessageTypes,
  Connection,
> extends PeerSettings {
  /** Handlers by type. More can be added with `on`. */
  readonly handlers?: Handlers<In, HandlerContext<Out, In, Connection>>;
  /**
   * Decides whether the peer may send a message of this type. It is called before the data is
   * validated. For anything but true the message is refused with `FORBIDDEN`. An {@link ErrorReply}
   * that it throws is sent; any other error counts as false and goes to `onHandlerError`. Later
   * messages wait for its answer.
   */
  readonly authorize?: (
    type: keyof In & string,
    context: HandlerContext<Out, In, Connection>,
  ) => boolean | Promise<boolean>;
}

const NAMES: Names<PeerOptions<never, never, never>> = {
  owner: "a contract's peer",
  known: { handlers: true, authorize: true, ...SETTINGS },
  advice: {
    onError: "use onHandlerError",
    on: "use handlers",
    timeoutMs: "use requestTimeoutMs",
  },
};

interface PeerSetup<Connection> {
  readonly connection: Connection;
  readonly transport: Transport;
  readonly wire: Wire;
  /** The types that this end may send, and those that the other may. */
  readonly outgoing: ReadonlyMap<string, Definition>;
  readonly incoming: ReadonlyMap<string, Definition>;
  /**
   * The role of this end. Only servers answer refused messages without an id: two ends that both do
   * would never stop.
   */
  readonly role: "client" | "server";
}

/** Close codes for Try Again Later: the registered one for servers, a private one for pages. */
const OVERFLOW_CODES = { server: 1013, client: 4013 } as const;

/**
 * The other end of a connection: sends it the messages of the contract, and handles those that come
 * from it. Make it with `serve` or `wrap` of a contract.
 *
 * No message of the peer makes anything throw, or ends the connection, but too many that wait: see
 * {@link PeerOptions.maxQueuedBytes}.
 */
export class ContractPeer<
  Out extends MessageTypes = MessageTypes,
  In extends MessageTypes = MessageTypes,
  Connection = unknown,
> {
  readonly connection: Connection;
  /** Resolves when messages can be sent, on servers at once; and when the connection could not be opened. */
  readonly opened: Promise<void>;
  readonly #setup: PeerSetup<Connection>;
  readonly #options: ResolvedPeerOptions;
  readonly #pending: PendingRequests;
  readonly #dispatcher: Dispatcher;
  readonly #receiver: Receiver;
  readonly #end = new AbortController();

  constructor(setup: PeerSetup<Connection>, options: PeerOptions<Out, In, Connection>) {
    checkOptions(options, NAMES);
    const { transport, wire, role } = setup;
    const { handlers = {}, authorize } = options;
    this.connection = setup.connection;
    this.opened = transport.opened;
    this.#setup = setup;
    this.#options = resolvePeerOptions(options);
    this.#pending = new PendingRequests({
      clock: this.#options.clock,
      maxPending: this.#options.maxPendingRequests,
      defaultTimeoutMs: this.#options.requestTimeoutMs,
      onGivenUp: (id) => {
        this.#dispatcher.tell("the connection", () => this.sendEnvelope({ kind: "cancel", id }));
      },
    });
    this.#dispatcher = new Dispatcher({
      definitions: setup.incoming,
      options: this.#options,
      authorize,
      wire,
      errorReplies: role === "server" ? "to all" : "to requests",
      signal: this.#end.signal,
      send: (envelope) => this.sendEnvelope(envelope),
      contextOf: (type, signal): HandlerContext<Out, In, Connection> => {
        return { type, signal, peer: this, connection: setup.connection };
      },
    });
    this.#receiver = new Receiver({
      wire,
      transport,
      options: this.#options,
      onSession: options.onSession,
      dispatcher: this.#dispatcher,
      pending: this.#pending,
      send: (envelope) => this.sendEnvelope(envelope),
      overflowCode: OVERFLOW_CODES[role],
    });
    for (const [type, handler] of Object.entries(handlers)) {
      if (handler !== undefined) this.#dispatcher.addHandler(type, handler);
    }
    transport.listen({
      onMessage: (message) => this.#receiver.receive(message),
      onEnd: () => this.#ended(),
      onStopping: () => this.#receiver.whenIdle(),
      onClose: () => this.#closed(),
    });
  }

  /** Aborts when the connection has ended. */
  get signal(): Signal {
    return this.#end.signal;
  }

  get counters(): Readonly<ContractCounters> {
    return this.#options.counters;
  }

  /** The number of requests of this end that wait for a reply. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /**
   * Sends an event. Does nothing on a connection that is closing or closed.
   *
   * @throws {TypeError} The data cannot be sent, for example because it contains itself.
   */
  send<Name extends EventName<Out>>(
    type: Name,
    ...[data]: DataArguments<Outgoing<Out[Name]>>
  ): SendStatus {
    const definition = this.#setup.outgoing.get(type);
    if (definition === undefined || definition.response !== undefined) {
      throw unknownType("this end", "event", type, this.#setup.outgoing);
    }
    return this.sendEnvelope({ kind: "event", type, data });
  }

  /**
   * Sends a request, and resolves with the response.
   *
   * It rejects with a {@link RequestError} when there is no response, with the reason of the signal
   * when that aborts, and with a TypeError when the data cannot be sent. A reply that comes later is
   * ignored and counted.
   */
  async request<Name extends RequestName<Out>>(
    type: Name,
    ...[data, options = {}]: DataArguments<Outgoing<Out[Name]>, [options?: RequestOptions]>
  ): Promise<ResponseResult<Out[Name]>> {
    const validator = this.#setup.outgoing.get(type)?.response;
    if (validator === undefined) {
      throw unknownType("this end", "request", type, this.#setup.outgoing);
    }
    const reply = await this.#pending.open(
      (id) => this.#sendOrThrow({ kind: "request", type, id, data }),
      options,
    );
    const validation = await validate(validator, reply);
    if (!isValid<ResponseResult<Out[Name]>>(validation)) {
      throw new RequestError(
        "INVALID_REPLY",
        `the response to "${type}" is not what the contract says`,
      );
    }
    return validation.data;
  }

  /**
   * Handles messages of a type from now on. An event may have several handlers; they are
   * called in the order in which they were added.
   *
   * @returns A function that removes the handler.
   * @throws {TypeError} The peer sends no such type, or it is a request that has a handler already.
   */
  on<Name extends keyof In & string>(
    type: Name,
    handler: Handler<In[Name], HandlerContext<Out, In, Connection>>,
  ): () => void {
    return this.#dispatcher.addHandler(type, handler);
  }

  /**
   * Sends a ping as a message, for ends that cannot send Ping frames, such as pages.
   *
   * @returns The time until the pong came, in milliseconds. It rejects as {@link request}
   *   does, and with a TypeError when the format of the contract has no pings.
   */
  async ping(options: RequestOptions = {}): Promise<number> {
    const { clock } = this.#options;
    const sentAt = clock.now();
    await this.#pending.open((id) => this.#sendOrThrow({ kind: "ping", id }), options);
    return clock.now() - sentAt;
  }

  /**
   * Starts the closing handshake. Does nothing on a connection that is closing or closed.
   *
   * @throws The errors of the connection's `close`.
   */
  close(code?: number, reason?: string): void {
    this.#setup.transport.close(code, reason);
  }

  /**
   * Sends an envelope as it is, for layers that number their events and keep sessions. An envelope of
   * a kind that the contract's format does not have is dropped.
   *
   * @throws {TypeError} The data cannot be sent.
   */
  sendEnvelope(envelope: Envelope): SendStatus {
    const message = this.#setup.wire.write(envelope);
    return message === undefined ? "dropped" : this.#transmit(message);
  }

  /** Sends an envelope that waits for a reply. Throws if it is not sent. */
  #sendOrThrow(envelope: Envelope): void {
    if (this.#end.signal.aborted) throw closedError();
    const message = this.#setup.wire.write(envelope);
    if (message === undefined) throw new TypeError(`the contract's format has no ${envelope.kind}`);
    const status = this.#transmit(message);
    if (status === "closed") throw closedError();
    if (status === "dropped")
      throw new RequestError("DROPPED", "the connection dropped the message");
    this.#receiver.awaitReply();
  }

  #transmit(message: WireMessage): SendStatus {
    const status = this.#setup.transport.send(message);
    if (status === "buffered") this.#receiver.sentSlowly();
    return status;
  }

  /**
   * Called when the transport has ended. Requests go on waiting: their replies may be among the
   * messages that still wait.
   */
  #ended(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(closedError());
    this.#dispatcher.cancelAll();
  }

  #closed(): void {
    this.#ended();
    this.#pending.rejectAll(closedError());
  }
}
