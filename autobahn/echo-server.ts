/** The server that Autobahn's client tests: sends every message back. Prints its URL. */
import { WebSocketServer } from "plainsocket";
import { LIMITS } from "./echo-limits.js";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...LIMITS });

server.on("connection", (connection) => {
  connection.on("message", (message) => connection.send(message));
});

await server.listening();
console.log(server.url);

// Standard input ends when the runner is gone, even if it was killed.
process.stdin.resume().once("end", () => process.exit());
