// The examples of docs/metrics.md: they compile, and answer what the page says.
import { Server } from "node:http";
import { afterAll, assert, beforeAll, expect, it, vi } from "vitest";
import { connect, WebSocketServer } from "../../src/index.js";
import { type BrokerMetrics, prometheusText } from "../../src/manager/index.js";
import { MetricsRecorder } from "../../src/manager/metrics/recorder.js";
import { CHANNELS } from "../support/diagnostics.js";
import { parsePrometheus, valueOf } from "../support/prometheus.js";
import { portOf } from "../support/raw-client.js";
import { eventually } from "../support/raw-peer.js";
import { PageExamples } from "../support/page-examples.js";

const page = new PageExamples("metrics");
const { code: examples } = page;

beforeAll(() => {
  page.write((code) =>
    code.replace("port: 8080", `port: 0, host: "127.0.0.1"`).replace("9090", "0"),
  );
});

afterAll(() => page.remove());

async function load(name: string): Promise<{ server: unknown; metricsServer: unknown }> {
  return { server: undefined, metricsServer: undefined, ...(await page.load(name)) };
}

it("compile", () => {
  const stdout = page.compile();

  expect([...examples.keys()]).toEqual(["own-listener.ts", "with-http.ts", "watching.ts"]);
  expect(stdout).toBe("");
});

it("answer GET /metrics on the listener of the server, and 404 for the rest", async () => {
  const { server } = await load("own-listener.ts");
  assert(server instanceof WebSocketServer);
  await server.listening();
  const client = await connect(server.url);
  client.send("hello");
  for await (const message of client) if (message === "hello") break;

  const httpUrl = server.url.replace("ws:", "http:");
  const response = await fetch(`${httpUrl}metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const families = parsePrometheus(await response.text());
  expect(valueOf(families, "plainsocket_connections")).toBe(1);
  expect(valueOf(families, "plainsocket_messages_total", { direction: "sent" })).toBe(1);
  expect((await fetch(`${httpUrl}other`)).status).toBe(404);
  client.terminate();
  await server.shutdown({ deadlineMs: 0 });
});

it("answer on an http server, with the label that was asked for", async () => {
  const { server, metricsServer } = await load("with-http.ts");
  assert(server instanceof WebSocketServer && metricsServer instanceof Server);
  await eventually(() => metricsServer.listening);
  const response = await fetch(`http://127.0.0.1:${portOf(metricsServer)}/metrics`);
  const families = parsePrometheus(await response.text());
  expect(valueOf(families, "plainsocket_connections", { service: "chat" })).toBe(0);
  metricsServer.closeAllConnections();
  metricsServer.close();
  await server.shutdown({ deadlineMs: 0 });
});

it("watch connections end", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  await load("watching.ts");
  await using server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await server.listening();
  const client = await connect(server.url);
  client.close(4000);
  await client.closed;
  expect(lines).toHaveBeenCalledWith(expect.stringMatching(/^connection \d+ has ended with 4000$/));
  lines.mockRestore();
});

const NOTHING: BrokerMetrics = {
  isUp: true,
  published: 0,
  received: 0,
  queuedMessages: 0,
  queuedBytes: 0,
  dropped: 0,
  gaps: 0,
  ignored: 0,
};

it("name each metric and each channel that there is", () => {
  const holdings = { connections: [], rooms: 0, members: 0, broker: NOTHING };
  const text = prometheusText(new MetricsRecorder().read(holdings));
  for (const name of parsePrometheus(text).keys()) {
    expect(page.text).toContain(`\`${name.replace("plainsocket_", "")}\``);
  }
  for (const channel of CHANNELS) expect(page.text).toContain(`\`${channel}\``);
});
