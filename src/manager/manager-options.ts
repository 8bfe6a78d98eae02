import { isError, limit } from "../input/index.js";
import {
  type Broker,
  type ClusterFactory,
  type ClusterLimits,
  clusterOn,
} from "../cluster/index.js";
import {
  checkCloseStatus,
  type Clock,
  realClock,
  reportTo,
  type ServerRequest,
  type WebSocketConnection,
  type WebSocketServer,
} from "../node/index.js";
import { isValidOnWire } from "../protocol/index.js";
import type { FullAnswer } from "./admission.js";
import type { JoinMessages } from "./batches.js";
import type { FirstMessageCheck, Rate, RateLimit } from "./message-gate.js";
import type { Authorize } from "./rooms.js";

/** Options of a {@link ConnectionManager}. `Infinity` lifts a limit. */
export interface ManagerOptions<Data = unknown> {
  /** Takes the connections of this server, those that are open already included. */
  readonly server?: WebSocketServer<Data> | undefined;

  /** Takes the connections of all of these. */
  readonly servers?: readonly WebSocketServer<Data>[] | undefined;

  /** The user a connection belongs to, so that all of a user's connections are found. `undefined`: none. */
  readonly userOf?: ((connection: WebSocketConnection<Data>) => string | undefined) | undefined;

  /**
   * Most connections of all its servers together, those in their opening handshake and those
   * given to `add` included. The check runs on every way in, before `authenticate`.
   *
   * @defaultValue `Infinity`: each server has a limit of its own
   */
  readonly maxConnections?: number | undefined;

  /** What a client gets beyond that: 503, or a connection that is closed with your code. @defaultValue `"refuse"` */
  readonly whenFull?: FullAnswer | undefined;

  /** Most connections from one address, or from one IPv6 network of 64 bits. @defaultValue `Infinity` */
  readonly maxConnectionsPerAddress?: number | undefined;

  /** What a client gets beyond that: 429, or a connection that is closed with your code. @defaultValue `"refuse"` */
  readonly whenAddressFull?: FullAnswer | undefined;

  /**
   * Where a request comes from; behind a proxy, what the proxy says. `undefined` is not
   * counted. When it throws, that is a hook of the server that failed: 500.
   *
   * @defaultValue the address of the socket
   */
  readonly addressOf?: ((request: ServerRequest) => string | undefined) | undefined;

  /** How many messages a connection may send. @defaultValue as many as it likes */
  readonly rateLimit?: RateLimit | undefined;

  /**
   * Closes with 1001 who has sent no message for so long. Pings and pongs do not count:
   * they say that the peer is there, not that it takes part.
   *
   * @defaultValue `Infinity`
   */
  readonly idleTimeoutMs?: number | undefined;

  /**
   * The first message has to say who the client is. Until it has been checked the
   * connection is in no room, gets no broadcast, and is found by no user.
   *
   * @defaultValue whoever is connected has been authenticated by the server
   */
  readonly authenticateFirst?: FirstMessageCheck<Data> | undefined;

  /** How messages with `batchMs` are put together. */
  readonly batch?: BatchOptions | undefined;

  /** Says who may be in a room, and who may publish to it. @defaultValue everybody may be, and members may publish */
  readonly authorize?: Authorize<Data> | undefined;

  /** In how many rooms a connection may be, those included where `authorize` has not answered. @defaultValue 1000 */
  readonly maxRoomsPerConnection?: number | undefined;

  /** Longest name of a room, in UTF-16 units. @defaultValue 256 */
  readonly maxRoomNameLength?: number | undefined;

  /**
   * Joins this manager to all others, in whatever process, whose broker leads to the same
   * engine. Whoever made the broker closes it, after the manager.
   *
   * @defaultValue it is on its own
   */
  readonly broker?: Broker | undefined;

  /** How it gets along with the others on its broker. */
  readonly clusterLimits?: ClusterLimits | undefined;

  /** Joins this manager to others in a way of one's own, instead of `broker`. */
  readonly cluster?: ClusterFactory | undefined;

  /**
   * Gets what a listener or a hook of this manager threw, or what the promise it returned
   * was rejected with.
   *
   * @defaultValue Node prints a process warning with the stack.
   */
  readonly onHandlerError?: ((error: unknown) => void) | undefined;

  /** Where time comes from. Meant for tests. */
  readonly clock?: Clock | undefined;
}

/** See {@link ManagerOptions.batch}. */
export interface BatchOptions {
  /** Makes one message of several, as receivers expect it. Without, they go out in one write. */
  readonly join?: JoinMessages | undefined;
  /** With so many messages a batch goes out early. @defaultValue 256 */
  readonly maxMessages?: number | undefined;
  /** With so many bytes (of a string, UTF-16 units) a batch goes out early. @defaultValue 65 536 */
  readonly maxBytes?: number | undefined;
}

