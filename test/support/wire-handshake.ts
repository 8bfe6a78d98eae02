/** The opening handshake by hand, both roles, for scripts that begin behind it (RFC 6455 §1.3, §4). */
import { createHash } from "node:crypto";
import { concat, utf8 } from "./wire-frame.js";
import type { ScriptDeflate, ScriptNeeds } from "./wire-script.js";

/** The nonce of the example in RFC 6455 §1.3. */
export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** §1.3: what the server makes of the key. */
export function acceptFor(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

export interface Head {
  readonly startLine: string;
  /** Names in lower case, in order of arrival. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What follows the empty line. */
  readonly rest: Uint8Array;
}

/** The head at the start of `bytes`, or `undefined` while some of it is missing. */
export function parseHead(bytes: Uint8Array): Head | undefined {
  const text = Buffer.from(bytes).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [startLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const fields = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { startLine, fields, rest: bytes.subarray(end + 4) };
}

/** All values of one field, in order. */
export function valuesOf(head: Head, name: string): string[] {
  return head.fields.filter(([field]) => field === name.toLowerCase()).map(([, value]) => value);
}

export function headBytes(lines: readonly string[]): Uint8Array {
  return concat([utf8([...lines, "", ""].join("\r\n"))]);
}

/** What a client sends for a script. */
export function scriptRequest(needs: ScriptNeeds, target: string): Uint8Array {
  const offer = needs.deflate === undefined ? [] : [extensionLine(needs.deflate)];
  return headBytes([
    `GET ${target} HTTP/1.1`,
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
    "Sec-WebSocket-Version: 13",
    ...offer,
  ]);
}

/** What a server answers for a script. */
export function scriptResponse(request: Head, needs: ScriptNeeds): Uint8Array {
  const [key = ""] = valuesOf(request, "sec-websocket-key");
  const accepted = needs.deflate === undefined ? [] : [extensionLine(needs.deflate)];
  return headBytes([
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptFor(key)}`,
    ...accepted,
  ]);
}

function extensionLine(deflate: ScriptDeflate): string {
  const parameters = [
    deflate.serverNoContextTakeover ? "server_no_context_takeover" : undefined,
    deflate.clientNoContextTakeover ? "client_no_context_takeover" : undefined,
    deflate.serverMaxWindowBits && `server_max_window_bits=${deflate.serverMaxWindowBits}`,
    deflate.clientMaxWindowBits && `client_max_window_bits=${deflate.clientMaxWindowBits}`,
  ];
  const given = parameters.filter((parameter) => parameter !== undefined && parameter !== 0);
  return `Sec-WebSocket-Extensions: ${["permessage-deflate", ...given].join("; ")}`;
}

/** What a response agrees on; `undefined` without permessage-deflate (RFC 7692 §7.1). */
export function agreedDeflate(head: Head): ScriptDeflate | undefined {
  const [value] = valuesOf(head, "sec-websocket-extensions");
  if (value === undefined) return undefined;
  const parameters = new Map(
    value.split(";").map((part) => {
      const [name = "", given = ""] = part.trim().split("=");
      return [name, given.replaceAll('"', "")] as const;
    }),
  );
  return {
    serverNoContextTakeover: parameters.has("server_no_context_takeover"),
    clientNoContextTakeover: parameters.has("client_no_context_takeover"),
    serverMaxWindowBits: Number(parameters.get("server_max_window_bits") ?? 15),
    clientMaxWindowBits: Number(parameters.get("client_max_window_bits") ?? 15),
  };
}
