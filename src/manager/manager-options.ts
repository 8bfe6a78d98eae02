/** Options of a manager, with their defaults and checks. */
import { answerAtOnce, checkOptions, limit, type Names } from "../input/index.js";
import {
  type Broker,
  checkClusterLimits,
  type ClusterFactory,
  type ClusterLimits,
  clusterOn,
} from "../cluster/index.js";
import {
  type Clock,
  realClock,
  type OnHandlerError,
  reportTo,
  type ServerRequest,
  warnOfHandlerError,
  type WebSocketConnection,
  type WebSocketServer,
} from "../node/index.js";
import { type FullAnswer, fullAnswer } from "./admission.js";
import { batchOf, type BatchOptions, type ResolvedBatchOptions } from "./batches.js";
import {
  checkOf,
  type FirstMessageCheck,
  type Rate,
  type RateLimit,
  rateOf,
  type ResolvedFirstMessageCheck,
} from "./message-gate.js";
import type { Authorize } from "./rooms.js";

/** Options of a {@link ConnectionManager}. `Infinity` lifts a limit. */
export interface ManagerOptions<Data = unknown> {
  /** A server. The manager takes its connections, also those that are open already, and shuts it down with itself. */
  readonly server?: WebSocketServer<Data> | undefined;

  /** More servers, as {@link server}. */
  readonly servers?: readonly WebSocketServer<Data>[] | undefined;

  /** Names the user of a connection, so that all of a user's connections can be found. `undefined`: none. */
  readonly userOf?: ((connection: WebSocketConnection<Data>) => string | undefined) | undefined;

  /**
   * The largest number of connections of all servers together. Those in their opening handshake
   * and those given to `add` count. The check runs on every way in, before `authenticate`.
   *
   * @defaultValue `Infinity`: each server has a limit of its own
   */
  readonly maxConnections?: number | undefined;

  /**
   * The answer to clients beyond {@link maxConnections}: 503, or a connection that is closed with
   * your code.
   *
   * @defaultValue `"refuse"`
   */
  readonly whenFull?: FullAnswer | undefined;

  /**
   * The largest number of connections from one address, or from one IPv6 network of 64 bits.
   *
   * @defaultValue `Infinity`
   */
  readonly maxConnectionsPerAddress?: number | undefined;

  /**
   * The answer to clients beyond {@link maxConnectionsPerAddress}: 429, or a connection that is
   * closed with your code.
   *
   * @defaultValue `"refuse"`
   */
  readonly whenAddressFull?: FullAnswer | undefined;

  /**
   * Names the address of a request, for the limit per address. A request for which it gives
   * `undefined` is not counted. When it throws, the client gets 500.
   *
   * @defaultValue `request.remoteAddress`
   */
  readonly addressOf?: ((request: ServerRequest) => string | undefined) | undefined;

  /** The limit on messages of one connection. @defaultValue no limit */
  readonly rateLimit?: RateLimit | undefined;

  /**
   * A connection that has sent no message for this time is closed with 1001. Pings and pongs do
   * not count: they show that the peer is there, not that it takes part.
   *
   * @defaultValue `Infinity`
   */
  readonly idleTimeoutMs?: number | undefined;

  /**
   * The check of the first message, which has to say who the client is. Before it has passed, the
   * connection is in no room, gets no broadcast, and is found by no user.
   *
   * @defaultValue no check: the server has authenticated every connection
   */
  readonly authenticateFirst?: FirstMessageCheck<Data> | undefined;

  /** Settings for messages with `batchMs`. */
  readonly batch?: BatchOptions | undefined;

  /**
   * Decides which connections may be in a room, and which may publish to it.
   *
   * @defaultValue all may join, and members may publish
   */
  readonly authorize?: Authorize<Data> | undefined;

  /** The largest number of rooms of a connection. Joins that wait for `authorize` count. @defaultValue 1000 */
  readonly maxRoomsPerConnection?: number | undefined;

  /** The longest name of a room, in UTF-16 units. @defaultValue 256 */
  readonly maxRoomNameLength?: number | undefined;

  /**
   * Joins this manager to all managers, in any process, whose broker leads to the same engine.
   * The application closes the broker, after the manager.
   *
   * @defaultValue the manager is on its own
   */
  readonly broker?: Broker | undefined;

  /** Intervals and limits of the exchange with other managers on the broker. */
  readonly clusterLimits?: ClusterLimits | undefined;

  /** Joins this manager to others in a way of your own, instead of `broker`. */
  readonly cluster?: ClusterFactory | undefined;

  /**
   * Gets the errors of this manager's listeners and hooks: what they threw, or what the promises
   * that they returned were rejected with; and which one it was: `"message" listener of a ConnectionManager`.
   *
   * @defaultValue Node prints a process warning with both, and the stack.
   */
  readonly onHandlerError?: OnHandlerError | undefined;

  /** The source of time. Meant for tests. */
  readonly clock?: Clock | undefined;
}

const OF_SERVER = "it is an option of the WebSocketServer";

