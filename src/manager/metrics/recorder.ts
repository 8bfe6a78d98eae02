/** The recorder: counts what happens to a manager, and gives it as metrics. */
import type { BrokerMetrics } from "../../cluster/index.js";
import type { CloseInfo, RefusedHandshake, WebSocketConnection } from "../../node/index.js";
import {
  CloseCode,
  noTraffic,
  isProtocolError,
  type TrafficCount,
  isWebSocketError,
} from "../../protocol/index.js";
import type { HistogramData, Metrics } from "./metrics.js";

/** The part of a connection that is counted, with any type of data. */
export type CountedConnection = Pick<WebSocketConnection, "traffic" | "roundTripMs" | "on">;

/** The part of a server that is counted, with any type of data. */
interface HandshakeSource {
  on(name: "connection", listener: () => void): unknown;
  countRefusals(count: (refusal: RefusedHandshake) => void): void;
}

/** The things that the manager holds now. */
interface Holdings {
  readonly connections: Iterable<Pick<WebSocketConnection, "traffic">>;
  readonly rooms: number;
  readonly members: number;
  readonly broker: BrokerMetrics | undefined;
}

/** From 100 µs, for a handler that does nearly nothing, to 10 s, for one that hangs. */
const HANDLER_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];
/** From a peer in the same rack to 15 s, the default of `pongTimeoutMs`. */
const ROUND_TRIP_MS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000];
/** From a client that leaves at once to one that stays for days. */
const CONNECTION_MS = [1, 10, 60, 300, 1_800, 3_600, 14_400, 43_200, 86_400, 604_800].map(
  (seconds) => seconds * 1_000,
);
/** Powers of four from 64 B to 1 MiB, the default of `maxMessageBytes`. */
const MESSAGE_BYTES = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];
const RECIPIENTS = [0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 100_000];

/**
 * Counts what happens to a manager. Messages and bytes are not counted here: each connection
 * counts its own, and {@link read} adds them up.
 */
export class MetricsRecorder {
  readonly #handshakes = new LabelledCounter();
  readonly #closes = new LabelledCounter();
  readonly #closeFramesSent = new LabelledCounter();
  readonly #protocolErrors = new LabelledCounter();
  readonly #transportErrors = new LabelledCounter();
  readonly #rateLimited = new LabelledCounter();
  readonly #broadcastBytes = new Histogram(MESSAGE_BYTES);
  readonly #broadcastRecipients = new Histogram(RECIPIENTS);
  readonly #handlerMs = new Histogram(HANDLER_MS);
  readonly #connectionMs = new Histogram(CONNECTION_MS);
  readonly #roundTripMs = new Histogram(ROUND_TRIP_MS);
  /** The traffic of connections that have ended. */
  readonly #ended = new TrafficTotal();
  #connectionCount = 0;
  #handlerErrors = 0;

