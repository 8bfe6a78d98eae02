/** Where a redirect leads, and which parts of a request may follow it (RFC 6455 §4.1, RFC 9110 §15.4). */
import { domainToASCII } from "node:url";
import {
  HandshakeError,
  parseUri,
  type ResponseHead,
  type WebSocketUri,
} from "../../protocol/index.js";
import { type ResolvedConnectOptions, type TlsClientOptions, toLines } from "./options.js";
import type { Route } from "./route.js";

/** The statuses that name one URL; 300 and 304 to 306 do not. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The header fields that go along to another origin, in lower case. Any other may be a secret, such
 * as `X-Api-Key`, or about the first origin, such as `Host`.
 */
const FOR_ALL_ORIGINS: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "origin",
  "user-agent",
]);

/** Options of TLS for one server only: a client's certificate, a session, the name of the server. */
const IDENTITY = [
  "cert",
  "key",
  "passphrase",
  "pfx",
  "pskCallback",
  "secureContext",
  "servername",
  "session",
] as const;

/**
 * The options for following a redirect, once {@link ConnectOptions.redirect} has agreed.
 *
 * @throws {HandshakeError} `STATUS_UNEXPECTED`: it may not be followed; the message says why.
 * @throws {TypeError} A header field that the hook returned may not be sent.
 * @throws Any error of the hook.
 */
export async function agreedRedirect(
  options: ResolvedConnectOptions,
  head: ResponseHead,
): Promise<ResolvedConnectOptions> {
  const { redirect } = options;
  const hop = redirected(options, head);
  if (redirect === undefined) return hop;
  const { httpStatus, fields: responseHeaders } = head;
  const [from, to] = [urlOf(options.uri), urlOf(hop.uri)];
  const answer = await redirect({ from, to, httpStatus, responseHeaders, headers: hop.headers });
  if (answer === true) return hop;
  const headers = typeof answer === "object" ? answer?.headers : undefined;
  if (headers === undefined) throw refused(head, "the redirect option did not agree to follow it");
  return { ...hop, headers: toLines(headers) };
}

export function isRedirect({ httpStatus }: ResponseHead): boolean {
  return REDIRECTS.has(httpStatus);
}

/**
 * The options for following a redirect. Fields that were left out on the way to another origin stay
 * out when a later redirect leads back.
 *
 * @throws {HandshakeError} `STATUS_UNEXPECTED`: it may not be followed; the message says why.
 */
function redirected(options: ResolvedConnectOptions, head: ResponseHead): ResolvedConnectOptions {
  const { uri, maxRedirects } = options;
  const target = resolveLocation(uri, head);
  if (target === undefined) throw refused(head, "its Location is not one ws or wss URI");
  if (uri.secure && !target.secure) throw refused(head, "it redirects from wss to ws");

  const left = { ...options, maxRedirects: maxRedirects - 1 };
  if (isSameOrigin(uri, target)) return { ...left, uri: { ...target, userinfo: uri.userinfo } };
  if (options.route.type === "unix") {
    throw refused(head, "it redirects to where a Unix socket does not lead");
  }
  return {
    ...left,
    uri: { ...target, userinfo: undefined },
    route: routeFrom(options, target, head),
    headers: options.headers.filter(([name]) => FOR_ALL_ORIGINS.has(name.toLowerCase())),
    tls: withoutIdentity(options.tls),
  };
}

function routeFrom(
  { routeTo }: ResolvedConnectOptions,
  target: WebSocketUri,
  head: ResponseHead,
): Route {
  try {
    return routeTo(target);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(head, error.message);
  }
}

/** Leaves out a fragment, which is for browsers. The caller leaves out user information, which the server chose. */
function resolveLocation(uri: WebSocketUri, { fields }: ResponseHead): WebSocketUri | undefined {
  const location = fields.get("Location");
  const base = urlOf(uri);
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  url.hash = "";
  try {
    return parseUri(url.href, domainToASCII);
  } catch {
    return undefined;
  }
}

function urlOf({ secure, hostHeader, target }: WebSocketUri): string {
  return `${secure ? "wss" : "ws"}://${hostHeader}${target}`;
}

function isSameOrigin(one: WebSocketUri, other: WebSocketUri): boolean {
  return one.secure === other.secure && one.host === other.host && one.port === other.port;
}

function withoutIdentity(tls: TlsClientOptions): TlsClientOptions {
  const rest = { ...tls };
  for (const name of IDENTITY) delete rest[name];
  return rest;
}

function refused(head: ResponseHead, why: string): HandshakeError {
  const { httpStatus, fields } = head;
  const detail = `it answered ${httpStatus}, and ${why}`;
  return new HandshakeError("STATUS_UNEXPECTED", { detail, httpStatus, headers: fields });
}
