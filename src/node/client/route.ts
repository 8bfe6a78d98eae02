/** The way to a server: TCP, a Unix socket, a proxy, or a function of the application. */
import { isIP, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { domainToASCII } from "node:url";
import { parseUri, type WebSocketUri } from "../../protocol/index.js";
import { environmentProxy } from "./environment.js";

/** The server that a transport is wanted for. */
export interface ConnectionTarget {
  /** The name in lower case, or an address; an IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether TLS will run on it (wss). */
  readonly secure: boolean;
}

/** Options of {@link connect} that say how to get to the server. At most one of the first three may be given. */
export interface RouteOptions {
  /** Connects to this Unix socket; the URL then gives only the host and path of the request. A `ws+unix:` URL gives both. */
  readonly socketPath?: string | undefined;

  /**
   * An HTTP proxy to ask for a tunnel (CONNECT, RFC 9110 §9.3.6): `http://` or
   * `https://`, with `user:password@` for Proxy-Authorization. Of `tls` only `ca`
   * counts for the proxy, too.
   *
   * `"environment"` takes the proxy that the environment names when `connect` is called, if it names
   * one: `WSS_PROXY` or `HTTPS_PROXY` for wss, `WS_PROXY` or `HTTP_PROXY` for ws, `ALL_PROXY` for both,
   * and none for the hosts in `NO_PROXY`, such as `localhost,.example.org,10.0.0.0/8`. Names in lower
   * case come first. A proxy of another kind than HTTP is a SyntaxError. It has no effect on `ws+unix:`
   * URLs.
   *
   * @defaultValue none: environment variables are not read
   */
  readonly proxy?: string | URL | undefined;

  /**
   * Opens the transport in place of `net.connect`. For wss, TLS then runs on that transport, unless
   * it is a TLSSocket already.
   */
  readonly createConnection?: ((target: ConnectionTarget) => Duplex | Promise<Duplex>) | undefined;

  /**
   * Finds the addresses of a host in place of `dns.lookup`, with the same parameters. This option and
   * the next two are for the TCP connection: with a proxy, the one to the proxy. With a Unix socket
   * or `createConnection` there is no TCP connection, and these options are a TypeError.
   */
  readonly lookup?: LookupFunction | undefined;

  /** Version of IP to use: 4, 6, or 0 for both. @defaultValue 0: the first that answers, as Node has it */
  readonly family?: 0 | 4 | 6 | undefined;

  /** The address of this machine to connect from. @defaultValue as the system chooses */
  readonly localAddress?: string | undefined;
}

/** The way to the server. */
export type Route =
  | { readonly type: "direct" }
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "proxy"; readonly proxy: WebSocketUri }
  | {
      readonly type: "custom";
      readonly createConnection: NonNullable<RouteOptions["createConnection"]>;
    };

/** The options for `net.connect` and `tls.connect` that were given. */
export type TcpOptions = Pick<RouteOptions, "lookup" | "family" | "localAddress">;

/** The server that a URL names, and the way to it. */
export interface Destination {
  readonly uri: WebSocketUri;
  readonly tcp: TcpOptions;
  /** Finds the way to `uri`, or to a URI that it redirects to. @throws {SyntaxError} The environment names a proxy that is not HTTP. */
  readonly routeTo: (uri: WebSocketUri) => Route;
}

/**
 * Reads the URL, which may be a `ws+unix:` one, and the options for the way there.
 *
 * @throws {SyntaxError} The URL, or that of a proxy.
 * @throws {TypeError} An option has the wrong type, or two options contradict each other.
 */
export function toDestination(url: string, options: RouteOptions): Destination {
  const { uri, path } = parseDestination(url);
  const { proxy } = options;
  const tcp = toTcp(options);
  if (path === undefined && proxy === "environment") {
    checkAlone(options);
    return { uri, tcp, routeTo: environmentRoute };
  }
  const route = path === undefined ? toRoute(options) : toNamedSocket(path, options);
  if (Object.keys(tcp).length > 0 && (route.type === "unix" || route.type === "custom")) {
    const names = Object.keys(tcp).join(" and ");
    throw new TypeError(
      `${names} can only be given for TCP, not with a socket's path or createConnection`,
    );
  }
  return { uri, tcp, routeTo: () => route };
}

