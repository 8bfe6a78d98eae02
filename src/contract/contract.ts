import { checkOptions, type Names } from "../input/index.js";
import { type Codec, jsonCodec } from "./codec.js";
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
import { ContractPeer } from "./peer.js";
import type { PeerOptions } from "./peer-options.js";
import {
  serverTransport,
  type ServerConnection,
  type StandardWebSocket,
  webSocketTransport,
} from "./transport.js";
import { type Batch, Wire, type WireMessage } from "./wire.js";

/** What the two ends say, and how it is written. */
export interface ContractOptions<FromClient extends MessageTypes, FromServer extends MessageTypes> {
  /** What clients send, by type: a validator for an event, `{ request, response }` for a request. */
  readonly fromClient?: FromClient;
  /** What servers send. */
  readonly fromServer?: FromServer;
  /** What a message looks like. @defaultValue {@link envelopeFormat} */
  readonly format?: Format;
  /** @defaultValue {@link jsonCodec} */
  readonly codec?: Codec;
  /** How several messages become one, or `true` for a JSON array. @defaultValue they do not */
  readonly batch?: Batch | boolean;
  /** Arrays and objects in one another that a message may have; one with more is refused. @defaultValue 64 */
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
 * Says what the two ends of an application send each other. Both share it.
 *
 * @throws {TypeError} A type has no validator, or is a request and the format has none; or an option
 *   does not exist.
 * @throws {RangeError} `maxDepth` is no depth.
 */
export function defineContract<
  const FromClient extends MessageTypes = {},
  const FromServer extends MessageTypes = {},
>(options: ContractOptions<FromClient, FromServer>): Contract<FromClient, FromServer> {
  return new Contract(options);
}

/** What {@link defineContract} makes. */
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
   * Speaks for the server on a connection. Call it before the first message can come: in
   * the `connection` listener.
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
   * Speaks for the client over any standard WebSocket, whose `binaryType` it sets to
   * `arraybuffer`. Send when `opened` has resolved.
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
   * Makes a message of an event of the server: for broadcasts.
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
   * Makes an error reply, as the server sends it: for limits that live outside of the contract.
   *
   * @param message - By default the text that belongs to `code`.
   */
  serializeError(
    code: ErrorCode | (string & {}),
    message?: string,
    details?: unknown,
  ): WireMessage {
    return this.#write({ kind: "error", error: this.#wire.errorBody(code, message, details) });
  }

  /** Makes one message of several, for senders that merge. @throws {TypeError} The contract has no batches. */
  readonly join = (messages: readonly WireMessage[]): WireMessage => this.#wire.join(messages);

  #write(envelope: Envelope): WireMessage {
    const message = this.#wire.write(envelope);
    if (message !== undefined) return message;
    throw new TypeError(`the contract's format has no ${envelope.kind}`);
  }
}

/** The types an end sends; a Map, because the peer's strings are looked up in it. */
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
