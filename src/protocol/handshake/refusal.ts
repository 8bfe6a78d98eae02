/** What a server answers when it does not switch protocols: whole HTTP responses, and those for each fault (RFC 6455 §4.2.2). */
import { joinParts } from "../copying.js";
import { type FieldLine, lowerCaseAscii } from "./fields.js";
import {
  HANDSHAKE_FAULTS,
  type HandshakeFault,
  type HandshakeFaultCode,
} from "./handshake-error.js";
import { type HeaderFields, serializeHead, toFieldLines } from "./head-writer.js";

/** A response that ends the connection. */
export interface HttpResponse {
  /** 200 to 599. */
  readonly httpStatus: number;
  readonly headers?: HeaderFields | undefined;
  /** Text goes out as UTF-8. @defaultValue "" */
  readonly body?: string | Uint8Array | undefined;
}

/** The framing of the message, which follows from its body. */
const RESERVED = ["connection", "content-length", "transfer-encoding"] as const;

/** Responses that have no body, whatever their header says (RFC 9112 §6.3). */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

const REASON_PHRASES: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [204, "No Content"],
  [301, "Moved Permanently"],
  [302, "Found"],
  [303, "See Other"],
  [304, "Not Modified"],
  [307, "Temporary Redirect"],
  [308, "Permanent Redirect"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [408, "Request Timeout"],
  [409, "Conflict"],
  [410, "Gone"],
  [413, "Content Too Large"],
  [421, "Misdirected Request"],
  [426, "Upgrade Required"],
  [429, "Too Many Requests"],
  [431, "Request Header Fields Too Large"],
  [500, "Internal Server Error"],
  [501, "Not Implemented"],
  [503, "Service Unavailable"],
  [505, "HTTP Version Not Supported"],
]);

/**
 * Builds the bytes of a whole response. It says `Connection: close`, so whoever sends it
 * must close the connection behind it: nothing that follows on it may be read as
 * another request. `Content-Type` is plain text unless `headers` says otherwise. A body
 * that the status (204, 304) or the request does not allow is left out.
 *
 * It is good for a client that speaks HTTP/1.0, too. The caller owns the result.
 *
 * @param method - Of the request: the response to HEAD is that to GET without its body
 *   (RFC 9110 §9.3.2).
 * @throws {RangeError} When the status is not a whole number from 200 to 599.
 * @throws {TypeError} When a header field is reserved (Connection, Content-Length,
 *   Transfer-Encoding) or has a character that may not be sent.
 */
export function buildResponse(
  { httpStatus, headers, body = "" }: HttpResponse,
  method = "GET",
): Uint8Array {
  if (!Number.isInteger(httpStatus) || httpStatus < 200 || httpStatus > 599) {
    throw new RangeError(
      `the HTTP status must be a whole number from 200 to 599, not ${httpStatus}`,
    );
  }
  const lines = toFieldLines(headers, RESERVED);
  const content = toContent(httpStatus, body);
  const head = serializeHead(`HTTP/1.1 ${httpStatus} ${REASON_PHRASES.get(httpStatus) ?? ""}`, [
    ["Connection", has(lines, "upgrade") ? "close, Upgrade" : "close"], // RFC 9110 §7.8
    ...contentLines(content, lines),
    ...lines,
  ]);
  if (content === undefined || method === "HEAD") return head;
  return joinParts([head, content], head.length + content.length);
}

function toContent(httpStatus: number, body: string | Uint8Array): Uint8Array | undefined {
  if (BODILESS.has(httpStatus)) return undefined;
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

function contentLines(
  content: Uint8Array | undefined,
  lines: readonly FieldLine[],
): readonly FieldLine[] {
  if (content === undefined) return [];
  const length: FieldLine = ["Content-Length", String(content.length)];
  return has(lines, "content-type")
    ? [length]
    : [["Content-Type", "text/plain; charset=utf-8"], length];
}

function has(lines: readonly FieldLine[], name: string): boolean {
  return lines.some((line) => lowerCaseAscii(line[0]) === name);
}

/** A refusal, ready to be sent with {@link buildResponse}. */
export interface Refusal extends HttpResponse {
  /** Which row of {@link HANDSHAKE_FAULTS} it is. */
  readonly code: HandshakeFaultCode;
  /** Why, in one line, for hooks and logs. Holds nothing secret and nothing the peer wrote. */
  readonly reason: string;
  readonly headers: readonly FieldLine[];
  /** Plain text: what is wrong, and what to do where that is known. */
  readonly body: string;
}

const VERSION: FieldLine = ["Sec-WebSocket-Version", "13"];
const UPGRADE: FieldLine = ["Upgrade", "websocket"];

/** What a response must say besides its status: RFC 9110 §15.5.6 (405) and §15.5.22 (426), RFC 6455 §4.4. */
const HEADERS: ReadonlyMap<HandshakeFaultCode, readonly FieldLine[]> = new Map([
  ["METHOD_NOT_GET", [["Allow", "GET"]]],
  ["UPGRADE_MISSING", [UPGRADE, VERSION]],
  ["VERSION_UNSUPPORTED", [UPGRADE, VERSION]],
  ["VERSION_INVALID", [VERSION]],
]);

const PASSED_ON =
  "pass on the header fields Upgrade and Connection (nginx: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade).";

/** What to do about it, for those faults where it is often not the client that is wrong. */
const ADVICE: ReadonlyMap<HandshakeFaultCode, string> = new Map([
  [
    "HTTP_VERSION_UNSUPPORTED",
    `A proxy in between must speak HTTP/1.1 to this server (nginx: proxy_http_version 1.1), and ${PASSED_ON}`,
  ],
  [
    "UPGRADE_MISSING",
    `This address speaks WebSocket: connect with a ws or wss URI. A proxy in between must ${PASSED_ON}`,
  ],
  ["CONNECTION_MISSING", `A proxy in between must ${PASSED_ON}`],
  [
    "HEAD_TOO_LARGE",
    "Send less, such as fewer cookies, or raise the server's option maxHeaderBytes.",
  ],
  ["HEADERS_TOO_MANY", "Send fewer header fields, or raise the server's option maxHeaderCount."],
  ["CONNECTIONS_TOO_MANY", "Try again later, or raise the server's option maxConnections."],
  [
    "HOST_REFUSED",
    "To let its clients in, add the host to the server's option allowedHosts. Behind a proxy, have it pass on Host (nginx: proxy_set_header Host $http_host).",
  ],
  ["SERVER_CLOSING", "Try again later."],
]);

/**
 * The refusal that a row of {@link HANDSHAKE_FAULTS} stands for. Rows without a status
 * of their own, which only a client meets, become 400.
 *
 * @param detail - More about this one case. It is sent to the peer.
 * @param advice - What to do in this one case, where that is not the same in all.
 */
export function refusalFor(
  code: HandshakeFaultCode,
  detail?: string,
  advice: string | undefined = ADVICE.get(code),
): Refusal {
  const { httpStatus, section, rule }: HandshakeFault = HANDSHAKE_FAULTS[code];
  const reason = `${detail === undefined ? rule : `${rule}: ${detail}`} (${section})`;
  return {
    code,
    httpStatus: httpStatus ?? 400,
    reason,
    headers: HEADERS.get(code) ?? [],
    body: advice === undefined ? `${reason}\n` : `${reason}\n${advice}\n`,
  };
}
