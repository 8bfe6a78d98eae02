/**
 * The demo: a page on which two tabs talk, and which draws every frame of its own
 * connection as the server sees it on the wire.
 *
 * A tab opens /wire first and is told a number; then it opens /chat with that number.
 * Frames of the chat connection are described on the wire connection.
 */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { type ObservedFrame, type WebSocketConnection, WebSocketServer } from "plainsocket";

// This file runs from a folder of compiled files; the page stays where it is.
const ROOT = path.dirname(createRequire(import.meta.url).resolve("plainsocket/package.json"));
const PAGE = path.join(ROOT, "docs", "demo", "page.html");
const PORT = Number(process.env["PORT"] ?? 8080);
if (!(PORT <= 65_535)) throw new RangeError("PORT must be a number up to 65535");

/** As much of a payload as the page draws. */
const SHOWN_BYTES = 64;

const http = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/") void sendPage(response);
  else response.writeHead(404, { "Content-Type": "text/plain" }).end("There is nothing here.\n");
});

async function sendPage(response: ServerResponse): Promise<void> {
  const page = await readFile(PAGE);
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy":
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'",
  });
  response.end(page);
}

/** Who watches a chat connection, by the number it was given. */
const watchers = new Map<string, WebSocketConnection>();
const chatting = new Set<WebSocketConnection<string>>();
let tabs = 0;

const wire = new WebSocketServer({ server: http, path: "/wire", perMessageDeflate: false });
wire.on("connection", (connection) => {
  const tab = String(++tabs);
  watchers.set(tab, connection);
  connection.on("close", () => watchers.delete(tab));
  connection.send(JSON.stringify({ type: "welcome", tab }));
});

for (const [chatPath, perMessageDeflate] of [
  ["/chat", false],
  ["/chat-compressed", { thresholdBytes: 0 }],
] as const) {
  const chat = new WebSocketServer<string>({
    server: http,
    path: chatPath,
    perMessageDeflate,
    authenticate: (request) => request.query.get("tab") ?? "?",
    onFrame: (frame, connection) => watchers.get(String(connection.data))?.send(describe(frame)),
  });
  chat.on("connection", join);
}

function describe(frame: ObservedFrame): string {
  const { direction, fin, rsv, opcode, masked, payloadLength, headerBytes, payload } = frame;
  const header = Buffer.from(headerBytes).toString("hex");
  const shown = Buffer.from(payload.subarray(0, SHOWN_BYTES)).toString("hex");
  const parts = { direction, fin, rsv, opcode, masked, payloadLength, header, payload: shown };
  return JSON.stringify({ type: "frame", ...parts });
}

function join(connection: WebSocketConnection<string>): void {
  chatting.add(connection);
  connection.on("close", () => chatting.delete(connection));
  connection.send(`Welcome, tab ${connection.data}. The other tabs see what you write.`);
  connection.on("message", async (message) => {
    if (typeof message === "string" && message.startsWith("/")) await obey(connection, message);
    else for (const other of chatting) if (other !== connection) other.send(message);
  });
}

/** What a page cannot make its browser do, the server does when it is asked to. */
async function obey(connection: WebSocketConnection<string>, command: string): Promise<void> {
  if (command === "/ping") void connection.ping();
  else if (command === "/fragments")
    await connection.sendStream(["one ", "message, ", "three ", "fragments"]);
  else if (command === "/close") connection.close(4000, "you asked for it");
  else connection.send("I know /ping, /fragments and /close.");
}

http.on("error", (error: NodeJS.ErrnoException) => {
  const taken = error.code === "EADDRINUSE";
  console.error(taken ? `Port ${PORT} is taken: try PORT=8081 npm start` : error.message);
  process.exitCode = 1;
});
http.listen(PORT, "127.0.0.1", () => {
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : PORT;
  console.log(`http://127.0.0.1:${port}`);
});
