// A server that can be replaced while it runs: SIGTERM makes it tell its clients to come back, and end in time.
import process from "node:process";
import { CloseCode, WebSocketServer } from "plainsocket";

/** Below the patience of whoever sends SIGTERM: Docker waits for 10 s, Kubernetes for 30 s. */
const DEADLINE_MS = Number(process.env["DEADLINE_MS"] ?? 5_000);

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.env["PORT"] ?? 8081),
  // The proxy on this machine tells whose request it is.
  trustedProxies: ["127.0.0.1"],
  onRequest: ({ path }, respond) =>
    respond(path === "/health" ? { httpStatus: 200, body: "ok\n" } : { httpStatus: 426 }),
});

server.on("connection", (connection) => {
  connection.on("message", (message) => connection.send(message));
  connection.send(`process ${process.pid}, you are ${connection.remoteAddress ?? "nobody"}`);
});

process.once("SIGTERM", () => {
  // From now on nobody gets in: the port is closed, and who is in the handshake gets 503.
  // Clients get 1012, which tells them to come back; those that take longer are cut.
  const code = CloseCode.SERVICE_RESTART;
  void server.shutdown({ code, deadlineMs: DEADLINE_MS }).then(() => process.exit(0));
});

await server.listening();
console.log(server.url);
