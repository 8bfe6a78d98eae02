// Express with WebSockets, and rooms across processes by Redis. SIGTERM ends it in order, without process.exit().
import { once } from "node:events";
import process from "node:process";
import express from "express";
import { Redis } from "ioredis";
import { CloseCode, WebSocketServer } from "plainsocket";
import { RedisBroker } from "plainsocket/brokers/redis";
import { ConnectionManager } from "plainsocket/manager";

/** Less than the time between SIGTERM and SIGKILL: 10 s in Docker, 30 s in Kubernetes. */
const DEADLINE_MS = Number(process.env["DEADLINE_MS"] ?? 5_000);

const app = express();
const httpServer = app.listen(Number(process.env["PORT"] ?? 8081), "127.0.0.1");
const redis = new Redis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379");
redis.on("error", (error) => console.error("Redis:", error.message));
const broker = new RedisBroker(redis);
const server = new WebSocketServer({ server: httpServer, path: "/news" });
const manager = new ConnectionManager({ server, broker });
const news = manager.room("news");

app.get("/health", (_request, response) => {
  response.type("text").send("ok\n");
});
app.post("/news", express.text(), (request, response) => {
  news.broadcast(String(request.body)); // reaches the readers of all processes
  response.sendStatus(204);
});
manager.on("connection", async (connection) => {
  await news.join(connection);
  connection.send(`welcome to process ${process.pid}`);
});

process.once("SIGTERM", () => void end());

async function end(): Promise<void> {
  // No new requests from now on. Requests under way have the same deadline as the WebSockets.
  const closed = once(httpServer, "close");
  httpServer.close();
  setTimeout(() => httpServer.closeAllConnections(), DEADLINE_MS).unref();
  // Lets handlers finish, closes with 1012, cuts the rest at the deadline, and leaves the cluster.
  await manager.shutdown({ code: CloseCode.SERVICE_RESTART, deadlineMs: DEADLINE_MS });
  await closed;
  // The application closes what it has opened, in the opposite order.
  await broker.close();
  redis.disconnect();
  console.log("ended"); // nothing is left that Node would wait for
}

await once(httpServer, "listening");
console.log(server.url);
