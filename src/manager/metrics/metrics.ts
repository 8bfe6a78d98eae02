/** What a manager's metrics are, as plain data. Times are in milliseconds and sizes in bytes, as the names say. */
import type { BrokerMetrics } from "../../cluster/index.js";
import type { TrafficCount } from "../../protocol/index.js";
import type { HistogramData } from "./histogram.js";

/** How often each has happened, by a label out of a bounded set. What never happened is not there. */
export type Counts = Readonly<Record<string, number>>;

/** Everything a manager has counted since it was made, and what it holds now. */
export interface Metrics {
  readonly connections: { readonly current: number; readonly total: number };
  /** `ACCEPTED`, or the code of the refusal: see RefusedHandshake. */
  readonly handshakes: Counts;
  readonly received: TrafficCount;
  readonly sent: TrafficCount;
  /** Connections that have ended, by the code of the peer's Close frame, 1006 without one; see `closeFramesSent`. */
  readonly closes: Counts;
  /** Close frames that this end has sent, by code. 3000 to 4999 are counted as `3xxx` and `4xxx`. */
  readonly closeFramesSent: Counts;
  /** Connections that ended because the peer broke a rule, by the row of the table of violations. */
  readonly protocolErrors: Counts;
  /** Connections that ended for another reason than a Close frame, by the code of the TransportError. */
  readonly transportErrors: Counts;
  /** How often a listener of the manager failed, or one of a connection, which ended for it. */
  readonly handlerErrors: number;
  /** Messages over the rate limit, by what became of them. */
  readonly rateLimited: Counts;
  /** How often more than `maxBufferedBytes` have come to wait for a peer. */
  readonly backpressure: number;
  /** Messages that `bufferPolicy` has dropped. */
  readonly droppedMessages: number;
  readonly rooms: number;
  /** Memberships in all rooms: who is in two rooms counts twice. */
  readonly members: number;
  readonly broadcastBytes: HistogramData;
  readonly broadcastRecipients: HistogramData;
  readonly handlerMs: HistogramData;
  readonly connectionMs: HistogramData;
  readonly roundTripMs: HistogramData;
  /** `undefined` without a broker. */
  readonly broker: BrokerMetrics | undefined;
}
