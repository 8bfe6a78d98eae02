/** Metrics in the text format of Prometheus, version 0.0.4. */
import { checkOptions, type Names } from "../../input/index.js";
import type { BrokerMetrics } from "../../cluster/index.js";
import type { Counts, HistogramData, Metrics } from "./metrics.js";

/** The Content-Type of a response with {@link prometheusText}. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Options of {@link prometheusText}. */
export interface PrometheusOptions {
  /** Labels for every sample, such as the name of the service. Their values are escaped. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const NAMES: Names<PrometheusOptions> = {
  owner: "prometheusText()",
  known: { labels: true },
  advice: {
    defaultLabels: "use labels",
    prefix: "leave it out, all names begin with plainsocket_",
  },
};

type Labels = Readonly<Record<string, string>>;

/** One line of a metric, without the parts that all its lines share. */
interface Sample {
  /** A suffix of the metric's name, such as `"_bucket"`. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Writes `metrics` as text for Prometheus. Names begin with `plainsocket_`, and times are in seconds.
 *
 * @throws {TypeError} A label's name has other characters than letters, digits and `_`, begins with
 *   a digit or `__`, or is in use by a metric.
 */
export function prometheusText(metrics: Metrics, options: PrometheusOptions = {}): string {
  checkOptions(options, NAMES);
  const { labels = {} } = options;
  Object.keys(labels).forEach(checkLabelName);
  return familiesOf(metrics)
    .map((family) => textOf(family, labels))
    .join("");
}

function familiesOf(metrics: Metrics): readonly Family[] {
  const { broker } = metrics;
  return [
    ...connectionFamilies(metrics),
    ...trafficFamilies(metrics),
    ...roomFamilies(metrics),
    ...(broker === undefined ? [] : brokerFamilies(broker)),
  ];
}

// oxfmt-ignore
function connectionFamilies(metrics: Metrics): readonly Family[] {
  const { connections } = metrics;
  return [
    gauge("connections", "Connections that are open.", connections.current),
    counter("connections_opened_total", "Connections that have come.", connections.total),
    counts("connections_closed_total", "Connections that have ended, by the code of the peer's Close frame; 1006 without one.", "code", metrics.closes),
    counts("close_frames_sent_total", "Close frames sent, by code.", "code", metrics.closeFramesSent),
    counts("handshakes_total", "Opening handshakes, by result.", "result", metrics.handshakes),
    counts("protocol_errors_total", "Connections that ended because the peer broke a rule, by rule.", "code", metrics.protocolErrors),
    counts("transport_errors_total", "Connections that ended for a reason outside the protocol, by reason.", "code", metrics.transportErrors),
    counter("handler_errors_total", "How often a listener of the application failed.", metrics.handlerErrors),
    seconds("connection_duration_seconds", "How long connections have lasted that have ended.", metrics.connectionMs),
    seconds("ping_round_trip_seconds", "Time from a ping to its pong.", metrics.roundTripMs),
  ];
}

// oxfmt-ignore
function trafficFamilies(metrics: Metrics): readonly Family[] {
  const { received, sent } = metrics;
  return [
    directions("messages_total", "Whole messages.", received.messages, sent.messages),
    directions("payload_bytes_total", "Payload of messages, uncompressed.", received.payloadBytes, sent.payloadBytes),
    directions("transport_bytes_total", "Bytes on the transport behind the opening handshake.", received.transportBytes, sent.transportBytes),
    directions("uncompressed_bytes_total", "Payload of compressed messages, before.", received.uncompressedBytes, sent.uncompressedBytes),
    directions("compressed_bytes_total", "Payload of compressed messages, after.", received.compressedBytes, sent.compressedBytes),
    counts("rate_limited_messages_total", "Messages over the rate limit, by what became of them.", "action", metrics.rateLimited),
    counter("backpressure_total", "How often more than maxBufferedBytes have come to wait for a peer.", metrics.backpressure),
    counter("dropped_messages_total", "Messages that bufferPolicy has dropped.", metrics.droppedMessages),
    seconds("message_handler_duration_seconds", "How long the manager's listeners have worked on a message.", metrics.handlerMs),
  ];
}

// oxfmt-ignore
function roomFamilies(metrics: Metrics): readonly Family[] {
  return [
    gauge("rooms", "Rooms with members here.", metrics.rooms),
    gauge("room_members", "Memberships in all rooms.", metrics.members),
    histogram("broadcast_payload_bytes", "Size of messages that were sent to many.", metrics.broadcastBytes),
    histogram("broadcast_recipients", "To how many connections here they were sent.", metrics.broadcastRecipients),
  ];
}

// oxfmt-ignore
function brokerFamilies(broker: BrokerMetrics): readonly Family[] {
  return [
    gauge("broker_up", "Whether the broker's engine can be reached: 1 or 0.", broker.isUp ? 1 : 0),
    counter("broker_published_messages_total", "Messages that the engine has taken.", broker.published),
    counter("broker_received_messages_total", "Messages that came from other nodes.", broker.received),
    gauge("broker_queue_messages", "Messages that wait for the engine.", broker.queuedMessages),
    gauge("broker_queue_bytes", "Bytes that wait for the engine.", broker.queuedBytes),
    counter("broker_dropped_messages_total", "Messages that were never published.", broker.dropped),
    counter("broker_gaps_total", "How often messages of another node were missing.", broker.gaps),
    counter("broker_ignored_messages_total", "Messages that came twice, or in an unknown version.", broker.ignored),
  ];
}

function gauge(name: string, help: string, value: number): Family {
  return { name, type: "gauge", help, samples: [{ value }] };
}

function counter(name: string, help: string, value: number): Family {
  return { name, type: "counter", help, samples: [{ value }] };
}

function counts(name: string, help: string, label: string, values: Counts): Family {
  const samples = Object.entries(values).map(([key, value]) => ({
    labels: { [label]: key },
    value,
  }));
  return { name, type: "counter", help, samples };
}

function directions(name: string, help: string, received: number, sent: number): Family {
  return counts(name, help, "direction", { received, sent });
}

function seconds(
  name: string,
  help: string,
  { bounds, counts, sum, count }: HistogramData,
): Family {
  const inSeconds = { bounds: bounds.map((ms) => ms / 1_000), counts, sum: sum / 1_000, count };
  return histogram(name, help, inSeconds);
}

/** Makes the counts cumulative, as Prometheus wants them. */
function histogram(
  name: string,
  help: string,
  { bounds, counts, sum, count }: HistogramData,
): Family {
  let soFar = 0;
  const buckets = counts.map((inBucket, index) => {
    soFar += inBucket;
    return { suffix: "_bucket", labels: { le: String(bounds[index] ?? "+Inf") }, value: soFar };
  });
  const totals = [
    { suffix: "_sum", value: sum },
    { suffix: "_count", value: count },
  ];
  return { name, type: "histogram", help, samples: [...buckets, ...totals] };
}

function textOf({ name, type, help, samples }: Family, common: Labels): string {
  const fullName = `plainsocket_${name}`;
  const lines = samples.map(
    ({ suffix = "", labels, value }) =>
      `${fullName}${suffix}${labelText({ ...common, ...labels })} ${value}\n`,
  );
  return `# HELP ${fullName} ${help}\n# TYPE ${fullName} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

const OWN_LABELS = new Set(["code", "result", "direction", "action", "le"]);

function checkLabelName(name: string): void {
  const isName = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  if (!isName) throw new TypeError(`${JSON.stringify(name)} is no name of a Prometheus label`);
  if (OWN_LABELS.has(name)) throw new TypeError(`the label ${name} is in use by a metric`);
}
