/** ws and wss URIs, and the percent-encoding of what they may not hold (RFC 6455 §3). */
import { authorityLength, isHost, parsePort, splitPort } from "./authority.js";
import { lowerCaseAscii } from "./fields.js";

/** A ws or wss URI, taken apart (RFC 6455 §3). */
export interface WebSocketUri {
  /** Whether the connection goes through TLS (wss, https). */
  readonly secure: boolean;
  /** Where to connect: lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** The value of Host: an IPv6 address in brackets, the port only when it is not the default. */
  readonly hostHeader: string;
  /** The request target: path and query, percent-encoded. Secret: the query may hold a token. */
  readonly target: string;
  /** `user:password`, percent-decoded. Secret. */
  readonly userinfo: string | undefined;
}

/** Converts a host with non-ASCII characters to punycode; `""` when it cannot. Node's `url.domainToASCII`. */
export type DomainToAscii = (host: string) => string;

/** Whether each scheme means TLS. http and https stand for ws and wss, as in browsers. */
const SECURE_BY_SCHEME: ReadonlyMap<string, boolean> = new Map([
  ["ws", false],
  ["http", false],
  ["wss", true],
  ["https", true],
]);

/**
 * Reads a ws or wss URI; http and https stand for them. Spaces, non-ASCII characters
 * and the others that RFC 3986 leaves out are percent-encoded; dot segments stay, and so
 * does a `%` that encodes nothing, which the grammar forbids and browsers send.
 *
 * Port 0 is refused, since nothing can be connected to there.
 *
 * @throws {SyntaxError} Saying what to change, with no part of the URI in it: it may
 *   hold a password or a token.
 */
export function parseUri(uri: string, domainToAscii?: DomainToAscii): WebSocketUri {
  if (hasControl(uri)) throw new SyntaxError("the URI has a control character or line break in it");
  if (uri.includes("#")) {
    throw new SyntaxError('a WebSocket URI has no fragment; write a "#" that is data as %23');
  }
  const colon = uri.indexOf(":");
  const secure = SECURE_BY_SCHEME.get(lowerCaseAscii(uri.slice(0, Math.max(colon, 0))));
  if (secure === undefined || !uri.startsWith("//", colon + 1)) {
    throw new SyntaxError("the URI must start with ws://, wss://, http:// or https://");
  }

  const behindSlashes = uri.slice(colon + 3);
  const authority = behindSlashes.slice(0, authorityLength(behindSlashes));
  const at = authority.lastIndexOf("@");
  const [hostText, portText] = splitPort(authority.slice(at + 1));
  const host = toAsciiHost(hostText, domainToAscii);
  const defaultPort = secure ? 443 : 80;
  const port = toPort(portText, defaultPort);
  return {
    secure,
    host: host.startsWith("[") ? host.slice(1, -1) : host,
    port,
    hostHeader: port === defaultPort ? host : `${host}:${port}`,
    target: toTarget(behindSlashes.slice(authority.length)),
    userinfo: at > 0 ? decodeUserinfo(authority.slice(0, at)) : undefined,
  };
}

function toAsciiHost(text: string, domainToAscii: DomainToAscii | undefined): string {
  let host = lowerCaseAscii(text);
  if (hasNonAscii(host)) {
    if (domainToAscii === undefined) {
      throw new SyntaxError("the host is not ASCII; write it in punycode (xn--…)");
    }
    host = lowerCaseAscii(domainToAscii(host));
  }
  if (!isHost(host)) {
    throw new SyntaxError(
      "the URI needs a host: a name, an IPv4 address or an IPv6 address in brackets",
    );
  }
  return host;
}

function toPort(text: string | undefined, defaultPort: number): number {
  if (text === undefined || text === "") return defaultPort;
  const port = parsePort(text);
  if (port === undefined) throw new SyntaxError("the port must be a number from 1 to 65535");
  return port;
}

function toTarget(pathAndQuery: string): string {
  const encoded = encodePathAndQuery(pathAndQuery);
  return encoded.startsWith("/") ? encoded : `/${encoded}`;
}

function decodeUserinfo(text: string): string {
  let userinfo: string;
  try {
    userinfo = decodeURIComponent(text);
  } catch {
    // The cause would hold nothing but the words "URI malformed".
    throw new SyntaxError("the user information is not percent-encoded UTF-8");
  }
  if (hasControl(userinfo))
    throw new SyntaxError("the user information has a control character in it");
  return userinfo;
}

/** C0, DEL, C1 and the two separators of Unicode: some reader takes each for the end of a line. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
    if (code === 0x2028 || code === 0x2029) return true;
  }
  return false;
}

function hasNonAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 0x7f) return true;
  }
  return false;
}

/** The characters of a path or a query (RFC 3986 §3.3, §3.4) that stand for themselves, and the sign of what is encoded already. */
const LITERAL: ReadonlySet<string> = new Set(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?%",
);

const ENCODER = new TextEncoder();

/**
 * Percent-encodes the UTF-8 of each character that may not stand in a path or query;
 * a lone surrogate counts as U+FFFD. What is percent-encoded already stays, and so does
 * a `%` that encodes nothing: `URL` keeps it, and servers take it for what it is.
 */
export function encodePathAndQuery(text: string): string {
  let encoded = "";
  for (const character of text) {
    encoded += LITERAL.has(character) ? character : percentEncode(character);
  }
  return encoded;
}

function percentEncode(character: string): string {
  let encoded = "";
  for (const byte of ENCODER.encode(character)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
