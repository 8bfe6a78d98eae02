/** The opening handshake of the load generator (RFC 6455 §4.1), as short as it can be. */
import { createHash, randomBytes } from "node:crypto";
import type { Compression } from "./frames.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What to offer of permessage-deflate: nothing, or with contexts kept or not. */
export type Deflate = "" | "takeover" | "no-takeover";

const OFFERS = {
  "": "",
  takeover: "permessage-deflate; client_max_window_bits",
  "no-takeover":
    "permessage-deflate; client_max_window_bits; client_no_context_takeover; server_no_context_takeover",
} as const satisfies Record<Deflate, string>;

export interface UpgradeRequest {
  readonly head: string;
  readonly accept: string;
}

export function upgradeRequest(deflate: Deflate): UpgradeRequest {
  const key = randomBytes(16).toString("base64");
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  const lines = [
    "GET / HTTP/1.1",
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    ...(deflate === "" ? [] : [`Sec-WebSocket-Extensions: ${OFFERS[deflate]}`]),
    "\r\n",
  ];
  return { head: lines.join("\r\n"), accept };
}

export interface Negotiated {
  /** How to compress to the server; `undefined` when it declined. */
  readonly compression: Compression | undefined;
  readonly serverContextTakeover: boolean;
}

/** @throws {Error} The server did not accept. */
export function judgeUpgrade(head: string, { accept }: UpgradeRequest): Negotiated {
  const [statusLine = "", ...lines] = head.split("\r\n");
  if (!statusLine.startsWith("HTTP/1.1 101 ")) throw new Error(`the server said: ${statusLine}`);
  const fields = new Map(lines.map((line) => fieldOf(line)));
  if (fields.get("sec-websocket-accept") !== accept) throw new Error("Sec-WebSocket-Accept is off");
  const extension = fields.get("sec-websocket-extensions") ?? "";
  const bits = /client_max_window_bits="?(\d+)/.exec(extension)?.[1] ?? "15";
  return {
    compression: extension.startsWith("permessage-deflate")
      ? {
          contextTakeover: !extension.includes("client_no_context_takeover"),
          windowBits: Number(bits),
        }
      : undefined,
    serverContextTakeover: !extension.includes("server_no_context_takeover"),
  };
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
