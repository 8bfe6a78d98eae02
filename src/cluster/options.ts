/** Options of a cluster, with their defaults and checks. */
import { checkOptions, type Names } from "../input/index.js";
import { type Clock, realClock } from "../node/index.js";
import type { Broker } from "./broker.js";
import type { ClusterEvent } from "./interface.js";

/** Intervals and limits of the exchange with other managers on the broker. */
export interface ClusterLimits {
  /** The interval of heartbeats. @defaultValue 5 000 */
  readonly heartbeatIntervalMs?: number | undefined;
  /** A node that is silent for this time counts as gone, and its members with it. @defaultValue 15 000 */
  readonly nodeTtlMs?: number | undefined;
  /** The largest message to and from other nodes. @defaultValue 16 MiB */
  readonly maxPayloadBytes?: number | undefined;
  /** The largest size of messages that wait for the engine. Beyond it the oldest are given up. @defaultValue 16 MiB */
  readonly maxQueuedBytes?: number | undefined;
  /**
   * The largest number of messages that wait for the engine. Beyond it the oldest are given up.
   *
   * @defaultValue 10 000
   */
  readonly maxQueuedMessages?: number | undefined;
}

const LIMITS: Names<ClusterLimits> = {
  owner: "clusterLimits",
  known: {
    heartbeatIntervalMs: true,
    nodeTtlMs: true,
    maxPayloadBytes: true,
    maxQueuedBytes: true,
    maxQueuedMessages: true,
  },
};

/** @throws {TypeError} A limit does not exist. */
export function checkClusterLimits(limits: ClusterLimits): void {
  checkOptions(limits, LIMITS);
}

export interface ClusterOptions extends ClusterLimits {
  /** Carries messages to other nodes. The application makes and closes it. */
  readonly broker: Broker;
  /** The source of time. Meant for tests. */
  readonly clock?: Clock | undefined;
}

export interface ResolvedClusterOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly nodeTtlMs: number;
  readonly maxPayloadBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxQueuedMessages: number;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** @throws {RangeError} An option is out of its range. */
export function resolveClusterOptions(
  options: ClusterOptions,
  onEvent: (event: ClusterEvent) => void,
): ResolvedClusterOptions {
  const { broker, clock = realClock } = options;
  const limits = {
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 5_000,
    nodeTtlMs: options.nodeTtlMs ?? 15_000,
    maxPayloadBytes: options.maxPayloadBytes ?? 2 ** 24,
    maxQueuedBytes: options.maxQueuedBytes ?? 2 ** 24,
    maxQueuedMessages: options.maxQueuedMessages ?? 10_000,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`${name} must be above 0, not ${value}`);
  }
  if (limits.nodeTtlMs <= limits.heartbeatIntervalMs) {
    const { nodeTtlMs, heartbeatIntervalMs } = limits;
    throw new RangeError(
      `nodeTtlMs ${nodeTtlMs} must be above heartbeatIntervalMs ${heartbeatIntervalMs}, or no node would live`,
    );
  }
  return { broker, clock, onEvent, ...limits };
}
