/** Options of a server, and their defaults. */
import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { checkOptions, limit, type Names } from "../../input/index.js";
import {
  buildAcceptance,
  checkOriginPolicy,
  checkSubprotocols,
  Fields,
  type HeaderFields,
  type HeadLimits,
  type HttpResponse,
  type IsOwnHost,
  type OriginPolicy,
  ownHosts,
} from "../../protocol/index.js";
import { SERVER_ADVICE } from "../foreign-names.js";
import { checkListenerOptions, type ListenerOptions } from "./listener.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  resolveKnownOptions,
  type ResolvedConnectionOptions,
} from "../options.js";
import type { Rejection } from "./rejection.js";
import type { ServerRequest } from "./request.js";
import { type IsTrusted, trustOf } from "../addresses.js";

/**
 * Options of a {@link WebSocketServer}. One of `port`, `socketPath` and `server` says where connections
 * come from. Leave out all three when you call `handleUpgrade` or `accept`.
 */
export interface ServerOptions<Data = undefined>
  extends ConnectionOptions, HeadLimits, ListenerOptions {
  /**
   * Takes the upgrades of this http server. You start and close it yourself. Several WebSocketServers
   * with different paths may share it. Other listeners for its upgrades may stay: they keep the
   * upgrades that they answer or take, at once or after promises that are settled. Upgrades to other
   * protocols, such as h2c, are left to it as requests. Its own limit of a head, `maxHeaderSize`, comes
   * first: raise it together with `maxHeaderBytes`.
   */
  readonly server?: HttpServer | HttpsServer | undefined;

  /** Serves this path only, compared as it is written; other paths get 404. @defaultValue all paths */
  readonly path?: string | undefined;

  /** In place of `path`: returns true for requests to this server, and false for others, which get 404. Any other result is an error of the hook: 500. */
  readonly route?: ((request: ServerRequest) => boolean) | undefined;

  /**
   * Proxies in front of this server whose X-Forwarded-For and X-Forwarded-Proto are believed. They
   * decide about `remoteAddress` and `isSecure` of a request, on which limits per address and the
   * same-origin check depend. Name addresses such as `"127.0.0.1"`, networks such as
   * `"10.0.0.0/8"`, and `"unix"` for Unix sockets. Do not name a network of clients: a client that
   * is named here can claim any address.
   *
   * @defaultValue none: any client can send these header fields
   */
  readonly trustedProxies?: readonly string[] | undefined;

  /** The origins whose pages may connect; pages of others get 403 (RFC 6455 §10.2). @defaultValue `"same-origin"` */
  readonly origins?: OriginPolicy | undefined;

  /**
   * The names by which clients may ask for this server, such as `"app.example"`, `"localhost:8080"` or
   * `"[::1]"`. Requests with another Host get 421 (RFC 9110 §7.4), also those for `onRequest`. A name
   * without a port allows all ports. Set it for a server on a visitor's own machine or in a private
   * network: a page of another site can give its own name the address of this server (DNS rebinding),
   * and is then of the same origin.
   *
   * @defaultValue any host
   */
  readonly allowedHosts?: readonly string[] | undefined;

  /**
   * Finds out who the client is. It returns, or resolves with, `true` or a value that says who the
   * client is. The value admits the client and becomes `connection.data`.
   *
   * `undefined`, `null` and `false` refuse with 401, so a function that returns nothing compiles and
   * admits no client. To choose the answer, return or throw `reject(…)` or `acceptThenClose(…)`. Any
   * other error, thrown or returned, is answered with 500 and goes to `onHandlerError`.
   *
   * It is called once for each request that is in order and allowed by `origins`. It
   * must settle within `handshakeTimeoutMs`; `request.signal` aborts when the time is over.
   *
   * @defaultValue every client is admitted, with `undefined` for data
   */
  readonly authenticate?:
    | ((request: ServerRequest) => Verdict<Data> | Promise<Verdict<Data>>)
    | undefined;

  /** Subprotocols that this server speaks: the first one in the offer of the client is picked, or none. */
  readonly subprotocols?: readonly string[] | undefined;

  /**
   * Picks one of the subprotocols that the client offers, or none, in place of `subprotocols`. A
   * subprotocol that was not offered is an error of the application: 500.
   */
  readonly selectSubprotocol?:
    | ((offered: readonly string[], request: ServerRequest) => string | undefined)
    | undefined;

  /** Header fields for the 101 response, such as cookies. */
  readonly responseHeaders?: HeaderFields | ((request: ServerRequest) => HeaderFields) | undefined;

  /** Most connections at a time, with the clients that wait for `authenticate`. @defaultValue 10 000 */
  readonly maxConnections?: number | undefined;

  /**
   * The answer to clients beyond `maxConnections`: 503, or a connection that is closed with 1013 at
   * once, which a page in a browser can tell from a failure. At most `maxConnections` such
   * connections are held; clients beyond that get 503.
   *
   * @defaultValue `"refuse"`
   */
  readonly whenFull?: "refuse" | "acceptThenClose" | undefined;

  /**
   * Longest time until the 101, `authenticate` included; then 408. It starts when a client has connected
   * to an own listener, or when the http server has read the request. A TLS handshake before that may
   * take as long again.
   *
   * @defaultValue 10 000
   */
  readonly handshakeTimeoutMs?: number | undefined;

  /**
   * Answers requests to an own listener that are no opening handshake, such as for a page or /health;
   * the connection closes behind the answer. It gets GET and HEAD without a body, in HTTP/1.1 or 1.0.
   * A request that offers another upgrade (h2c) is answered as if it did not. The body of an answer
   * to HEAD is left out. `respond` does nothing when it is called again or the client has gone.
   *
   * @defaultValue an answer with 426
   */
  readonly onRequest?:
    | ((request: ServerRequest, respond: (response: HttpResponse) => void) => unknown)
    | undefined;
}

