// Which names of a server are its own (RFC 9110 §7.4): a guard against DNS rebinding.
import { parseAuthority } from "./authority.js";

/**
 * Tells whether a server serves the host that a request asks for.
 *
 * @param host - Host and port, as in Host; `""` when the request names none.
 * @param secure - Whether the request came through TLS: the default port depends on it.
 */
export type IsOwnHost = (host: string, secure: boolean) => boolean;

/** The check without a list: a server serves every host. */
const anyHost: IsOwnHost = () => true;

/**
 * Makes the check for a list of hosts. An element without a port allows all ports; one with a port allows
 * only that one. Upper and lower case are equal. A name below another one (`www.app.example`) is another host,
 * and so is an address.
 *
 * @param hosts - `undefined` for any host; an empty list allows none.
 * @throws {TypeError} An element is no host: it has a scheme, a path or a wildcard, for example.
 */
export function ownHosts(hosts: readonly string[] | undefined): IsOwnHost {
  if (hosts === undefined) return anyHost;
  const allowed = new Set<string>();
  for (const text of hosts) {
    const authority = text.includes("*") ? undefined : parseAuthority(text);
    if (authority === undefined) {
      throw new TypeError(
        `allowedHosts: ${JSON.stringify(text)} is not a host such as "app.example", "app.example:8443" or "[::1]", without a scheme, a path or wildcards`,
      );
    }
    const { host, port } = authority;
    allowed.add(port === undefined ? host : `${host}:${port}`);
  }
  return (text, secure) => {
    const authority = parseAuthority(text);
    if (authority === undefined) return false;
    const { host, port = secure ? 443 : 80 } = authority;
    return allowed.has(host) || allowed.has(`${host}:${port}`);
  };
}