type ResolvedFirstMessageCheck<Data> = FirstMessageCheck<Data> & { readonly deadlineMs: number };

/** {@link ManagerOptions} with nothing left open. */
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
  readonly joinBatch: JoinMessages | undefined;
  readonly maxBatchMessages: number;
  readonly maxBatchBytes: number;
  readonly authorize: Authorize<Data> | undefined;
  readonly maxRoomsPerConnection: number;
  readonly maxRoomNameLength: number;
  readonly cluster: ClusterFactory | undefined;
  /** Never throws. */
  readonly onHandlerError: (error: unknown) => void;
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
  const { server, servers = [], onHandlerError = warn, batch = {} } = options;
  const { maxConnections, maxConnectionsPerAddress } = options;
  const report = (error: unknown): void => reportTo(onHandlerError, error);
  return {
    servers: server === undefined ? servers : [server, ...servers],
    userOf: options.userOf ? orNobody(options.userOf, report) : () => undefined,
    maxConnections: limit("maxConnections", maxConnections, Infinity),
    whenFull: fullAnswer("whenFull", options.whenFull),
    maxConnectionsPerAddress: limit("maxConnectionsPerAddress", maxConnectionsPerAddress, Infinity),
    whenAddressFull: fullAnswer("whenAddressFull", options.whenAddressFull),
    addressOf: options.addressOf ?? (({ remoteAddress }) => remoteAddress),
    rate: options.rateLimit && rateOf(options.rateLimit),
    whenExceeded: options.rateLimit?.whenExceeded ?? "close",
    idleTimeoutMs: limit("idleTimeoutMs", options.idleTimeoutMs, Infinity),
    authenticateFirst: options.authenticateFirst && checkOf(options.authenticateFirst),
    joinBatch: batch.join,
    maxBatchMessages: limit("batch.maxMessages", batch.maxMessages, 256),
    maxBatchBytes: limit("batch.maxBytes", batch.maxBytes, 65_536),
    authorize: options.authorize,
    maxRoomsPerConnection: limit("maxRoomsPerConnection", options.maxRoomsPerConnection, 1_000),
    maxRoomNameLength: limit("maxRoomNameLength", options.maxRoomNameLength, 256),
    cluster: options.cluster ?? clusterOf(options),
    onHandlerError: report,
    clock: options.clock ?? realClock,
  };
}

function clusterOf<Data>({
  broker,
  clusterLimits,
  clock,
}: ManagerOptions<Data>): ClusterFactory | undefined {
  return broker && clusterOn({ ...clusterLimits, broker, clock });
}

/** Whose connection cannot be found out, has none. */
function orNobody<Data>(
  userOf: NonNullable<ManagerOptions<Data>["userOf"]>,
  report: (error: unknown) => void,
): NonNullable<ManagerOptions<Data>["userOf"]> {
  return (connection) => {
    try {
      return userOf(connection);
    } catch (error) {
      report(error);
      return undefined;
    }
  };
}

function rateOf({ messagesPerSecond, burst }: RateLimit): Rate {
  if (typeof messagesPerSecond !== "number") {
    throw new TypeError("rateLimit.messagesPerSecond must be a number");
  }
  const perSecond = limit("rateLimit.messagesPerSecond", messagesPerSecond, Infinity);
  if (burst !== undefined && burst < 1) throw new RangeError("rateLimit.burst must be 1 or more");
  return { perSecond, burst: limit("rateLimit.burst", burst, Math.max(perSecond, 1)) };
}

function checkOf<Data>({
  check,
  deadlineMs,
}: FirstMessageCheck<Data>): ResolvedFirstMessageCheck<Data> {
  if (typeof check !== "function") throw new TypeError("authenticateFirst.check is a function");
  return { check, deadlineMs: limit("authenticateFirst.deadlineMs", deadlineMs, 10_000) };
}

function fullAnswer(name: string, answer: FullAnswer = "refuse"): FullAnswer {
  if (answer === "refuse") return answer;
  const { code, reason = "" } = answer;
  if (typeof code !== "number" || !isValidOnWire(code)) {
    throw new TypeError(`${name} must be "refuse", or have a close code that may be sent`);
  }
  try {
    checkCloseStatus(code, reason);
  } catch (cause) {
    throw new RangeError(`${name}.reason has more than 123 bytes as UTF-8`, { cause });
  }
  return answer;
}

function warn(error: unknown): void {
  process.emitWarning(isError(error) ? error : new Error(String(error)), {
    type: "PlainsocketHandlerError",
    detail: "A listener of a ConnectionManager failed; set onHandlerError to be told",
  });
}
