/** The proxy that the environment names for a URL, by the variables that curl, Node and others read. */
import { isIP } from "node:net";
import { parsePort, type WebSocketUri } from "../../protocol/index.js";
import { AddressList } from "../addresses.js";

/** Variables by their names, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that may name a proxy, by the scheme of the URL. The first one with a value counts. */
const VARIABLES = {
  ws: ["ws_proxy", "http_proxy", "all_proxy"],
  wss: ["wss_proxy", "https_proxy", "all_proxy"],
} as const;

/** A proxy, and the variable that names it. */
interface NamedProxy {
  /** Such as `"HTTPS_PROXY"`. */
  readonly variable: string;
  /** Secret: it may hold a password. */
  readonly url: string;
}

/**
 * Finds the proxy for `uri`; `undefined` when there is none, or when `NO_PROXY` names the
 * host. The name of a variable may be in lower or in upper case; lower case comes first. An empty
 * variable does not count. In a CGI script `HTTP_PROXY` comes from the header fields of the request, so
 * only `http_proxy` counts there.
 */
export function environmentProxy(uri: WebSocketUri, env: Environment): NamedProxy | undefined {
  if (isExcepted(uri, valueOf("no_proxy", env)?.url ?? "")) return undefined;
  for (const name of VARIABLES[uri.secure ? "wss" : "ws"]) {
    const named = valueOf(name, env);
    if (named !== undefined) return named;
  }
  return undefined;
}

function valueOf(name: string, env: Environment): NamedProxy | undefined {
  const isForged = name === "http_proxy" && (env["REQUEST_METHOD"] ?? "") !== "";
  for (const variable of isForged ? [name] : [name, name.toUpperCase()]) {
    const url = env[variable] ?? "";
    if (url !== "") return { variable, url };
  }
  return undefined;
}

/**
 * Tells whether `NO_PROXY` names the host. An element is `*` for all hosts; `example.org`,
 * `.example.org` or `*.example.org` for a domain and the domains below it; an address, a network such
 * as `10.0.0.0/8`, or a range `10.0.0.1-10.0.0.9`. A port may follow all but the last two.
 */
function isExcepted({ host, port }: WebSocketUri, list: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  for (const element of list.toLowerCase().split(/[\s,]+/)) {
    if (element === "*") return true;
    const exception = toException(element);
    if (exception.port !== undefined && exception.port !== port) continue;
    if (isIP(name) === 0 ? isBelow(name, exception.name) : holds(exception.name, name)) return true;
  }
  return false;
}

/** Splits off the port, behind the only colon or behind brackets. */
function toException(element: string): { readonly name: string; readonly port?: number } {
  const end = element.indexOf("]");
  if (element.startsWith("[") && end > 0) {
    const port = element.slice(end + 1);
    return { name: element.slice(1, end), ...(port === "" ? {} : { port: portIn(port.slice(1)) }) };
  }
  const colon = element.indexOf(":");
  if (colon < 0 || colon !== element.lastIndexOf(":")) return { name: element };
  return { name: element.slice(0, colon), port: portIn(element.slice(colon + 1)) };
}

/** A port that no URL has, for a text that is no port: the element then names nothing. */
function portIn(text: string): number {
  return parsePort(text) ?? Number.NaN;
}

function isBelow(host: string, exception: string): boolean {
  let domain = exception.startsWith("*.") ? exception.slice(1) : exception;
  if (domain.startsWith(".")) domain = domain.slice(1);
  if (domain.endsWith(".")) domain = domain.slice(0, -1);
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

function holds(exception: string, address: string): boolean {
  const list = new AddressList();
  const dash = exception.indexOf("-");
  const isKnown =
    dash < 0
      ? list.add(exception)
      : list.addRange(exception.slice(0, dash), exception.slice(dash + 1));
  return isKnown && list.has(address);
}
