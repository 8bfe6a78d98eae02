/** Options of `connect`, and their defaults. */
import type { ConnectionOptions as NodeTlsOptions } from "node:tls";
import { checkOptions, type Known, limit, type Names } from "../../input/index.js";
import {
  buildRequest,
  type FieldLine,
  type Fields,
  type HeadLimits,
  type HeaderFields,
  type PerMessageDeflateConfig,
  serializeKey,
  type WebSocketUri,
} from "../../protocol/index.js";
import {
  type Destination,
  type Route,
  type RouteOptions,
  type TcpOptions,
  toDestination,
} from "./route.js";
import { generateNonce } from "../platform.js";
import { deflateConfigOf } from "../deflate.js";
import { CONNECT_ADVICE } from "../foreign-names.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  resolveKnownOptions,
  type ResolvedConnectionOptions,
} from "../options.js";

/** Options of `tls.connect`, without those that say where to connect to: the URL says that. */
export type TlsClientOptions = Omit<NodeTlsOptions, "host" | "port" | "path" | "socket">;

/** Options of {@link connect}, with the options of every connection. */
export interface ConnectOptions extends ConnectionOptions, RouteOptions {
  /**
   * More header fields for the request. A `Host` replaces that of the URL, an
   * `Authorization` its user information. The fields of the handshake itself
   * (Connection, Upgrade, Sec-WebSocket-…) are refused with a TypeError.
   */
  readonly headers?: HeaderFields | undefined;

  /** Subprotocols to offer, best first; the server picks one or none. @defaultValue none */
  readonly subprotocols?: readonly string[] | undefined;

  /** The value of Origin, which browsers send and other clients need not (RFC 6455 §4.1). @defaultValue none */
  readonly origin?: string | undefined;

  /** Gives up the attempt when it aborts. It has no effect on an open connection. */
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

  /**
   * How many redirects to follow; `true` is 5. One from wss to ws is never followed.
   * To another origin go, of {@link headers}, only Accept, Accept-Language, Origin and
   * User-Agent; neither user information nor the client certificate does.
   *
   * @defaultValue false: a redirect is a failure; with {@link redirect} 5
   */
  readonly followRedirects?: boolean | number | undefined;

  /**
   * Called with each redirect before it is followed, within `handshakeTimeoutMs`: `true` follows
   * it, `{ headers }` follows it with these header fields in place of `redirect.headers`, and
   * anything else refuses it. {@link connect} rejects with an error that it throws. It is not called
   * with redirects that are never followed.
   */
  readonly redirect?: RedirectHook | undefined;
}

/** A redirect that may be followed; see {@link ConnectOptions.redirect}. */
export interface Redirect {
  /** The URL of the request, without user information. Secret: its query may hold a token. */
  readonly from: string;
  /** The URL that the server names. */
  readonly to: string;
  /** 301, 302, 303, 307 or 308. */
  readonly httpStatus: number;
  /** The header fields of the server's answer. */
  readonly responseHeaders: Fields;
  /**
   * Your header fields that are sent to the new URL. For another origin, the fields that are bound to
   * the first origin are left out. Fields that the handshake sets by itself are not among them.
   */
  readonly headers: readonly FieldLine[];
}

/** Says whether to follow a redirect; see {@link ConnectOptions.redirect}. */
export type RedirectHook = (redirect: Redirect) => RedirectAnswer | Promise<RedirectAnswer>;

/** The answer of a {@link RedirectHook}. */
export type RedirectAnswer = boolean | { readonly headers: HeaderFields };

/** The names of {@link ConnectOptions}: a new option is a row here. */
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
  lookup: true,
  family: true,
  localAddress: true,
  followRedirects: true,
  redirect: true,
  ...CONNECTION_OPTIONS,
};

const NAMES: Names<ConnectOptions> = {
  owner: "connect()",
  known: CONNECT_OPTIONS,
  advice: CONNECT_ADVICE,
};

/** {@link ConnectOptions}, checked and with defaults. */
export interface ResolvedConnectOptions {
  readonly uri: WebSocketUri;
  readonly route: Route;
  readonly routeTo: Destination["routeTo"];
  readonly tcp: TcpOptions;
  readonly headers: readonly FieldLine[];
  readonly subprotocols: readonly string[];
  /** As in {@link Expectations}: set by a WebSocket. */
  readonly mustPickSubprotocol: boolean;
  readonly origin: string | undefined;
  /** The offers of permessage-deflate. */
  readonly deflate: readonly PerMessageDeflateConfig[];
  readonly tls: TlsClientOptions;
  readonly headLimits: HeadLimits;
  readonly maxRedirects: number;
  readonly redirect: RedirectHook | undefined;
  readonly handshakeTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly connection: ResolvedConnectionOptions;
}

/** Redirects that `followRedirects: true` follows: enough for http to https to a host to a path. */
const DEFAULT_REDIRECTS = 5;

/**
 * Checks all options and fills in the defaults. Options that pass can be put into a request.
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
  const { headers = [], origin, tls = {}, signal, redirect } = options;
  const connection = resolveKnownOptions(options, "client");
  const { uri, routeTo, tcp } = toDestination(String(url), options);
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new TypeError("signal must be an AbortSignal");
  }
  if (redirect !== undefined && typeof redirect !== "function") {
    throw new TypeError("redirect must be a function");
  }
  const resolved = {
    uri,
    route: routeTo(uri),
    routeTo,
    tcp,
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
    maxRedirects: toMaxRedirects(options.followRedirects ?? redirect !== undefined),
    redirect,
    handshakeTimeoutMs: limit("handshakeTimeoutMs", options.handshakeTimeoutMs, 10_000),
    signal,
    connection,
  };
  // The result is thrown away: an error must come before a socket is opened.
  buildRequest({ ...resolved, key: serializeKey(generateNonce()) });
  return resolved;
}

/** Goes by the shape: jsdom and libraries have AbortSignals of their own. */
function isAbortSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (
    "aborted" in value &&
    "addEventListener" in value &&
    typeof value.addEventListener === "function"
  );
}

/** Copies the lines: a redirect needs them again, and some iterables can be read only once. */
export function toLines(headers: HeaderFields): readonly FieldLine[] {
  if (Symbol.iterator in headers) return Array.from(headers);
  return Object.entries(headers).flatMap(([name, values]) =>
    Array.isArray(values) ? values.map((value) => [name, value]) : [[name, values]],
  );
}

function toOffers({ perMessageDeflate }: ResolvedConnectionOptions): PerMessageDeflateConfig[] {
  return perMessageDeflate === undefined ? [] : [deflateConfigOf(perMessageDeflate)];
}

function toMaxRedirects(followRedirects: boolean | number): number {
  if (typeof followRedirects === "boolean") return followRedirects ? DEFAULT_REDIRECTS : 0;
  if (!Number.isInteger(followRedirects) || followRedirects < 0) {
    throw new RangeError(
      `followRedirects must be a boolean, or a whole number from 0, not ${followRedirects}`,
    );
  }
  return followRedirects;
}
