// The metrics of a manager on a real server.
import { describe, expect, it } from "vitest";
import { ConnectionManager, prometheusText } from "../../../src/manager/index.js";
import { connect } from "../../../src/node/index.js";
import { FakeClock } from "../../support/clock.js";
import { parsePrometheus, valueOf } from "../../support/prometheus.js";
import { eventually } from "../../support/raw-peer.js";
import { startServer } from "../../support/server-under-test.js";

describe("metrics of a ConnectionManager", () => {
  it("tell what happens on its servers, in its rooms and in its listeners", async () => {
    await using under = await startServer();
    const clock = new FakeClock();
    const manager = new ConnectionManager({ server: under.server, clock });
    manager.on("connection", (connection) => {
      void manager.room("one").join(connection);
      void manager.room("two").join(connection);
    });
    manager.on("message", (connection, message) => {
      clock.advance(3);
      connection.send(message);
    });
    const clients = await Promise.all([connect(under.server.url), connect(under.server.url)]);
    await eventually(() => manager.metrics().members === 4);
    manager.room("one").broadcast("to both €");
    for (const client of clients) client.send("echo");
    await eventually(() => clients.every(({ traffic }) => traffic.received.messages === 2));
    clock.advance(20_000);
    clients[0].close(1000);
    await clients[0].closed;
    await eventually(() => manager.size === 1);

    const metrics = manager.metrics();
    expect(metrics).toMatchObject({
      connections: { current: 1, total: 2 },
      handshakes: { ACCEPTED: 2 },
      received: { messages: 2, payloadBytes: 8 },
      sent: { messages: 4, payloadBytes: 30 },
      closes: { 1000: 1 },
      rooms: 2,
      members: 2,
      broadcastRecipients: { count: 1, sum: 2 },
      broadcastBytes: { count: 1, sum: 11 },
      handlerMs: { count: 2, sum: 6 },
      connectionMs: { count: 1 },
      broker: undefined,
    });
    expect(metrics.connectionMs.sum).toBeGreaterThanOrEqual(20_000);
    const families = parsePrometheus(prometheusText(metrics));
    expect(valueOf(families, "plainsocket_connections")).toBe(1);
    expect(valueOf(families, "plainsocket_messages_total", { direction: "received" })).toBe(2);
    clients[1].terminate();
  });
});
