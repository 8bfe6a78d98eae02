/** Figures of the chat: numbers for its page, and metrics for Prometheus. */
import type { ContractCounters } from "plainsocket/contract";
import {
  type ConnectionManager,
  PROMETHEUS_CONTENT_TYPE,
  prometheusText,
} from "plainsocket/manager";
import type { Site } from "../site.js";
import type { Client } from "./users.js";

export function serveStats(
  site: Site,
  manager: ConnectionManager<Client>,
  counters: ContractCounters,
): void {
  const startedAt = performance.now();
  let reconnections = 0;
  manager.on("connection", ({ data }) => {
    if (data.isBack) reconnections++;
  });

  site.get("/chat/stats", (_request, response) => {
    const stats = {
      connectedClients: manager.size,
      activeRooms: Array.from(manager.rooms).length,
      uptimeSeconds: Math.floor((performance.now() - startedAt) / 1_000),
    };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(stats));
  });

  site.get("/metrics", (_request, response) => {
    const { malformed, invalid, unknownType, forbidden, handlerErrors } = counters;
    const errors = malformed + invalid + unknownType + forbidden + handlerErrors;
    const own =
      counter("chat_errors_total", "Messages that were refused.", errors) +
      counter("chat_reconnections_total", "Connections of pages that came back.", reconnections);
    response.writeHead(200, { "Content-Type": PROMETHEUS_CONTENT_TYPE });
    response.end(prometheusText(manager.metrics()) + own);
  });
}

function counter(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${value}\n`;
}
