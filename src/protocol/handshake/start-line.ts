// The first line of a head: request line and status line (RFC 9112 §3, §4).
import { malformed } from "./handshake-error.js";
import { isToken } from "./http-fields.js";

export interface RequestLine {
  /** Upper and lower case are different methods (RFC 9110 §9.1). */
  readonly method: string;
  /** As it was written; not looked at yet. */
  readonly target: string;
  /** `"1.1"` for HTTP/1.1. */
  readonly httpVersion: string;
}

export interface StatusLine {
  readonly httpVersion: string;
  readonly httpStatus: number;
  /** May be empty. */
  readonly reason: string;
}

/**
 * Reads `METHOD SP target SP HTTP/d.d`, with exactly these two spaces.
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`.
 */
export function parseRequestLine(line: string): RequestLine {
  const first = line.indexOf(" ");
  const last = line.lastIndexOf(" ");
  const method = line.slice(0, Math.max(first, 0));
  const target = line.slice(first + 1, last);
  const httpVersion = parseHttpVersion(line.slice(last + 1));
  if (!isToken(method) || target === "" || target.includes(" ") || httpVersion === undefined) {
    throw malformed(
      "the request line must be METHOD, target and HTTP/1.1, with one space between them",
    );
  }
  return { method, target, httpVersion };
}

/**
 * Reads `HTTP/d.d SP ddd SP reason`. The reason may be empty, and then the space
 * before it may be missing: servers that leave it out are old but harmless.
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`.
 */
export function parseStatusLine(line: string): StatusLine {
  const httpVersion = parseHttpVersion(line.slice(0, 8));
  const httpStatus = parseStatus(line.slice(9, 12));
  const after = line.slice(12, 13);
  const separated = line[8] === " " && (after === "" || after === " ");
  if (httpVersion === undefined || httpStatus === undefined || !separated) {
    throw malformed("the status line must be HTTP/1.1, a status of three digits and a reason");
  }
  return { httpVersion, httpStatus, reason: line.slice(13) };
}

/** The `"1.1"` of `"HTTP/1.1"`; the name is in capitals (RFC 9112 §2.3). */
function parseHttpVersion(text: string): string | undefined {
  const wellFormed =
    text.length === 8 &&
    text.startsWith("HTTP/") &&
    isDigit(text.charCodeAt(5)) &&
    text[6] === "." &&
    isDigit(text.charCodeAt(7));
  return wellFormed ? text.slice(5) : undefined;
}

function parseStatus(text: string): number | undefined {
  if (text.length !== 3) return undefined;
  for (let at = 0; at < 3; at++) {
    if (!isDigit(text.charCodeAt(at))) return undefined;
  }
  const httpStatus = Number(text);
  return httpStatus >= 100 ? httpStatus : undefined;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
