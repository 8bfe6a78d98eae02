// A server that can be replaced while it runs. On SIGTERM it closes its connections with 1012, and ends before the deadline.
import process from "node:process";
import { CloseCode, WebSocketServer } from "plainsocket";

/** Less than the time between SIGTERM and SIGKILL: 10 s in Docker, 30 s in Kubernetes. */
const DEADLINE_MS = Number(process.env["DEADLINE_MS"] ?? 5_000);

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.env["PORT"] ?? 8081),
  // The proxy on this machine sends the address of the client.
  trustedProxies: ["127.0.0.1"],
  onRequest: ({ path }, respond) =>
    respond(path === "/health" ? { httpStatus: 200, body: "ok\n" } : { httpStatus: 426 }),
});

server.on("connection", (connection) => {
  connection.on("message", (message) => connection.send(message));
  connection.send(`process ${process.pid}, you are ${connection.remoteAddress ?? "nobody"}`);
});

process.once("SIGTERM", () => {
  // From now on the port is closed, and clients in their handshake get 503. All other clients get
  // 1012, which tells them to come back. At the deadline the rest is cut.
  const code = CloseCode.SERVICE_RESTART;
  void server.shutdown({ code, deadlineMs: DEADLINE_MS }).then(() => process.exit(0));
});

await server.listening();
console.log(server.url);
