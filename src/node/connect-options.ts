/** Options of `connect`, and what they are without them. */
import type { Duplex } from "node:stream";
import type { ConnectionOptions as NodeTlsOptions } from "node:tls";
import { domainToASCII } from "node:url";
import { checkOptions, type Known, limit, type Names } from "../input/index.js";
import {
  buildRequest,
  type FieldLine,
  type HeadLimits,
  type HeaderFields,
  parseUri,
  type PerMessageDeflateConfig,
  serializeKey,
  type WebSocketUri,
} from "../protocol/index.js";
import { generateNonce } from "./crypto.js";
import { CONNECT_ADVICE } from "./foreign-names.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  resolveKnownOptions,
  type ResolvedConnectionOptions,
} from "./options.js";

/** Options of `tls.connect`, but for where to connect to: that is the URL's. */
export type TlsClientOptions = Omit<NodeTlsOptions, "host" | "port" | "path" | "socket">;

/** Where a connection is wanted. */
export interface ConnectionTarget {
  /** In lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether TLS will run on it (wss). */
  readonly secure: boolean;
}

/** Options of {@link connect}, besides those of every connection. */
export interface ConnectOptions extends ConnectionOptions {
  /**
   * More header fields for the request. A `Host` replaces that of the URL, an
   * `Authorization` its user information. Those of the handshake itself
   * (Connection, Upgrade, Sec-WebSocket-…) are refused with a TypeError.
   */
  readonly headers?: HeaderFields | undefined;

  /** Subprotocols to offer, best first; the server picks one or none. @defaultValue none */
  readonly subprotocols?: readonly string[] | undefined;

  /** The value of Origin, which browsers send and other clients need not (RFC 6455 §4.1). @defaultValue none */
  readonly origin?: string | undefined;

  /** Gives up the attempt when it aborts. Once the connection is open it has no effect. */
  readonly signal?: AbortSignal | undefined;

  /** Longest time for the whole attempt: names, proxy, TLS, handshake and redirects. @defaultValue 10 000 */
  readonly handshakeTimeoutMs?: number | undefined;

  /** Most bytes of a response head, interim responses included. @defaultValue 16 384 */
  readonly maxHeaderBytes?: number | undefined;

  /** Most header lines of a response. @defaultValue 128 */
  readonly maxHeaderCount?: number | undefined;

  /**
   * Options for `tls.connect`, such as `ca`, or `cert` and `key`. The server's name is
   * sent and its certificate checked unless they say otherwise.
   */
  readonly tls?: TlsClientOptions | undefined;

  /** Connects to this Unix socket; the URL then only says what to ask for. */
  readonly socketPath?: string | undefined;

  /**
   * An HTTP proxy to ask for a tunnel (CONNECT, RFC 9110 §9.3.6): `http://` or
   * `https://`, with `user:password@` for Proxy-Authorization. Of {@link tls} only `ca`
   * counts for the proxy, too. Environment variables are not looked at.
   */
  readonly proxy?: string | URL | undefined;

  /**
   * Opens the transport in place of `net.connect`. For wss TLS is then run on what
   * it gives, unless that is a TLSSocket already.
   */
  readonly createConnection?: ((target: ConnectionTarget) => Duplex | Promise<Duplex>) | undefined;

  /**
   * How many redirects to follow; `true` is 5. One from wss to ws is never followed.
   * To another origin user information, Authorization, Cookie, Proxy-Authorization
   * and Host are not sent, nor the client certificate; other header fields are.
   *
   * @defaultValue false: a redirect is a failure
   */
  readonly followRedirects?: boolean | number | undefined;
}

/** What {@link ConnectOptions} has: a new option is a row here. */
export const CONNECT_OPTIONS: Known<ConnectOptions> = {
  headers: true,
  subprotocols: true,
  origin: true,
  signal: true,
  handshakeTimeoutMs: true,
  maxHeaderBytes: true,
  maxHeaderCount: true,
  tls: true,
  socketPath: true,
  proxy: true,
  createConnection: true,
  followRedirects: true,
  ...CONNECTION_OPTIONS,
};

const NAMES: Names<ConnectOptions> = {
  owner: "connect()",
  known: CONNECT_OPTIONS,
  advice: CONNECT_ADVICE,
};

/** How to get to the server. */
export type Route =
  | { readonly type: "direct" }
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "proxy"; readonly proxy: WebSocketUri }
  | {
      readonly type: "custom";
      readonly createConnection: NonNullable<ConnectOptions["createConnection"]>;
    };