  /** Counts the opening handshakes of a server from now on. */
  watch(server: HandshakeSource): void {
    server.on("connection", () => this.#handshakes.add("ACCEPTED"));
    server.countRefusals(({ code }) => this.#handshakes.add(code));
  }

  /** Counts a connection that has come. Call {@link closed} when it has ended. */
  opened(connection: CountedConnection): void {
    this.#connectionCount++;
    connection.on("pong", () => {
      if (connection.roundTripMs !== undefined) this.#roundTripMs.observe(connection.roundTripMs);
    });
  }

  closed(connection: CountedConnection, info: CloseInfo, durationMs: number): void {
    this.#ended.add(connection);
    this.#connectionMs.observe(durationMs);
    this.#closes.add(closeCodeLabel(info.code));
    if (info.sent !== undefined) this.#closeFramesSent.add(closeCodeLabel(info.sent.code));
    this.#failed(info.error);
  }

  /** Counts a failed listener of the manager. A connection whose listener failed is counted when it ends. */
  handlerFailed(): void {
    this.#handlerErrors++;
  }

  /** @param action - The action that was taken, one of a few words. */
  rateLimited(action: string): void {
    this.#rateLimited.add(action);
  }

  broadcast(bytes: number, recipients: number): void {
    this.#broadcastBytes.observe(bytes);
    this.#broadcastRecipients.observe(recipients);
  }

  /**
   * Observes the time that handlers of the application take for a message.
   *
   * @param pending - Resolves when they are done, and never rejects; `undefined` when they are done now.
   */
  handled(
    pending: Promise<void> | undefined,
    now: () => number,
    startedAt: number,
  ): Promise<void> | undefined {
    if (pending !== undefined)
      return pending.then(() => this.#handlerMs.observe(now() - startedAt));
    this.#handlerMs.observe(now() - startedAt);
    return undefined;
  }

  read({ connections, rooms, members, broker }: Holdings): Metrics {
    const total = new TrafficTotal();
    total.addAll(this.#ended);
    let current = 0;
    for (const connection of connections) {
      total.add(connection);
      current++;
    }
    return {
      connections: { current, total: this.#connectionCount },
      handshakes: this.#handshakes.read(),
      received: total.received,
      sent: total.sent,
      closes: this.#closes.read(),
      closeFramesSent: this.#closeFramesSent.read(),
      protocolErrors: this.#protocolErrors.read(),
      transportErrors: this.#transportErrors.read(),
      handlerErrors: this.#handlerErrors,
      rateLimited: this.#rateLimited.read(),
      backpressure: total.backpressureCount,
      droppedMessages: total.droppedMessages,
      rooms,
      members,
      broadcastBytes: this.#broadcastBytes.read(),
      broadcastRecipients: this.#broadcastRecipients.read(),
      handlerMs: this.#handlerMs.read(),
      connectionMs: this.#connectionMs.read(),
      roundTripMs: this.#roundTripMs.read(),
      broker,
    };
  }

  #failed(error: Error | undefined): void {
    if (error === undefined) return;
    if (isProtocolError(error)) this.#protocolErrors.add(error.code);
    // The library has few classes of errors. An error of the application may be of any class.
    else if (isWebSocketError(error)) this.#transportErrors.add(error.code);
    else this.#handlerErrors++;
  }
}

/** The sum of the traffic of many connections. */
class TrafficTotal {
  readonly received: TrafficCount = noTraffic();
  readonly sent: TrafficCount = noTraffic();
  backpressureCount = 0;
  droppedMessages = 0;

  add({ traffic }: Pick<WebSocketConnection, "traffic">): void {
    this.addAll(traffic);
  }

  addAll(other: WebSocketConnection["traffic"]): void {
    addCount(this.received, other.received);
    addCount(this.sent, other.sent);
    this.backpressureCount += other.backpressureCount;
    this.droppedMessages += other.droppedMessages;
  }
}

function addCount(total: TrafficCount, one: Readonly<TrafficCount>): void {
  total.messages += one.messages;
  total.payloadBytes += one.payloadBytes;
  total.uncompressedBytes += one.uncompressedBytes;
  total.compressedBytes += one.compressedBytes;
  total.transportBytes += one.transportBytes;
}

const REGISTERED: ReadonlySet<number> = new Set(Object.values(CloseCode));

/**
 * Gives a label for a close code: the code itself where RFC 6455 or the IANA registry below 3000
 * defines it, otherwise its range (§7.4.2). A peer may pick any of 2000 codes, and each would be a
 * time series of its own.
 */
export function closeCodeLabel(code: number): string {
  if (REGISTERED.has(code)) return String(code);
  if (code >= 3000 && code <= 3999) return "3xxx";
  if (code >= 4000 && code <= 4999) return "4xxx";
  return "other";
}

/** Counts by label. The caller bounds the set of labels. */
export class LabelledCounter {
  readonly #counts = new Map<string, number>();

  add(label: string): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Gives a copy of the counts, ordered by label. */
  read(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Counts observations in fixed buckets. An observation allocates nothing. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** The counts, followed by the sum. */
  readonly #values: Float64Array;

  /** @param bounds - Ascending. Each is the largest value of its bucket. */
  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds);
    this.#values = new Float64Array(bounds.length + 2);
  }

  /** Counts `value`. NaN counts as 0, and so does a negative value, which a clock gives that was set back. */
  observe(value: number): void {
    const observed = value > 0 ? value : 0;
    const bounds = this.#bounds;
    const values = this.#values;
    let bucket = 0;
    while (bucket < bounds.length && observed > (bounds[bucket] ?? 0)) bucket++;
    values[bucket] = (values[bucket] ?? 0) + 1;
    const sum = bounds.length + 1;
    values[sum] = (values[sum] ?? 0) + observed;
  }

  /** Gives a copy of the counts. */
  read(): HistogramData {
    const counts = Array.from(this.#values.subarray(0, -1));
    return {
      bounds: Array.from(this.#bounds),
      counts,
      sum: this.#values.at(-1) ?? 0,
      count: counts.reduce((total, one) => total + one, 0),
    };
  }
}
