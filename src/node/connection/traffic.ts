import type { ProtocolConnection, TrafficCount } from "../../protocol/index.js";
import type { Outgoing } from "./outgoing.js";

/** What has gone over a connection up to a moment, in each direction. */
export interface Traffic {
  readonly received: Readonly<TrafficCount>;
  readonly sent: Readonly<TrafficCount>;
  /** How often more than `maxBufferedBytes` have come to wait. */
  readonly backpressureCount: number;
  /** Messages that `bufferPolicy` has dropped. */
  readonly droppedMessages: number;
}

/** Copies the counts: they go on. */
export function trafficOf(
  { received, sent }: ProtocolConnection,
  { backpressureCount, droppedMessages }: Outgoing,
): Traffic {
  return { received: { ...received }, sent: { ...sent }, backpressureCount, droppedMessages };
}
