import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MetricsRecorder } from "../../../src/manager/metrics/recorder.js";
import { prometheusText } from "../../../src/manager/metrics/prometheus.js";
import type { BrokerMetrics } from "../../../src/cluster/interface.js";
import type { Metrics } from "../../../src/manager/metrics/metrics.js";
import { parsePrometheus, valueOf } from "../../support/prometheus.js";
import { requireTool } from "../../support/require-tool.js";

const BROKER: BrokerMetrics = {
  isUp: true,
  published: 1,
  received: 2,
  queuedMessages: 3,
  queuedBytes: 4,
  dropped: 5,
  gaps: 6,
  ignored: 7,
};

function empty(broker?: BrokerMetrics): Metrics {
  return new MetricsRecorder().read({ connections: [], rooms: 2, members: 3, broker });
}

/** Metrics in which every series there can be is there. */
function full(): Metrics {
  const recorder = new MetricsRecorder();
  for (let i = 0; i < 100; i++) {
    void recorder.handled(undefined, () => i * i, 0);
    recorder.broadcast(i ** 3, i);
  }
  recorder.rateLimited("drop");
  return {
    ...recorder.read({ connections: [], rooms: 1, members: 1, broker: BROKER }),
    handshakes: { ACCEPTED: 1, ORIGIN_REFUSED: 1 },
    closes: { 1000: 3, "4xxx": 1 },
    closeFramesSent: { 1001: 2 },
    protocolErrors: { UTF8_INVALID: 1 },
    transportErrors: { PONG_TIMEOUT: 1 },
  };
}

describe("prometheusText", () => {
  it.each([
    ["nothing has happened", empty()],
    ["everything has happened", full()],
  ])("can be read when %s", (_, metrics) => {
    const families = parsePrometheus(prometheusText(metrics));
    for (const [name, { type, help }] of families) {
      expect(name).toMatch(/^plainsocket_[a-z_]+$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(name).not.toMatch(/_(ms|milliseconds|kb|size)(_|$)/);
      expect(help).toMatch(/\.$/);
    }
  });

  it("says what is in the metrics, times in seconds", () => {
    const families = parsePrometheus(prometheusText(full()));
    expect(valueOf(families, "plainsocket_connections_closed_total", { code: "4xxx" })).toBe(1);
    expect(valueOf(families, "plainsocket_handshakes_total", { result: "ACCEPTED" })).toBe(1);
    expect(valueOf(families, "plainsocket_handshakes_total", { result: "ORIGIN_REFUSED" })).toBe(1);
    expect(valueOf(families, "plainsocket_rate_limited_messages_total", { action: "drop" })).toBe(
      1,
    );
    expect(valueOf(families, "plainsocket_broadcast_recipients_count")).toBe(100);
    const handler = "plainsocket_message_handler_duration_seconds";
    expect(valueOf(families, `${handler}_bucket`, { le: "0.001" })).toBe(2); // 0 and 1 ms
    expect(valueOf(families, `${handler}_sum`)).toBeCloseTo(328.35);
    expect(valueOf(families, "plainsocket_broker_up")).toBe(1);
    expect(valueOf(families, "plainsocket_broker_gaps_total")).toBe(6);
  });

  it("leaves the broker out where there is none", () => {
    expect(prometheusText(empty())).not.toContain("broker");
    expect(prometheusText(empty({ ...BROKER, isUp: false }))).toContain(
      "plainsocket_broker_up 0\n",
    );
  });

  it("puts the labels that were asked for on every sample, whatever is in them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const labels = { service: `${value}"\\\n`, instance: value };
        const families = parsePrometheus(prometheusText(full(), { labels }));
        for (const { samples } of families.values()) {
          for (const sample of samples) expect(sample.labels).toMatchObject(labels);
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each(["", "1st", "a-b", "__name", "le", "code", 'a"', "é"])(
    "refuses the label %j at its caller",
    (name) => {
      expect(() => prometheusText(empty(), { labels: { [name]: "x" } })).toThrow(TypeError);
    },
  );
});

const promtool = requireTool("promtool", "apt-get install prometheus");

describe.skipIf(promtool === undefined)("promtool", () => {
  it.each([
    ["nothing has happened", () => prometheusText(empty(BROKER))],
    ["everything has happened", () => prometheusText(full(), { labels: { service: 'a "b"\\\n' } })],
  ])("has nothing to say when %s", (_, text) => {
    // It writes what it finds wrong, or unusual, and fails.
    const said = execFileSync(promtool ?? "", ["check", "metrics"], {
      input: text(),
      stdio: "pipe",
    });
    expect(said.toString()).toBe("");
  });
});