/** A URI, and the path of the Unix socket that the URL names, if any. */
interface ParsedDestination {
  readonly uri: WebSocketUri;
  readonly path?: string;
}

const UNIX_SCHEME = "ws+unix:";

/**
 * Reads `ws+unix:/path/to.sock:/what/to/ask?for`. The part before the colon is percent-decoded, so `%3A`
 * is a colon in a path. On Windows it is `ws+unix:\\.\pipe\name:/what/to/ask?for`.
 */
function parseDestination(url: string): ParsedDestination {
  if (url.slice(0, UNIX_SCHEME.length).toLowerCase() !== UNIX_SCHEME) {
    return { uri: parseUri(url, domainToASCII) };
  }
  const text = url.slice(UNIX_SCHEME.length + (url.startsWith("///", UNIX_SCHEME.length) ? 2 : 0));
  const colon = text.indexOf(":");
  const path = colon < 0 ? text : text.slice(0, colon);
  const target = colon < 0 ? "/" : text.slice(colon + 1);
  const isPath =
    path !== "" && !path.startsWith("//") && !path.includes("?") && !path.includes("#");
  if (!isPath || (target !== "" && !target.startsWith("/") && !target.startsWith("?"))) {
    throw new SyntaxError("the URI must look like ws+unix:/path/to.sock:/what/to/ask?for");
  }
  return { uri: parseUri(`ws://localhost${target}`), path: decoded(path) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // it has a "%" that encodes nothing
  }
}

function toNamedSocket(path: string, options: RouteOptions): Route {
  const { socketPath, proxy, createConnection } = options;
  const others = [socketPath, proxy === "environment" ? undefined : proxy, createConnection];
  if (others.some((option) => option !== undefined)) {
    throw new TypeError(
      "a ws+unix URL names the socket: socketPath, proxy and createConnection cannot be given with it",
    );
  }
  return { type: "unix", path };
}

function checkAlone({ socketPath, proxy, createConnection }: RouteOptions): void {
  const given = [socketPath, proxy, createConnection].filter((option) => option !== undefined);
  if (given.length > 1) {
    throw new TypeError("only one of socketPath, proxy and createConnection can be given");
  }
}

function toRoute(options: RouteOptions): Route {
  checkAlone(options);
  const { socketPath, proxy, createConnection } = options;
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
  return proxy === undefined
    ? { type: "direct" }
    : { type: "proxy", proxy: toProxy("proxy", proxy) };
}

function environmentRoute(uri: WebSocketUri): Route {
  const named = environmentProxy(uri, process.env);
  if (named === undefined) return { type: "direct" };
  const url = named.url.includes("://") ? named.url : `http://${named.url}`;
  return { type: "proxy", proxy: toProxy(`the environment's ${named.variable}`, url) };
}

/** @throws {SyntaxError} The message has no part of the URL, because it may hold a password. */
function toProxy(name: string, proxy: string | URL): WebSocketUri {
  const url = URL.canParse(String(proxy)) ? new URL(proxy) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new SyntaxError(`${name} must be a URL that starts with http:// or https://`);
  }
  url.hash = "";
  return parseUri(url.href, domainToASCII);
}

function toTcp({ lookup, family, localAddress }: RouteOptions): TcpOptions {
  if (lookup !== undefined && typeof lookup !== "function") {
    throw new TypeError("lookup must be a function, such as dns.lookup");
  }
  if (family !== undefined && family !== 0 && family !== 4 && family !== 6) {
    throw new TypeError("family must be 4 or 6, or 0 for both");
  }
  if (localAddress !== undefined && isIP(localAddress) === 0) {
    throw new TypeError("localAddress must be an IP address");
  }
  return {
    ...(lookup && { lookup }),
    ...(family !== undefined && { family }),
    ...(localAddress !== undefined && { localAddress }),
  };
}
