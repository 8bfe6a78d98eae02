/** The metrics of a manager, as plain data. Times are in milliseconds and sizes in bytes, as the names say. */
import type { BrokerMetrics } from "../../cluster/index.js";
import type { TrafficCount } from "../../protocol/index.js";

/** Numbers of occurrences, by labels of a bounded set. A label that never occurred is missing. */
export type Counts = Readonly<Record<string, number>>;

/** All counts of a manager since it was made, and the sizes of what it holds now. */
export interface Metrics {
  readonly connections: { readonly current: number; readonly total: number };
  /** Opening handshakes, by `ACCEPTED` or the code of the refusal: see RefusedHandshake. */
  readonly handshakes: Counts;
  readonly received: TrafficCount;
  readonly sent: TrafficCount;
  /** Connections that have ended, by the code of the peer's Close frame, 1006 without one; see `closeFramesSent`. */
  readonly closes: Counts;
  /** Close frames that this end has sent, by code. 3000 to 4999 are counted as `3xxx` and `4xxx`. */
  readonly closeFramesSent: Counts;
  /** Connections that ended because the peer broke a rule, by the code of the ProtocolError. */
  readonly protocolErrors: Counts;
  /** Connections that ended for another reason than a Close frame, by the code of the TransportError. */
  readonly transportErrors: Counts;
  /** Failures of the manager's listeners, and connections that ended because a listener of theirs failed. */
  readonly handlerErrors: number;
  /** Messages over the rate limit, by the action that was taken. */
  readonly rateLimited: Counts;
  /** The number of times that more than `maxBufferedBytes` came to wait for a peer. */
  readonly backpressure: number;
  /** Messages that `bufferPolicy` has dropped. */
  readonly droppedMessages: number;
  readonly rooms: number;
  /** Memberships in all rooms: a connection in two rooms counts twice. */
  readonly members: number;
  readonly broadcastBytes: HistogramData;
  readonly broadcastRecipients: HistogramData;
  readonly handlerMs: HistogramData;
  readonly connectionMs: HistogramData;
  readonly roundTripMs: HistogramData;
  /** `undefined` without a broker. */
  readonly broker: BrokerMetrics | undefined;
}

/** A histogram as plain data: observations counted by size, and their sum. */
export interface HistogramData {
  /** The upper bounds of the buckets, ascending. The last bucket, for all larger values, has none. */
  readonly bounds: readonly number[];
  /** The number of observations in each bucket, not cumulative. There is one more bucket than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}
