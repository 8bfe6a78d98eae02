/** Upgrades to protocols other than websocket: an http server answers them as if no WebSocketServer were there. */
import { Buffer } from "node:buffer";
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { offersWebSocket } from "../../protocol/index.js";
import { headOf } from "./request.js";

export type AnyHttpServer = HttpServer | HttpsServer;

/** Tells whether an http server has TLS under it. */
export function isSecureServer(httpServer: AnyHttpServer): boolean {
  return "setSecureContext" in httpServer;
}

/** Tells whether a request asks for protocols other than websocket only, such as h2c. */
export function isForeign(message: IncomingMessage): boolean {
  return !offersWebSocket(headOf(message).fields);
}

/** From Node 22.21 and 24.9 on: tells what becomes an `upgrade`, and what a `request`. */
const NAME = "shouldUpgradeCallback";

type ShouldUpgrade = (request: IncomingMessage) => boolean;

/**
 * Has Node treat upgrades to other protocols as requests, where it can, and while nobody else
 * listens for upgrades.
 *
 * @param hasOthers - Whether somebody does.
 * @returns What ends that; `undefined` where Node cannot.
 */
export function keepToWebSocket(
  httpServer: AnyHttpServer,
  hasOthers: () => boolean,
): (() => void) | undefined {
  const before: unknown = Reflect.get(httpServer, NAME);
  if (typeof before !== "function") return undefined;
  let isOver = false;
  const callback: ShouldUpgrade = (request) =>
    Boolean(Reflect.apply(before, httpServer, [request])) &&
    (isOver || !isForeign(request) || hasOthers());
  Reflect.set(httpServer, NAME, callback);
  return () => {
    isOver = true;
    // Somebody may have put another one around it.
    if (Reflect.get(httpServer, NAME) === callback) Reflect.set(httpServer, NAME, before);
  };
}

/**
 * Has an http server read a request again that it took for an upgrade, as if it asked for none:
 * the token `upgrade` is left out of Connection (RFC 9110 §7.8). For Nodes that cannot be told
 * before; they leave a body unread.
 *
 * @param received - What came behind the head.
 * @returns False when its head cannot be written as it was: nothing was done.
 */
export function requestAgain(
  httpServer: AnyHttpServer,
  message: IncomingMessage,
  socket: Duplex,
  received: Uint8Array,
): boolean {
  const { method, target, httpVersion, fields } = headOf(message);
  const maxCount = httpServer.maxHeadersCount ?? NODES_MAX_HEADERS;
  if (maxCount > 0 && fields.size >= maxCount) return false; // Node leaves out what is beyond that
  const lines = [`${method} ${target} HTTP/${httpVersion}`];
  for (const [name, value] of fields) {
    const kept = name.toLowerCase() === "connection" ? withoutUpgrade(value) : value;
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  if (lines.some((line) => line.includes("\r") || line.includes("\n"))) return false;
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  socket.unshift(Buffer.concat([head, received]));
  httpServer.emit(isSecureServer(httpServer) ? "secureConnection" : "connection", socket);
  return true;
}

const NODES_MAX_HEADERS = 2000;

/** `undefined` when nothing else is in the list. */
function withoutUpgrade(value: string): string | undefined {
  const options = value.split(",").map((option) => option.trim());
  const others = options.filter((option) => option !== "" && option.toLowerCase() !== "upgrade");
  return others.length > 0 ? others.join(", ") : undefined;
}
