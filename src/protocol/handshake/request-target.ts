// What a request asks for: origin-form and absolute-form (RFC 9112 §3.2).
import { authorityLength, parseAuthority } from "./authority.js";
import { lowerCaseAscii } from "./http-fields.js";

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
