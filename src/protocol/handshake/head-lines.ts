/** The lines of a head: request line with its target, status line, header lines (RFC 9112 §3 to §5). */
import { authorityLength, parseAuthority } from "./authority.js";
import { type FieldLine, isToken, lowerCaseAscii, trimmedFrom } from "./fields.js";
import { malformed } from "./handshake-error.js";

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

/**
 * Reads a header line without its CRLF. A line that starts with whitespace, the
 * folding that RFC 9112 §5.2 gave up, has no name and is refused; so is whitespace
 * before the colon (§5.1).
 *
 * @throws {HandshakeError} `HEAD_MALFORMED`.
 */
export function parseFieldLine(line: string): FieldLine {
  const colon = line.indexOf(":");
  if (colon < 0) throw malformed("a header line has no colon");
  const name = line.slice(0, colon);
  if (!isToken(name)) throw malformed("the name of a header field is not a token");
  return [name, trimmedFrom(line, colon + 1)];
}

export interface RequestTarget {
  /** Path and query: `"/chat?room=1"`. */
  readonly target: string;
  /** Starts with `/`; percent-encoded, as it was written. */
  readonly path: string;
  /** Without the `?`; `""` when there is none. Secret: may hold a token. */
  readonly query: string;
  /** The host and port of an absolute URI, which count in place of Host (§3.2.2); otherwise `undefined`. */
  readonly host: string | undefined;
}

const SCHEMES: ReadonlySet<string> = new Set(["http", "https", "ws", "wss"]);

/**
 * Reads a request target. `undefined` when it is neither a path nor an absolute http,
 * https, ws or wss URI, or has a space, a control character, a non-ASCII byte or a
 * fragment in it.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (!isVisibleAscii(target) || target.includes("#")) return undefined;
  if (target.startsWith("/")) return split(target, undefined);

  const colon = target.indexOf("://");
  if (colon < 0 || !SCHEMES.has(lowerCaseAscii(target.slice(0, colon)))) return undefined;
  const behindSlashes = target.slice(colon + 3);
  const end = authorityLength(behindSlashes);
  const host = behindSlashes.slice(0, end);
  if (parseAuthority(host) === undefined) return undefined;
  const pathAndQuery = behindSlashes.slice(end);
  return split(pathAndQuery.startsWith("/") ? pathAndQuery : `/${pathAndQuery}`, host);
}

function split(target: string, host: string | undefined): RequestTarget {
  const question = target.indexOf("?");
  return question < 0
    ? { target, path: target, query: "", host }
    : { target, path: target.slice(0, question), query: target.slice(question + 1), host };
}

function isVisibleAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}
