// Which pages may connect (RFC 6455 §10.2, RFC 6454).
import { answerAtOnce } from "../../input/index.js";
import { parseAuthority } from "./authority.js";
import { isToken, lowerCaseAscii } from "./fields.js";

/**
 * The pages that may connect:
 *
 * - `"same-origin"`: pages that came from the host, port and kind of transport of this request;
 * - a list: pages of exactly these origins, such as `"https://app.example"`. Applications in
 *   a web view have origins, too: `"capacitor://localhost"`, `"file://"`. `"null"` admits pages
 *   from files in browsers, and with them every page on the web: each can have the origin
 *   `null`, in a sandboxed frame. Only for servers that need no protection from pages;
 *   with cookies or on a visitor's own machine it is no protection at all;
 * - `"*"`: pages from anywhere;
 * - a function: returns `true` for those who may. It is asked about requests without
 *   an Origin too, with `undefined`. A promise is not `true`.
 *
 * All but the function let requests without an Origin through: they come from
 * no browser (§4.2.1), so no page can have made a visitor's browser send them.
 */
export type OriginPolicy =
  | "same-origin"
  | "*"
  | readonly string[]
  | ((origin: string | undefined) => boolean);

/** What a request says of where it comes from, and where to. */
export interface OriginClaim {
  /** The value of Origin; `undefined` when the request has none. */
  readonly origin: string | undefined;
  /** Host and port, as in Host. */
  readonly host: string;
  /** Whether the request came through TLS. */
  readonly secure: boolean;
}

/** Why a page may not connect. Holds nothing that the peer wrote. */
export interface OriginObjection {
  /** For the refusal. */
  readonly detail: string;
  /** What to do about it, on the server or in front of it. */
  readonly advice: string;
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
]);

/** What pages without an origin of their own send. */
const NULL = "null";

/** Schemes whose origins always name a host. Those of others, such as `file://`, need not. */
const HAS_HOST: ReadonlySet<string> = new Set(["http", "https", "ws", "wss"]);

/**
 * Checks a policy, so that a slip in it shows at once and not as pages that are refused.
 *
 * @throws {TypeError} An element of the list is not an origin: a scheme, a host and perhaps
 *   a port, without a path or wildcards; or `"null"`.
 */
export function checkOriginPolicy(policy: OriginPolicy): void {
  if (typeof policy === "function" || policy === "*" || policy === "same-origin") return;
  if (policy.some((allowed) => normalizeOrigin(allowed) === undefined)) {
    throw new TypeError(
      'an origin has a scheme and a host and no path: "https://app.example", "capacitor://localhost"; or it is "file://" or "null"',
    );
  }
  if (policy.some((allowed) => allowed.includes("*"))) {
    throw new TypeError("a list of origins has no wildcards: pass a function to allow a pattern");
  }
}

/**
 * Judges the Origin of a request.
 *
 * Origins are compared as a whole, with upper and lower case equal and the default
 * port left out: another port or scheme, an address in place of a name and a longer
 * name all differ. `null` matches a list that names it, and a text that is no origin
 * matches nothing.
 *
 * @param policy - What is allowed. @defaultValue `"same-origin"`
 * @returns `undefined` when it is allowed.
 */
export function judgeOrigin(
  { origin, host, secure }: OriginClaim,
  policy: OriginPolicy = "same-origin",
): OriginObjection | undefined {
  if (typeof policy === "function") {
    const allowed: unknown = answerAtOnce("origins", policy(origin)); // it may return anything
    return allowed === true ? undefined : OBJECTIONS.function;
  }
  if (origin === undefined || policy === "*") return undefined;
  const claimed = normalizeOrigin(origin);
  if (claimed === undefined) return OBJECTIONS.none;
  if (policy !== "same-origin") {
    const listed = policy.some((allowed) => normalizeOrigin(allowed) === claimed);
    return listed ? undefined : OBJECTIONS.unlisted;
  }
  if (claimed === NULL) return OBJECTIONS.null;
  if (claimed === originOf(secure ? "https" : "http", host)) return undefined;
  if (!secure && claimed === originOf("https", host)) return OBJECTIONS.throughTls;
  return hostOf(claimed) === hostOf(`http://${host}`) ? OBJECTIONS.port : OBJECTIONS.other;
}

const ADD =
  "To let them connect, add the page's origin, such as \"https://app.example\", to the server's option origins.";

/** Everything that can be said against a page. */
const OBJECTIONS = {
  function: {
    detail: "the server's own check did not allow it",
    advice: "The server's option origins is a function, which decides.",
  },
  none: { detail: "it is no origin at all", advice: ADD },
  unlisted: { detail: "it is not in the server's list", advice: ADD },
  null: {
    detail: "it is null, as of a page from a file or in a sandboxed frame",
    advice:
      '"null" in the server\'s option origins lets them connect, and with them every page on the web that puts itself in a sandboxed frame.',
  },
  throughTls: {
    detail: "the page came through TLS and the request did not, as behind a proxy that ends TLS",
    advice:
      "Name that proxy in the server's option trustedProxies, and have it send X-Forwarded-Proto (nginx: proxy_set_header X-Forwarded-Proto $scheme).",
  },
  port: {
    detail: "it is of the same host with another port or scheme",
    advice: `Behind a proxy, have it pass on Host with its port (nginx: proxy_set_header Host $http_host). ${ADD}`,
  },
  other: {
    detail: "it is another site",
    advice: `${ADD} Behind a proxy, have it pass on Host (nginx: proxy_set_header Host $http_host).`,
  },
} as const;

/** The host of an origin, without its port. */
function hostOf(origin: string): string | undefined {
  return parseAuthority(origin.slice(origin.indexOf("://") + 3))?.host;
}

/** An origin in its one form: lower case, without the default port; `null` is one, too (RFC 6454 §6.2). */
function normalizeOrigin(text: string): string | undefined {
  if (text === NULL) return NULL;
  const colon = text.indexOf("://");
  if (colon < 0) return undefined;
  const scheme = lowerCaseAscii(text.slice(0, colon));
  return isToken(scheme) ? originOf(scheme, text.slice(colon + 3)) : undefined;
}

function originOf(scheme: string, authorityText: string): string | undefined {
  if (authorityText === "" && !HAS_HOST.has(scheme)) return `${scheme}://`;
  const authority = parseAuthority(authorityText);
  if (authority === undefined) return undefined;
  const { host, port } = authority;
  const isDefault = port === undefined || port === DEFAULT_PORTS.get(scheme);
  return isDefault ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
