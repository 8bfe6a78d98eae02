import type { Clock, WebSocketConnection, WebSocketServer } from "../node/index.js";
import { systemClock } from "./clock.js";
import type { Broker } from "./broker.js";
import { clusterOn } from "./cluster.js";
import type { ClusterFactory } from "./cluster-local.js";
import type { ClusterLimits } from "./cluster-options.js";
import type { Authorize } from "./rooms.js";

/** Options of a {@link ConnectionManager}. `Infinity` lifts a limit. */
export interface ManagerOptions<Data = unknown> {
  /** Takes the connections of this server, those that are open already included. */
  readonly server?: WebSocketServer<Data> | undefined;

  /** Takes the connections of all of these. */
  readonly servers?: readonly WebSocketServer<Data>[] | undefined;

  /** The user a connection belongs to, so that all of a user's connections are found. `undefined`: none. */
  readonly userOf?: ((connection: WebSocketConnection<Data>) => string | undefined) | undefined;

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

/** {@link ManagerOptions} with nothing left open. */
export interface ResolvedManagerOptions<Data> {
  readonly servers: readonly WebSocketServer<Data>[];
  readonly userOf: (connection: WebSocketConnection<Data>) => string | undefined;
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
  const { server, servers = [], onHandlerError = warn } = options;
  return {
    servers: server === undefined ? servers : [server, ...servers],
    userOf: options.userOf ?? (() => undefined),
    authorize: options.authorize,
    maxRoomsPerConnection: limit("maxRoomsPerConnection", options.maxRoomsPerConnection, 1_000),
    maxRoomNameLength: limit("maxRoomNameLength", options.maxRoomNameLength, 256),
    cluster: options.cluster ?? clusterOf(options),
    onHandlerError: (error) => reportTo(onHandlerError, error),
    clock: options.clock ?? systemClock,
  };
}

function clusterOf<Data>({
  broker,
  clusterLimits,
  clock,
}: ManagerOptions<Data>): ClusterFactory | undefined {
  return broker && clusterOn({ ...clusterLimits, broker, clock });
}

/** @throws {TypeError | RangeError} `value` is no number, or cannot be a limit. */
export function limit(name: string, value: number | undefined, defaultValue: number): number {
  if (value === undefined) return defaultValue;
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, or Infinity for no limit`);
  return value;
}

/** Calls `hook`; one that throws has nobody left to tell. */
function reportTo(hook: (error: unknown) => void, error: unknown): void {
  try {
    hook(error);
  } catch {
    // The process must not end because of a peer that found a way into a hook.
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)), {
    type: "PlainsocketHandlerError",
    detail: "A listener of a ConnectionManager failed; set onHandlerError to be told",
  });
}
