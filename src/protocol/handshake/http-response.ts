// Writes whole HTTP responses: what a server answers when it does not switch protocols.
import type { FieldLine } from "./fields.js";
import { serializeHead } from "./head-writer.js";
import { lowerCaseAscii } from "./http-fields.js";
import { toFieldLines, type HeaderFields } from "./outgoing-fields.js";

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
  const response = new Uint8Array(head.length + content.length);
  response.set(head);
  response.set(content, head.length);
  return response;
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
