import { type Clock, realClock } from "../node/index.js";
import type { Broker } from "./broker.js";
import type { ClusterEvent } from "./event.js";

/** How a manager gets along with the others on its broker. */
export interface ClusterLimits {
  /** How often a node says that it lives. @defaultValue 5 000 */
  readonly heartbeatIntervalMs?: number | undefined;
  /** After how much silence a node is taken to be gone, and its members with it. @defaultValue 15 000 */
  readonly nodeTtlMs?: number | undefined;
  /** The largest message that goes to other nodes, or is taken from them. @defaultValue 16 MiB */
  readonly maxPayloadBytes?: number | undefined;
  /** How much may wait for the engine; beyond that the oldest is given up. @defaultValue 16 MiB */
  readonly maxQueuedBytes?: number | undefined;
  /** The same, in messages. @defaultValue 10 000 */
  readonly maxQueuedMessages?: number | undefined;
}

export interface ClusterOptions extends ClusterLimits {
  /** Carries messages to the other nodes. Made and closed by the application. */
  readonly broker: Broker;
  /** Where time comes from. Meant for tests. */
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
    throw new RangeError("nodeTtlMs must be above heartbeatIntervalMs, or no node would live");
  }
  return { broker, clock, onEvent, ...limits };
}