/** A new option is a row here. */
const NAMES: Names<ManagerOptions> = {
  owner: "ConnectionManager",
  known: {
    server: true,
    servers: true,
    userOf: true,
    maxConnections: true,
    whenFull: true,
    maxConnectionsPerAddress: true,
    whenAddressFull: true,
    addressOf: true,
    rateLimit: true,
    idleTimeoutMs: true,
    authenticateFirst: true,
    batch: true,
    authorize: true,
    maxRoomsPerConnection: true,
    maxRoomNameLength: true,
    broker: true,
    clusterLimits: true,
    cluster: true,
    onHandlerError: true,
    clock: true,
  },
  advice: {
    adapter: "use broker",
    allowedHosts: OF_SERVER,
    authenticate: `${OF_SERVER}; authenticateFirst checks the first message`,
    contract: 'call contract.serve(connection) in a listener of "connection"',
    maxMessageBytes: OF_SERVER,
    maxPayload: `use maxMessageBytes: ${OF_SERVER}`,
    origins: OF_SERVER,
    path: OF_SERVER,
    port: `${OF_SERVER}, which goes into server`,
    trustedProxies: OF_SERVER,
  },
};

/** {@link ManagerOptions} with all defaults filled in. */
export interface ResolvedManagerOptions<Data> {
  readonly servers: readonly WebSocketServer<Data>[];
  readonly userOf: (connection: WebSocketConnection<Data>) => string | undefined;
  readonly maxConnections: number;
  readonly whenFull: FullAnswer;
  readonly maxConnectionsPerAddress: number;
  readonly whenAddressFull: FullAnswer;
  readonly addressOf: (request: ServerRequest) => string | undefined;
  readonly rate: Rate | undefined;
  readonly whenExceeded: NonNullable<RateLimit["whenExceeded"]>;
  readonly idleTimeoutMs: number;
  readonly authenticateFirst: ResolvedFirstMessageCheck<Data> | undefined;
  readonly batch: ResolvedBatchOptions;
  readonly authorize: Authorize<Data> | undefined;
  readonly maxRoomsPerConnection: number;
  readonly maxRoomNameLength: number;
  readonly cluster: ClusterFactory | undefined;
  /** Is told which hook of the manager failed. Never throws. */
  readonly onHandlerError: OnHandlerError;
  readonly clock: Clock;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} An option cannot be used. The message names it.
 */
export function resolveManagerOptions<Data>(
  options: ManagerOptions<Data>,
): ResolvedManagerOptions<Data> {
  checkOptions(options, NAMES);
  const { server, servers = [], onHandlerError = warnOfHandlerError, batch, authorize } = options;
  const { maxConnections, maxConnectionsPerAddress, authenticateFirst } = options;
  if (authorize !== undefined && typeof authorize !== "function") {
    throw new TypeError("authorize must be a function");
  }
  const report: OnHandlerError = (error, hook) =>
    reportTo(onHandlerError, error, `${hook} of a ConnectionManager`);
  return {
    servers: serversOf(server === undefined ? servers : [server, ...servers]),
    userOf: options.userOf ? orNobody(options.userOf, report) : () => undefined,
    maxConnections: limit("maxConnections", maxConnections, Infinity),
    whenFull: fullAnswer("whenFull", options.whenFull),
    maxConnectionsPerAddress: limit("maxConnectionsPerAddress", maxConnectionsPerAddress, Infinity),
    whenAddressFull: fullAnswer("whenAddressFull", options.whenAddressFull),
    addressOf: options.addressOf ?? (({ remoteAddress }) => remoteAddress),
    rate: options.rateLimit === undefined ? undefined : rateOf(options.rateLimit),
    whenExceeded: options.rateLimit?.whenExceeded ?? "close",
    idleTimeoutMs: limit("idleTimeoutMs", options.idleTimeoutMs, Infinity),
    authenticateFirst: authenticateFirst === undefined ? undefined : checkOf(authenticateFirst),
    batch: batchOf(batch),
    authorize,
    maxRoomsPerConnection: limit("maxRoomsPerConnection", options.maxRoomsPerConnection, 1_000),
    maxRoomNameLength: limit("maxRoomNameLength", options.maxRoomNameLength, 256),
    cluster: options.cluster ?? clusterOf(options),
    onHandlerError: report,
    clock: options.clock ?? realClock,
  };
}

/** Checks servers by their methods: they may come from another copy of the package. */
function serversOf<Data>(
  servers: readonly WebSocketServer<Data>[],
): readonly WebSocketServer<Data>[] {
  for (const server of servers) {
    if ("addGuard" in server && "handleUpgrade" in server) continue;
    throw new TypeError("server must be a WebSocketServer: give an http server to that");
  }
  return servers;
}

function clusterOf<Data>({
  broker,
  clusterLimits = {},
  clock,
}: ManagerOptions<Data>): ClusterFactory | undefined {
  checkClusterLimits(clusterLimits);
  return broker && clusterOn({ ...clusterLimits, broker, clock });
}

/** Makes a `userOf` that gives `undefined` where the application's throws. */
function orNobody<Data>(
  userOf: NonNullable<ManagerOptions<Data>["userOf"]>,
  report: OnHandlerError,
): NonNullable<ManagerOptions<Data>["userOf"]> {
  return (connection) => {
    try {
      return answerAtOnce("userOf", userOf(connection));
    } catch (error) {
      report(error, "userOf");
      return undefined;
    }
  };
}
