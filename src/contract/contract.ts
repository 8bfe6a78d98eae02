/** The contract: defines the messages of both ends, and makes their peers. */
import { checkOptions, type Names } from "../input/index.js";
import { type Batch, type Codec, Wire, type WireMessage, jsonCodec } from "./wire.js";
import { type Definition, unknownType } from "./dispatcher.js";
import { type Envelope, envelopeFormat, type Format } from "./envelope.js";
import type { ErrorCode } from "./error-reply.js";
import type {
  DataArguments,
  EventName,
  MessageTypes,
  Outgoing,
  RequestType,
} from "./message-types.js";
import { ContractPeer, type PeerOptions } from "./peer.js";
import {
  serverTransport,
  type ServerConnection,
  type StandardWebSocket,
  webSocketTransport,
} from "./transport.js";

/** The messages of both ends, and their form. Options of {@link defineContract}. */
export interface ContractOptions<FromClient extends MessageTypes, FromServer extends MessageTypes> {
  /** The messages of clients, by type: a validator for an event, `{ request, response }` for a request. */
  readonly fromClient?: FromClient;
  /** The messages of servers, likewise. */
  readonly fromServer?: FromServer;
  /** The form of a message as a value. @defaultValue {@link envelopeFormat} */
  readonly format?: Format;
  /** Turns values into messages and back. @defaultValue {@link jsonCodec} */
  readonly codec?: Codec;
  /** Joins several messages to one. `true` joins them as a JSON array. @defaultValue messages are not joined */
  readonly batch?: Batch | boolean;
  /** The largest depth of arrays and objects in a message. A deeper message is refused. @defaultValue 64 */
  readonly maxDepth?: number;
}

/** A new option is a row here. */
const NAMES: Names<ContractOptions<never, never>> = {
  owner: "defineContract()",
  known: {
    fromClient: true,
    fromServer: true,
    format: true,
    codec: true,
    batch: true,
    maxDepth: true,
  },
  advice: {
    client: "use fromClient: what clients send",
    clientToServer: "use fromClient",
    events: "use fromClient and fromServer, by who sends them",
    handlers: "give them to serve() or wrap()",
    server: "use fromServer: what servers send",
    serverToClient: "use fromServer",
  },
};

const BATCH: Names<Batch> = {
  owner: "batch",
  known: { join: true, split: true, maxMessages: true },
};

const REQUEST: Names<RequestType> = {
  owner: "a request",
  known: { request: true, response: true },
  advice: { data: "use request", reply: "use response", result: "use response" },
};

const DEFAULT_MAX_DEPTH = 64;

/**
 * Defines the messages that the two ends of an application send each other. Both ends share it.
 *
 * @throws {TypeError} A type has no validator, or is a request and the format has no requests; or an
 *   option does not exist.
 * @throws {RangeError} `maxDepth` is below 1.
 */
export function defineContract<
  const FromClient extends MessageTypes = {},
  const FromServer extends MessageTypes = {},
>(options: ContractOptions<FromClient, FromServer>): Contract<FromClient, FromServer> {
  return new Contract(options);
}

/** A contract of two ends. Make it with {@link defineContract}. */
export class Contract<FromClient extends MessageTypes, FromServer extends MessageTypes> {
  readonly #wire: Wire;
  readonly #fromClient: ReadonlyMap<string, Definition>;
  readonly #fromServer: ReadonlyMap<string, Definition>;

  constructor(options: ContractOptions<FromClient, FromServer>) {
    checkOptions(options, NAMES);
    const { format = envelopeFormat, codec = jsonCodec, batch = false } = options;
    const { maxDepth = DEFAULT_MAX_DEPTH } = options;
    if (!(maxDepth >= 1)) throw new RangeError(`maxDepth must be 1 or more, not ${maxDepth}`);
    const batches = batch === true ? {} : batch === false ? undefined : batch;
    if (batches !== undefined) checkOptions(batches, BATCH);
    this.#wire = new Wire({ codec, format, batch: batches, maxDepth });
    this.#fromClient = definitionsOf(options.fromClient ?? {}, format);
    this.#fromServer = definitionsOf(options.fromServer ?? {}, format);
  }

  /**
   * Handles the server's end of a connection. Call it before the first message can come: in the
   * `connection` listener.
   */
  serve<Connection extends ServerConnection>(
    connection: Connection,
    options: PeerOptions<FromServer, FromClient, Connection> = {},
  ): ContractPeer<FromServer, FromClient, Connection> {
    const setup = {
      connection,
      transport: serverTransport(connection),
      wire: this.#wire,
      outgoing: this.#fromServer,
      incoming: this.#fromClient,
      role: "server",
    } as const;
    return new ContractPeer(setup, options);
  }

  /**
   * Handles the client's end of any standard WebSocket. It sets `binaryType` to `arraybuffer`. You can
   * send when `opened` has resolved.
   */
  wrap<Socket extends StandardWebSocket>(
    socket: Socket,
    options: PeerOptions<FromClient, FromServer, Socket> = {},
  ): ContractPeer<FromClient, FromServer, Socket> {
    const setup = {
      connection: socket,
      transport: webSocketTransport(socket),
      wire: this.#wire,
      outgoing: this.#fromClient,
      incoming: this.#fromServer,
      role: "client",
    } as const;
    return new ContractPeer(setup, options);
  }

  /**
   * Makes a message of an event of the server, for broadcasts.
   *
   * @throws {TypeError} The server sends no such event, or the data cannot be sent.
   */
  serialize<Name extends EventName<FromServer>>(
    type: Name,
    ...[data]: DataArguments<Outgoing<FromServer[Name]>>
  ): WireMessage {
    const definition = this.#fromServer.get(type);
    if (definition === undefined || definition.response !== undefined) {
      throw unknownType("the server", "event", type, this.#fromServer);
    }
    return this.#write({ kind: "event", type, data });
  }

  /**
   * Makes an error reply of the server, for limits outside of the contract.
   *
   * @param message - The default is the text of `code`.
   */
  serializeError(
    code: ErrorCode | (string & {}),
    message?: string,
    details?: unknown,
  ): WireMessage {
    return this.#write({ kind: "error", error: this.#wire.errorBody(code, message, details) });
  }

  /** Makes one message of several, for the batches of a manager. @throws {TypeError} The contract has no `batch`. */
  readonly join = (messages: readonly WireMessage[]): WireMessage => this.#wire.join(messages);

  #write(envelope: Envelope): WireMessage {
    const message = this.#wire.write(envelope);
    if (message !== undefined) return message;
    throw new TypeError(`the contract's format has no ${envelope.kind}`);
  }
}

/** The types that an end sends, in a Map because strings of the peer are looked up in it. */
function definitionsOf(types: MessageTypes, format: Format): ReadonlyMap<string, Definition> {
  return new Map(
    Object.entries(types).map(([type, definition]): [string, Definition] => {
      if (typeof definition === "function" || "~standard" in definition) {
        return [type, { validator: definition, response: undefined }];
      }
      checkOptions(definition, { ...REQUEST, owner: `the request "${type}"` });
      const { request, response } = definition;
      if (request === undefined || response === undefined) {
        throw new TypeError(`"${type}" needs a validator, or one for each of request and response`);
      }
      if (!format.hasRequests) {
        throw new TypeError(`"${type}" is a request: the format needs a field for its id`);
      }
      return [type, { validator: request, response }];
    }),
  );
}
