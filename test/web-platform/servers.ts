/** The servers that the table talks to: one of ours, and one that does what no good server does. */
import { createServer, type Socket } from "node:net";
import { reject, WebSocketServer } from "plainsocket";
import {
  CLOSE,
  closePayload,
  concat,
  decodeFrame,
  encodeFrame,
  frame,
  hex,
  PING,
  PONG,
  type ReceivedFrame,
  TEXT,
} from "../support/wire-frame.js";
import { acceptFor, type Head, headBytes, parseHead, valuesOf } from "../support/wire-handshake.js";
import { listen } from "../support/wire-transport.js";
import type { Origins } from "./environment.js";

export interface Servers extends AsyncDisposable {
  readonly origins: Origins;
}

export async function startServers(): Promise<Servers> {
  const good = await startGood();
  const odd = createServer({ allowHalfOpen: true }, serveOdd);
  const closed = createServer();
  const ports = [await listen(odd), await listen(closed)];
  closed.close(); // its port stays free for as long as this takes
  return {
    origins: {
      good: good.url.replace(/\/$/, ""),
      odd: `ws://127.0.0.1:${ports[0]}`,
      closed: `ws://127.0.0.1:${ports[1]}`,
    },
    [Symbol.asyncDispose]: async () => {
      odd.close();
      await good.shutdown({ deadlineMs: 0 });
    },
  };
}

/**
 * `/echo`, `/subprotocols` (speaks `chat`), `/close?CODE` and `/close` (at once), `/refuse` (403), `/redirect` (to
 * `/echo`), and an empty page for all that is no upgrade.
 */
async function startGood(): Promise<WebSocketServer<true>> {
  const server: WebSocketServer<true> = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    origins: "*",
    subprotocols: ["chat"],
    authenticate: ({ path }) => {
      if (path === "/refuse") throw reject(403);
      if (path === "/redirect") throw reject(302, { headers: { Location: `${server.url}echo` } });
      return true;
    },
    onRequest: (_request, respond) => {
      respond({
        httpStatus: 200,
        headers: [["Content-Type", "text/html"]],
        body: "<!doctype html>",
      });
    },
  });
  server.on("connection", (connection, { path, query }) => {
    const [code] = query.keys();
    if (code !== undefined) connection.close(Number(code), "gr\u00FCn");
    else if (path === "/close") connection.close();
    connection.on("message", (message) => {
      connection.send(message);
    });
  });
  await server.listening();
  return server;
}

const text = (content: string): Uint8Array => encodeFrame(frame(TEXT, content));

const close = (code: number, reason = ""): Uint8Array =>
  encodeFrame(frame(CLOSE, closePayload(code, reason)));

/** What an odd server writes right behind its response. */
const GREETINGS = new Map([
  ["/with-response", concat([text("first"), text("second"), text("third"), close(4000, "done")])],
  ["/bad-frame", concat([text("first"), hex("83 00"), text("never")])],
  ["/bad-text", concat([text("first"), hex("81 02 c328"), text("never")])],
  ["/fin", text("first")],
  ["/half-a-frame", concat([text("first"), hex("81 7e 0fff 48")])],
  ["/ping", encodeFrame(frame(PING, "are you there"))],
  ["/open-and-close", close(1000)],
  ["/behind-close", concat([close(4000, "done"), text("never"), hex("ffff")])],
]);

/** Where nothing follows the greeting. */
const ENDING = new Set(["/fin", "/half-a-frame"]);

/** What is not as it should be in a response. */
const RESPONSES = new Map([
  ["/bad-accept", (): string[] => response("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")],
  ["/status-200", (): string[] => ["HTTP/1.1 200 OK", "Content-Length: 0"]],
  [
    "/wrong-subprotocol",
    (accept: string) => [...response(accept), "Sec-WebSocket-Protocol: other"],
  ],
  [
    "/wrong-extension",
    (accept: string) => [...response(accept), "Sec-WebSocket-Extensions: other"],
  ],
]);

function response(accept: string): string[] {
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
}

function serveOdd(socket: Socket): void {
  let received: Uint8Array = new Uint8Array(0);
  let talk: OddTalk | undefined;
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  socket.on("data", (chunk: Buffer) => {
    received = concat([received, chunk]);
    if (talk === undefined) {
      const head = parseHead(received);
      if (head === undefined) return;
      received = head.rest;
      talk = answer(socket, head);
    }
    for (let next = decodeFrame(received); next; next = decodeFrame(received)) {
      received = next.rest;
      talk.take(next.frame);
    }
  });
}

function answer(socket: Socket, head: Head): OddTalk {
  const path = head.startLine.split(" ")[1] ?? "";
  const accept = acceptFor(valuesOf(head, "sec-websocket-key")[0] ?? "");
  if (path === "/end") socket.end();
  else if (path !== "/stall") {
    const lines = (RESPONSES.get(path) ?? response)(accept);
    socket.write(concat([headBytes(lines), GREETINGS.get(path) ?? new Uint8Array(0)]));
    if (ENDING.has(path) || path === "/status-200") socket.end();
  }
  return new OddTalk(socket, path);
}

/** The frames of a client at an odd server; it answers a Close frame with what there is to report. */
class OddTalk {
  readonly #socket: Socket;
  readonly #path: string;
  #messages = 0;

  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
  }

  take({ opcode, fin, payload }: ReceivedFrame): void {
    if (opcode < CLOSE && fin) this.#messages++;
    if (opcode === PONG)
      this.#socket.write(close(4444, `pong: ${Buffer.from(payload).toString()}`));
    if (opcode === CLOSE) this.#socket.end(this.#farewell(payload));
  }

  #farewell(payload: Uint8Array): Uint8Array {
    if (this.#path.startsWith("/report-target")) return close(4444, this.#path);
    switch (this.#path) {
      case "/report-close":
        return close(4444, describeClose(payload));
      case "/count-messages":
        return close(4444, `${this.#messages} messages`);
      case "/late-message":
        return concat([text("late"), encodeFrame(frame(CLOSE, payload))]);
      case "/with-response":
      case "/open-and-close":
      case "/behind-close":
      case "/ping":
        return new Uint8Array(0); // it has sent its Close frame already
      default:
        return encodeFrame(frame(CLOSE, payload));
    }
  }
}

function describeClose(payload: Uint8Array): string {
  if (payload.length === 0) return "empty";
  const code = Buffer.from(payload).readUInt16BE();
  return `${code} ${Buffer.from(payload.subarray(2)).toString()}`;
}