/** {@link ConnectOptions} with nothing left open. */
export interface ResolvedConnectOptions {
  readonly uri: WebSocketUri;
  readonly route: Route;
  readonly headers: readonly FieldLine[];
  readonly subprotocols: readonly string[];
  /** As in {@link Expectations}: set by a WebSocket. */
  readonly mustPickSubprotocol: boolean;
  readonly origin: string | undefined;
  /** What to offer of permessage-deflate. */
  readonly deflate: readonly PerMessageDeflateConfig[];
  readonly tls: TlsClientOptions;
  readonly headLimits: HeadLimits;
  readonly maxRedirects: number;
  readonly handshakeTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly connection: ResolvedConnectionOptions;
}

/** Redirects that `followRedirects: true` follows: enough for http to https to a host to a path. */
const DEFAULT_REDIRECTS = 5;

/**
 * Checks everything that the caller gave, and fills in the defaults. What passes
 * here can be put into a request.
 *
 * @throws {SyntaxError} The URL, or a subprotocol.
 * @throws {TypeError} An option of the wrong type; a header field that may not be sent.
 * @throws {RangeError} A number out of its range.
 */
export function resolveConnectOptions(
  url: string | URL,
  options: ConnectOptions,
): ResolvedConnectOptions {
  checkOptions(options, NAMES);
  const { headers = [], origin, tls = {}, signal } = options;
  const connection = resolveKnownOptions(options, "client");
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new TypeError("signal must be an AbortSignal");
  }
  const resolved = {
    uri: parseUri(String(url), domainToASCII),
    route: toRoute(options),
    headers: toLines(headers),
    subprotocols: Array.from(options.subprotocols ?? []),
    mustPickSubprotocol: false,
    origin,
    deflate: toOffers(connection),
    tls,
    headLimits: {
      maxHeaderBytes: limit("maxHeaderBytes", options.maxHeaderBytes, 16_384),
      maxHeaderCount: limit("maxHeaderCount", options.maxHeaderCount, 128),
    },
    maxRedirects: toMaxRedirects(options.followRedirects ?? false),
    handshakeTimeoutMs: limit("handshakeTimeoutMs", options.handshakeTimeoutMs, 10_000),
    signal,
    connection,
  };
  // Thrown away: it throws now what it would throw with a socket open.
  buildRequest({ ...resolved, key: serializeKey(generateNonce()) });
  return resolved;
}

/** By its shape: jsdom and libraries have AbortSignals of their own. */
function isAbortSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (
    "aborted" in value &&
    "addEventListener" in value &&
    typeof value.addEventListener === "function"
  );
}

/** A copy: a redirect needs the lines once more, and an iterable may give them only once. */
function toLines(headers: HeaderFields): readonly FieldLine[] {
  if (Symbol.iterator in headers) return Array.from(headers);
  return Object.entries(headers).flatMap(([name, values]) =>
    Array.isArray(values) ? values.map((value) => [name, value]) : [[name, values]],
  );
}

function toRoute({ socketPath, proxy, createConnection }: ConnectOptions): Route {
  const given = [socketPath, proxy, createConnection].filter((option) => option !== undefined);
  if (given.length > 1) {
    throw new TypeError("only one of socketPath, proxy and createConnection can be given");
  }
  if (createConnection !== undefined) {
    if (typeof createConnection !== "function") {
      throw new TypeError("createConnection must be a function");
    }
    return { type: "custom", createConnection };
  }
  if (socketPath !== undefined) {
    if (typeof socketPath !== "string" || socketPath === "") {
      throw new TypeError("socketPath must be a path");
    }
    return { type: "unix", path: socketPath };
  }
  return proxy === undefined ? { type: "direct" } : { type: "proxy", proxy: toProxy(proxy) };
}

/** @throws {SyntaxError} With no part of the URL in it: it may hold a password. */
function toProxy(proxy: string | URL): WebSocketUri {
  const url = URL.canParse(String(proxy)) ? new URL(proxy) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new SyntaxError("proxy must be a URL that starts with http:// or https://");
  }
  url.hash = "";
  return parseUri(url.href, domainToASCII);
}

function toOffers({ perMessageDeflate }: ResolvedConnectionOptions): PerMessageDeflateConfig[] {
  return perMessageDeflate === undefined ? [] : [perMessageDeflate];
}

function toMaxRedirects(followRedirects: boolean | number): number {
  if (typeof followRedirects === "boolean") return followRedirects ? DEFAULT_REDIRECTS : 0;
  if (!Number.isInteger(followRedirects) || followRedirects < 0) {
    throw new RangeError("followRedirects must be a boolean, or a whole number from 0");
  }
  return followRedirects;
}