/**
 * The result of `authenticate`: only data admits the client. A function that returns nothing on some
 * path compiles, and refuses there.
 */
export type Verdict<Data> = Data | Rejection | Error | undefined | null | false | void;

/** A new option is a row here. */
const NAMES: Names<ServerOptions<unknown>> = {
  owner: "WebSocketServer",
  known: {
    port: true,
    host: true,
    reusePort: true,
    backlog: true,
    socketPath: true,
    removeStaleSocket: true,
    tls: true,
    server: true,
    path: true,
    route: true,
    trustedProxies: true,
    origins: true,
    allowedHosts: true,
    authenticate: true,
    subprotocols: true,
    selectSubprotocol: true,
    responseHeaders: true,
    maxConnections: true,
    whenFull: true,
    handshakeTimeoutMs: true,
    maxHeaderBytes: true,
    maxHeaderCount: true,
    onRequest: true,
    ...CONNECTION_OPTIONS,
  },
  advice: SERVER_ADVICE,
};

/** {@link ServerOptions}, checked and with defaults, without those that say where connections come from. */
export interface ResolvedServerOptions<Data> {
  readonly connection: ResolvedConnectionOptions;
  readonly limits: Required<{ readonly [Name in keyof HeadLimits]: number }>;
  readonly handshakeTimeoutMs: number;
  readonly maxConnections: number;
  readonly whenFull: "refuse" | "acceptThenClose";
  readonly path: string | undefined;
  readonly route: ServerOptions<Data>["route"];
  readonly isTrusted: IsTrusted;
  readonly origins: OriginPolicy;
  readonly isOwnHost: IsOwnHost;
  readonly authenticate: ServerOptions<Data>["authenticate"];
  readonly selectSubprotocol: NonNullable<ServerOptions<Data>["selectSubprotocol"]>;
  readonly responseHeaders: (request: ServerRequest) => HeaderFields;
  readonly onRequest: ServerOptions<Data>["onRequest"];
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError | SyntaxError} An option cannot be used, or two of them
 *   contradict each other. The message names them.
 */
export function resolveServerOptions<Data>(
  options: ServerOptions<Data>,
): ResolvedServerOptions<Data> {
  checkOptions(options, NAMES);
  checkSources(options);
  const { path, route, origins = "same-origin", whenFull = "refuse" } = options;
  if (path !== undefined && route !== undefined) throw new TypeError("path or route, not both");
  if (path !== undefined && !path.startsWith("/")) throw new TypeError('path must start with "/"');
  if (whenFull !== "refuse" && whenFull !== "acceptThenClose") {
    throw new TypeError('whenFull must be "refuse" or "acceptThenClose"');
  }
  checkOriginPolicy(origins);
  return {
    connection: resolveKnownOptions(options, "server"),
    limits: {
      maxHeaderBytes: limit("maxHeaderBytes", options.maxHeaderBytes, 16_384),
      maxHeaderCount: limit("maxHeaderCount", options.maxHeaderCount, 128),
    },
    handshakeTimeoutMs: limit("handshakeTimeoutMs", options.handshakeTimeoutMs, 10_000),
    maxConnections: limit("maxConnections", options.maxConnections, 10_000),
    whenFull,
    path,
    route,
    isTrusted: trustOf(options.trustedProxies ?? []),
    origins,
    isOwnHost: ownHosts(options.allowedHosts),
    authenticate: toAuthenticator(options.authenticate),
    selectSubprotocol: toSelector(options),
    responseHeaders: toHeaderSource(options.responseHeaders),
    onRequest: options.onRequest,
  };
}

function checkSources<Data>(options: ServerOptions<Data>): void {
  const { port, socketPath, server, onRequest } = options;
  const sources = [port, socketPath, server].filter((source) => source !== undefined);
  if (sources.length > 1) throw new TypeError("one of port, socketPath and server, not several");
  checkListenerOptions(options);
  if (onRequest !== undefined && port === undefined && socketPath === undefined) {
    throw new TypeError(
      "onRequest goes with port or socketPath: other servers answer requests themselves",
    );
  }
}

/** Refuses a value that is no function: read as "no function", it would admit every client. */
function toAuthenticator<Data>(
  authenticate: ServerOptions<Data>["authenticate"],
): ServerOptions<Data>["authenticate"] {
  if (authenticate === undefined || typeof authenticate === "function") return authenticate;
  throw new TypeError("authenticate must be a function");
}

function toSelector<Data>({
  subprotocols = [],
  selectSubprotocol,
}: ServerOptions<Data>): ResolvedServerOptions<Data>["selectSubprotocol"] {
  checkSubprotocols(subprotocols);
  if (selectSubprotocol === undefined) {
    return (offered) => offered.find((subprotocol) => subprotocols.includes(subprotocol));
  }
  if (subprotocols.length > 0) throw new TypeError("subprotocols or selectSubprotocol, not both");
  return selectSubprotocol;
}

/** Checks fixed header fields, so that an error shows at once and not with the first client. */
function toHeaderSource(
  headers: ServerOptions["responseHeaders"] = [],
): (request: ServerRequest) => HeaderFields {
  if (typeof headers === "function") return headers;
  // An iterator can be read only once.
  const fixed = Symbol.iterator in headers ? Array.from(headers) : headers;
  const request = { target: "/", path: "/", query: "", host: "", origin: undefined, key: "" };
  buildAcceptance(
    { ...request, fields: new Fields(), subprotocols: [], extensionOffers: [] },
    { accept: "", headers: fixed },
  );
  return () => fixed;
}
