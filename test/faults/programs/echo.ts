// A server that echoes, and can be told on its standard input to use up all file descriptors and to give them back.
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { WebSocketServer } from "plainsocket";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", onHandlerError: () => {} });
server.on("connection", (connection) => {
  connection.on("message", (message) => connection.send(message));
});
server.on("refused", () => {});
await server.listening();
const files: number[] = [];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(server.url);

const ORDERS: Readonly<Record<string, () => void>> = {
  exhaust: () => {
    try {
      for (;;) files.push(openSync("/dev/null", "r"));
    } catch {
      say("exhausted");
    }
  },
  free: () => {
    for (const file of files.splice(0)) closeSync(file);
    say("freed");
  },
  connections: () => say(`${server.connections.size}`),
  quit: () => void server.shutdown({ deadlineMs: 0 }).then(() => process.exit(0)),
};
createInterface(process.stdin).on("line", (line) => ORDERS[line]?.());
